/* Labelled images of tensor streams, with random access, for training and validation.
 *
 * Memory holds the label, the source's key and the location of each record, never the images: those
 * of an uncompressed file are read from it when needed; those of a pipe or a compressed file are
 * copied to a spool, a temporary file. While a pass of a pipe is in use, a thread prefetches the
 * next one into a second spool. */
#ifndef TRAIN_SAMPLES_H
#define TRAIN_SAMPLES_H

#include "base/digest.h"
#include "model/input_values.h"

#include <signal.h>
#include <stdbool.h>

struct samples;

enum samples_order {
	SAMPLES_BY_PASS, /* the records of one pass at a time */
	SAMPLES_JOINED,  /* the records of all passes together */
};

/* Opens `count` streams, whose heads must agree. Several streams, or a file, are indexed to their
 * ends now; records with the same pass number, from all files, are one pass. A single pipe ("-") in
 * order SAMPLES_BY_PASS is read pass by pass, by samples_begin_epoch. On failure (-1: no records, a
 * record without a label, different heads, an invalid stream) *samples is NULL. */
CHECKED int samples_open(struct samples **samples, const char *const *paths, size_t count,
	enum samples_order order, struct error *error);

/* Frees, even while a thread is blocked on a pipe; NULL is allowed. */
void samples_close(struct samples *samples);

/* The values that samples_read gives; 0..1 by default. */
void samples_set_values(struct samples *samples, const struct input_values *values);

/* From now on, waiting for a pipe fails once *interrupted is not 0; it must outlive *samples. */
void samples_set_interruption(struct samples *samples, const volatile sig_atomic_t *interrupted);

/* The head of the first stream, with the history of the tools that made it; and that stream's
 * name. */
const struct stream_head *samples_head(const struct samples *samples);
const char *samples_name(const struct samples *samples);

/* Selects the pass for `epoch`; called with 0, 1, 2, ... in order. After the last pass of files the
 * first follows; of a pipe only the last pass is stored, and repeated. *repeated: this pass was
 * used before. Returns 0, or -1: an invalid stream, no memory, no thread. samples_open has selected
 * epoch 0. */
CHECKED int samples_begin_epoch(struct samples *samples, int epoch, bool *repeated,
	struct error *error);

/* Reads the rest of a pipe, so that its writer can finish and its end is checked. Returns 0 or
 * -1. */
CHECKED int samples_finish(struct samples *samples, struct error *error);

/* Whether all passes have been read. */
bool samples_is_complete(const struct samples *samples);

/* Number of passes read so far, and of records in the selected one. */
size_t samples_passes(const struct samples *samples);
uint32_t samples_count(const struct samples *samples);

/* Number of passes that the first head announces (tens.5), which may turn out to be more; 0 if it
 * does not. */
int samples_announced_passes(const struct samples *samples);

/* SHA-256 of the data digests of all segments, after samples_is_complete. */
void samples_digest(const struct samples *samples, unsigned char out[DIGEST_SIZE]);

/* A SHA-256 that identifies the records of the selected pass; valid until the next
 * samples_begin_epoch. */
const unsigned char *samples_pass_digest(const struct samples *samples);

/* The key (stream_source_key, DIGEST_KEY_SIZE bytes) of the source of record `index` of the
 * selected pass; valid until the next samples_begin_epoch. */
const unsigned char *samples_source_key(const struct samples *samples, uint32_t index);

/* Number of floats of an input, and of bytes of its tensor in the stream. */
size_t samples_input_count(const struct samples *samples);
size_t samples_tensor_size(const struct samples *samples);

/* Reads record `index` of the selected pass: its values (input_values_of_tensor) into `input`, and
 * into `target` a number per class: the one-hot label, or the weights. `tensor` is scratch memory
 * of samples_tensor_size bytes. Thread-safe, with a `tensor` per thread. */
CHECKED int samples_read(const struct samples *samples, uint32_t index, float *input, float *target,
	void *tensor, struct error *error);

/* The sum of the targets of the selected pass, per class. */
void samples_class_totals(const struct samples *samples, double *totals);

#endif
