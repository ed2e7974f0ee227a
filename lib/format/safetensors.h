/* safetensors (github.com/huggingface/safetensors): named arrays of floats and texts in one file:
 * the length of a header as 8 bytes, the header as JSON, then the arrays, lowest byte first. */
#ifndef FORMAT_SAFETENSORS_H
#define FORMAT_SAFETENSORS_H

#include "base/error.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum { SAFETENSORS_RANK_MAXIMUM = 4 };

/* An array to write; all is the caller's. */
struct safetensors_array {
	const char *name;
	int rank;
	size_t shape[SAFETENSORS_RANK_MAXIMUM];
	const float *values;
	size_t count; /* product of the shape */
};

/* Writes the arrays, in this order, and `metadata`, an object of texts, which is all that the
 * format allows; it is borrowed. Complete or not at all. Returns 0, or -1 with an error of the
 * path. */
CHECKED int safetensors_save(const char *path, const struct safetensors_array *arrays, int count,
	json_t *metadata, struct error *error);

/* Calls `take` with the data that a file of these arrays has, in order, piece by piece. */
void safetensors_data(const struct safetensors_array *arrays, int count,
	void (*take)(void *context, const void *bytes, size_t size), void *context);

/* A file in memory; all zero is none. */
struct safetensors {
	unsigned char *bytes; /* of the whole file; owned */
	const unsigned char *data;
	size_t data_size;
	json_t *header; /* owned */
};

/* Reads a whole file. On failure (-1: no such file, not in this format) *file is empty. */
CHECKED int safetensors_load(struct safetensors *file, const char *path, struct error *error);

/* A text of the metadata, owned by the file; NULL if there is none. */
const char *safetensors_text(const struct safetensors *file, const char *key);

/* Copies an array of exactly `count` floats. Returns false if the file has no such array. */
CHECKED bool safetensors_copy(const struct safetensors *file, const char *name, float *values,
	size_t count);

void safetensors_free(struct safetensors *file);

#endif
