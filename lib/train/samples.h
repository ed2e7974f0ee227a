/* Labelled images for training and validation, taken from tensor streams in any order.
 *
 * Memory holds a label and a place for each record, never the images: a file is read again where its records
 * lie; what came through a pipe, or compressed, waits in a spool. While a pass of a pipe is in use, a thread of its own
 * reads the next one into a second spool. */
#ifndef TRAIN_SAMPLES_H
#define TRAIN_SAMPLES_H

#include "base/digest.h"
#include "stream/stream.h"

#include <stdbool.h>

struct samples;

enum samples_order {
	SAMPLES_BY_PASS, /* the records of one pass at a time */
	SAMPLES_JOINED,  /* the records of all passes together */
};

/* Opens `count` streams, whose heads must agree. Several streams, and a file, are read to their ends now; records with
 * the same pass number, in whichever file, are one pass. One pipe ("-") in order SAMPLES_BY_PASS is read a pass at
 * a time, as samples_begin_epoch asks. On failure (-1: no records, one without a label, differing heads, what
 * the stream's reader finds) *samples is NULL. */
CHECKED int samples_open(struct samples **samples, const char *const *paths, size_t count, enum samples_order order,
	struct error *error);

/* Frees, without waiting for a pipe; NULL is allowed. */
void samples_close(struct samples *samples);

/* The first stream's head, with the history of the tools that made it; and its name. */
const struct stream_head *samples_head(const struct samples *samples);
const char *samples_name(const struct samples *samples);

/* Selects the pass for `epoch`, called with 0, 1, 2, ... in turn. Passes are taken in turn and then again from the
 * first; of a pipe only the last is still there, and repeats. *repeated says that this pass was used before.
 * Returns 0, or -1: what the stream's reader found in the pass asked for, no memory, no thread. Epoch 0 is selected
 * already. */
CHECKED int samples_begin_epoch(struct samples *samples, int epoch, bool *repeated, struct error *error);

/* Reads what is left of a pipe, so that its writer ends well and its end is checked. Returns 0 or -1. */
CHECKED int samples_finish(struct samples *samples, struct error *error);

/* Whether the end of the streams was seen, so that no pass is still to come. */
bool samples_is_complete(const struct samples *samples);

/* Passes met so far, and records in the selected one. */
size_t samples_passes(const struct samples *samples);
uint32_t samples_count(const struct samples *samples);

/* SHA-256 over the data digests of all segments, once samples_is_complete. */
void samples_digest(const struct samples *samples, unsigned char out[DIGEST_SIZE]);

/* Floats of one image, and bytes of its tensor in the stream. */
size_t samples_input_count(const struct samples *samples);
size_t samples_tensor_size(const struct samples *samples);

/* Record `index` of the selected pass: its image as stream_values gives it into `input`, and into `target` a number per
 * class, 1 for the label and else 0, or the weights. `tensor` is scratch memory of samples_tensor_size bytes. Safe from several
 * threads, each with its own. */
CHECKED int samples_read(const struct samples *samples, uint32_t index, float *input, float *target, void *tensor,
	struct error *error);

/* Adds the selected pass's targets up, per class. */
void samples_class_totals(const struct samples *samples, double *totals);

#endif
