/* Random variation of training images: what may happen, what happens to one image, and doing it.
 *
 * Every operation is a row of one table (operations.h). What is drawn for an image depends on (seed, pass, record id,
 * operation) alone: neither the order of records nor the number of threads nor which other operations are on changes
 * it. */
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

/* What lies beyond the edges: the nearest pixel, one value, or the mirrored picture (its edge pixels twice). */
enum augment_fill { AUGMENT_NEAREST, AUGMENT_CONSTANT, AUGMENT_REFLECT };

/* How values between pixels are found; bicubic is Keys' with a = -0.75, as PyTorch and OpenCV have
 * it. */
enum augment_interpolation { AUGMENT_INTERPOLATE_NEAREST, AUGMENT_BILINEAR, AUGMENT_BICUBIC };

/* Operations drawn by themselves, as torchvision does: RandAugment (Cubuk et al., 2019) a number of them at one magnitude,
 * TrivialAugment (Mueller and Hutter, 2021; its wide space) one at any. */
enum augment_policy { AUGMENT_POLICY_NONE, AUGMENT_RANDAUGMENT, AUGMENT_TRIVIAL };

/* Their names in order, ended by NULL. */
extern const char *const augment_fill_names[], *const augment_interpolation_names[], *const augment_policy_names[];

/* How far an operation may go, and how often it happens. Amount or probability 0: never. */
struct augment_setting {
	double amount, probability;
};

struct augment_options {
	struct augment_setting settings[AUGMENT_OPERATIONS_MAXIMUM]; /* of each row of the table */
	double crop_ratio;      /* random-resized-crop: width to height, at most so much more or less than the picture's */
	int policy;             /* enum augment_policy */
	int policy_operations;  /* RandAugment: how many */
	int policy_magnitude;   /* and how far, 0 to AUGMENT_MAGNITUDE_MAXIMUM */
	int fill;               /* enum augment_fill */
	double fill_value;      /* for AUGMENT_CONSTANT, from 0 (the least of the value range) to 1 */
	int interpolation;      /* enum augment_interpolation */
};

/* In the order of augment_preset_names, which ends with NULL. */
enum augment_preset { AUGMENT_PRESET_NONE, AUGMENT_PRESET_KERAS, AUGMENT_PRESET_LIGHT, AUGMENT_PRESET_STRONG };
extern const char *const augment_preset_names[];

/* The options that a preset stands for; with AUGMENT_PRESET_NONE nothing happens. */
struct augment_options augment_preset(enum augment_preset preset);

/* Sets one operation from text: "15", or with its probability "15:0.5"; where there is only a probability, "0.5".
 * -1: no such operation, or a number out of its range. */
CHECKED int augment_set(struct augment_options *options, const char *operation, const char *text, struct error *error);

/* Whether an operation, by its row, may happen. */
bool augment_is_on(const struct augment_options *options, int row);

/* Whether pixels may come to lie elsewhere, so that there is something between them or beyond the edges. */
bool augment_moves(const struct augment_options *options);

/* Writes an operation's setting as augment_set reads it. Returns augment_is_on. */
enum { AUGMENT_SETTING_SIZE = 64 };
bool augment_describe_setting(const struct augment_options *options, int row, char text[AUGMENT_SETTING_SIZE]);

/* The setting of one operation, for those who ask by name, which must be right. */
struct augment_setting *augment_setting(struct augment_options *options, const char *operation);

/* The options that are on, as a command line, "--shear 0.2 --zoom 0.2": the same for every way to say
 * the same. In fresh memory, which the caller frees; NULL without memory. */
char *augment_describe(const struct augment_options *options);

/* One operation, with the numbers drawn for it: what they mean is said with each operation (augment.1). */
struct augment_step {
	int operation; /* row of the table */
	double values[AUGMENT_VALUES_MAXIMUM];
};

/* What happens to one image, in this order, but all geometry at once and first. */
struct augment_change {
	int count;
	struct augment_step steps[AUGMENT_STEPS_MAXIMUM];
};

/* The change for one record in one pass. */
void augment_draw(const struct augment_options *options, uint64_t seed, uint32_t pass, uint64_t id,
	struct augment_change *change);

/* The step of a change that joins two images, mixup or cutmix; NULL: none. */
const struct augment_step *augment_mixing(const struct augment_change *change);

/* Which of `count` records (at least 1) a record is joined with. */
uint32_t augment_draw_partner(uint64_t seed, uint32_t pass, uint64_t id, uint32_t count);

/* What happens to one record. */
struct augment_variation {
	struct augment_change change;
	bool mixed;                  /* with the record `partner`, changed as its change says */
	uint64_t partner;
	struct augment_change partner_change;
};

/* ---- doing it ---- */

/* Memory for changing images of one shape, one image at a time; each thread has its own. */
struct augment_workspace;

/* Made for images as `head` says, with `options` for what lies beyond the edges, and results as in augment_result_head.
 * -1, *workspace NULL: no memory, or images of a number of channels that an operation can't work with. The caller frees with
 * augment_workspace_destroy. */
CHECKED int augment_workspace_create(struct augment_workspace **workspace, const struct stream_head *head,
	const struct augment_options *options, bool rescale, struct error *error);
void augment_workspace_destroy(struct augment_workspace *workspace);

/* What augmented images look like in a stream: `head`, but with `rescale` f32 in the range 0..1, without alpha where
 * a background is put behind it, labelled by weights where images are joined. Borrows classes and history. */
struct stream_head augment_result_head(const struct stream_head *head, const struct augment_options *options,
	bool rescale);

/* Changes one image: `in` as in the workspace's head (height x width x channels), `out` as in augment_result_head, not
 * overlapping. One interpolation for all geometry; u8 rounds to nearest, ties up, at the end only; after an operation on
 * colours values are cut to the value range. -1: no memory. */
CHECKED int augment_apply(struct augment_workspace *workspace, const struct augment_change *change, const void *in,
	void *out, struct error *error);

/* Joins two results by the step: out, in place, with `partner`. Returns the share, 0 to 1, that is left of `out`. */
double augment_mix(const struct augment_step *step, const struct stream_head *result, void *out, const void *partner);

#endif
