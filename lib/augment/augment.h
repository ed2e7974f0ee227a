/* Random variation of training images: what may happen, what happens to one image, and doing it.
 *
 * The numbers drawn for an image depend on (seed, pass, record id, operation) alone: neither the order of
 * records nor the number of threads nor which other operations are on changes them. */
#ifndef AUGMENT_AUGMENT_H
#define AUGMENT_AUGMENT_H

#include "stream/stream.h"

#include <stdbool.h>
#include <stdint.h>

/* What lies beyond the edges: the nearest pixel, one value, or the mirrored picture (its edge pixels twice). */
enum augment_fill { AUGMENT_NEAREST, AUGMENT_CONSTANT, AUGMENT_REFLECT };

/* How far each operation may go; 0 is off. */
struct augment_options {
	double rotate;          /* degrees, either way, up to 180 */
	double shear;           /* degrees, either way, below 90 */
	double zoom;            /* each axis by a factor in [1 - zoom, 1 + zoom]; below 1 */
	double shift_x;         /* fraction of the width, either way */
	double shift_y;         /* fraction of the height, either way */
	double crop;            /* least part of the area that is seen, up to 1 */
	double horizontal_flip; /* probability */
	double vertical_flip;   /* probability */
	double brightness;      /* factor in [1 - brightness, 1 + brightness]; so the next two */
	double contrast;
	double saturation;
	double hue;             /* degrees, either way, up to 180 */
	double erase;           /* probability */
	int fill;               /* enum augment_fill */
	double fill_value;      /* for AUGMENT_CONSTANT, from 0 (the least of the value range) to 1 */
};

/* In the order of augment_preset_names, which ends with NULL. */
enum augment_preset { AUGMENT_PRESET_NONE, AUGMENT_PRESET_KERAS, AUGMENT_PRESET_LIGHT, AUGMENT_PRESET_STRONG };
extern const char *const augment_preset_names[];
extern const char *const augment_fill_names[];

/* The options that a preset stands for. */
struct augment_options augment_preset(enum augment_preset preset);

/* The options that are on, as a command line, "--shear 0.2 --zoom 0.2": the same for every way to say
 * the same. In fresh memory, which the caller frees; NULL without memory. */
char *augment_describe(const struct augment_options *options);

/* A rectangle in fractions of width and height, from the upper left corner. */
struct augment_box {
	double x, y, width, height;
};

/* What happens to one image. */
struct augment_change {
	double rotate, shear;             /* degrees */
	double zoom_x, zoom_y;            /* above 1 the picture looks smaller */
	double shift_x, shift_y;          /* fractions; the picture moves left, up for positive ones */
	struct augment_box crop;          /* the part that is seen */
	bool horizontal_flip, vertical_flip;
	double brightness, contrast, saturation; /* factors; 1 changes nothing */
	double hue;                       /* degrees */
	struct augment_box erase;         /* of the result; width 0: nothing */
};

/* The change that leaves an image as it is. */
struct augment_change augment_no_change(void);

/* The change for one record in one pass. Crop: area uniform in [crop, 1], aspect ratio at most 4:3 either way,
 * place uniform. Erase: 2 to 33 % of the area, sides at most 10:3 (Zhong et al., "Random Erasing Data
 * Augmentation", 2017). */
struct augment_change augment_draw(const struct augment_options *options, uint64_t seed, uint32_t pass, uint64_t id);

/* Where pixels come from: out(x, y) = in(xx x + xy y + x0, yx x + yy y + y0), pixel centres at whole numbers. */
struct augment_matrix {
	double xx, xy, x0, yx, yy, y0;
};

/* Composes the geometry of a change for an image of width x height: flips, then crop, then about the centre
 * ((width - 1) / 2, (height - 1) / 2) the matrix R T Sh Z of Keras' ImageDataGenerator with
 * R = [[cos, -sin], [sin, cos]], T the shift, Sh = [[1, -sin], [0, cos]], Z = diag(zoom_x, zoom_y). */
struct augment_matrix augment_geometry(const struct augment_change *change, int width, int height);

/* sin and cos of an angle in degrees, |degrees| <= 360, by additions and multiplications only, so that every
 * machine gives the same bits. Error below 1e-15. */
void augment_sine_cosine(double degrees, double *sine, double *cosine);

/* Memory for changing images of one shape, one image at a time; each thread has its own. */
struct augment_workspace;

/* Made for images as `head` says, with `options` for what lies beyond the edges. Colour operations need 1 or 3
 * channels. On failure (-1) *workspace is NULL. The caller frees with augment_workspace_destroy. */
CHECKED int augment_workspace_create(struct augment_workspace **workspace, const struct stream_head *head,
	const struct augment_options *options, struct error *error);
void augment_workspace_destroy(struct augment_workspace *workspace);

/* What augmented images look like in a stream: `head` as it is, or, to rescale, f32 in the range 0..1. Borrows
 * classes and history. */
struct stream_head augment_result_head(const struct stream_head *head, bool rescale);

/* Changes one image: `in` as in the workspace's head (height x width x channels), `out` as in
 * augment_result_head, not overlapping. One bilinear interpolation for all geometry; u8 rounds to nearest, ties
 * up; after a colour operation values are cut to the value range. */
void augment_apply(struct augment_workspace *workspace, const struct augment_change *change, const void *in,
	void *out, bool rescale);

#endif
