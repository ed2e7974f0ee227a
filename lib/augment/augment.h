/* Random data augmentation: the options, the operations drawn for one image, and their application.
 *
 * Every operation is a row of one table (operations.h). The random numbers of an image depend on
 * (seed, pass, record id, operation) alone: neither the order of records nor the number of threads
 * nor which other operations are enabled changes them. */
#ifndef AUGMENT_AUGMENT_H
#define AUGMENT_AUGMENT_H

#include "stream/stream.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	AUGMENT_OPERATIONS_MAXIMUM = 40,
	AUGMENT_VALUES_MAXIMUM = 8,
	AUGMENT_POLICY_OPERATIONS_MAXIMUM = 16,
	AUGMENT_MAGNITUDE_MAXIMUM = 30,
	AUGMENT_STEPS_MAXIMUM = AUGMENT_OPERATIONS_MAXIMUM + AUGMENT_POLICY_OPERATIONS_MAXIMUM,
};

/* Padding beyond the edges: the nearest pixel, a constant, or the mirrored image (its edge pixels
 * twice). */
enum augment_fill { AUGMENT_NEAREST, AUGMENT_CONSTANT, AUGMENT_REFLECT };

/* Interpolation between pixels; bicubic is Keys' with a = -0.75, as in PyTorch and OpenCV. */
enum augment_interpolation { AUGMENT_INTERPOLATE_NEAREST, AUGMENT_BILINEAR, AUGMENT_BICUBIC };

/* Automatic augmentation as in torchvision: RandAugment (Cubuk et al., 2019) applies a number of
 * random operations at one magnitude, TrivialAugment (Mueller and Hutter, 2021; its wide space) one
 * at a random magnitude. */
enum augment_policy { AUGMENT_POLICY_NONE, AUGMENT_RANDAUGMENT, AUGMENT_TRIVIAL };

/* Their names in order, ended by NULL. */
extern const char *const augment_fill_names[], *const augment_interpolation_names[],
						       *const augment_policy_names[];

/* The largest amount of an operation, and its probability. It is off if either is 0. */
struct augment_setting {
	double amount, probability;
};

struct augment_options {
	struct augment_setting settings[AUGMENT_OPERATIONS_MAXIMUM]; /* of each row of the table */
	double crop_ratio; /* random-resized-crop: largest change of the image's aspect ratio, as a
	                      factor */
	int policy;        /* enum augment_policy */
	int policy_operations; /* RandAugment: operations per image */
	int policy_magnitude;  /* RandAugment: 0 to AUGMENT_MAGNITUDE_MAXIMUM */
	int fill;              /* enum augment_fill */
	double fill_value;     /* for AUGMENT_CONSTANT, from 0 (minimum of the value range) to 1
	                          (maximum) */
	int interpolation;     /* enum augment_interpolation */
};

/* In the order of augment_preset_names, which ends with NULL. */
enum augment_preset {
	AUGMENT_PRESET_NONE,
	AUGMENT_PRESET_KERAS,
	AUGMENT_PRESET_LIGHT,
	AUGMENT_PRESET_STRONG
};
extern const char *const augment_preset_names[];

/* The options of a preset; AUGMENT_PRESET_NONE enables no operation. */
struct augment_options augment_preset(enum augment_preset preset);

/* Sets one operation from text: "15", or with its probability "15:0.5"; "0.5" if it has only a
 * probability. -1: no such operation, or a number out of its range. */
CHECKED int augment_set(struct augment_options *options, const char *operation, const char *text,
	struct error *error);

/* Whether the operation of this row has an amount and a probability above 0. */
bool augment_is_enabled(const struct augment_options *options, int row);

/* Whether a geometric operation is enabled, so that padding and interpolation matter. */
bool augment_has_geometry(const struct augment_options *options);

/* Formats an operation's setting as augment_set parses it. Returns augment_is_enabled. */
enum { AUGMENT_SETTING_SIZE = 64 };
bool augment_describe_setting(const struct augment_options *options, int row,
	char text[AUGMENT_SETTING_SIZE]);

/* The setting of the operation of that name, which must exist. */
struct augment_setting *augment_setting(struct augment_options *options, const char *operation);

/* The enabled options as a canonical command line, "--shear 0.2 --zoom 0.2". In fresh memory, which
 * the caller frees; NULL without memory. */
char *augment_describe(const struct augment_options *options);

/* One operation with the random values drawn for it; augment.1 defines them for each operation. */
struct augment_step {
	int operation; /* row of the table */
	double values[AUGMENT_VALUES_MAXIMUM];
};

/* The operations on one image, in this order; but geometry comes first, composed to one matrix. */
struct augment_change {
	int count;
	struct augment_step steps[AUGMENT_STEPS_MAXIMUM];
};

/* Draws the change for one record in one pass. */
void augment_draw(const struct augment_options *options, uint64_t seed, uint32_t pass, uint64_t id,
	struct augment_change *change);

/* The step of a change that mixes two images, mixup or cutmix; NULL: none. */
const struct augment_step *augment_mixing(const struct augment_change *change);

/* Draws the index, below `count` (at least 1), of the record that a record is mixed with. */
uint32_t augment_draw_partner(uint64_t seed, uint32_t pass, uint64_t id, uint32_t count);

/* The change of one record, and that of the record it is mixed with. */
struct augment_variation {
	struct augment_change change;
	bool mixed; /* with the record of id `partner`, after partner_change */
	uint64_t partner;
	struct augment_change partner_change;
};

/* ---- application ---- */

/* Buffers for augmenting images of one shape, one at a time; each thread needs its own. */
struct augment_workspace;

/* Creates one for images described by `head`, with padding and interpolation of `options`, and
 * results as in augment_result_head. -1, *workspace NULL: no memory, or a number of channels that
 * an operation does not support. The caller frees with augment_workspace_destroy. */
CHECKED int augment_workspace_create(struct augment_workspace **workspace,
	const struct stream_head *head, const struct augment_options *options, bool rescale,
	struct error *error);
void augment_workspace_destroy(struct augment_workspace *workspace);

/* The stream head of the results: `head`, but with `rescale` f32 in the range 0..1, without alpha
 * if images are composited over a background, labelled by weights if images are mixed. Borrows
 * classes and history. */
struct stream_head augment_result_head(const struct stream_head *head,
	const struct augment_options *options, bool rescale);

/* Augments one image: `in` as in the workspace's head (height x width x channels), `out` as in
 * augment_result_head, not overlapping. One interpolation for all geometry; u8 rounds to nearest,
 * ties up, at the end only; after an operation on colours values are clamped to the value range.
 * -1: no memory. */
CHECKED int augment_apply(struct augment_workspace *workspace, const struct augment_change *change,
	const void *in, void *out, struct error *error);

/* Mixes two results: out, in place, with `partner`. Returns the weight of `out`, 0 to 1. */
double augment_mix(const struct augment_step *step, const struct stream_head *result, void *out,
	const void *partner);

#endif
