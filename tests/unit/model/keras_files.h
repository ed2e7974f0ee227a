/* Fixtures written by Keras: two tiny models in both layouts, inputs, and Keras' predictions. */
#ifndef TESTS_UNIT_MODEL_KERAS_FILES_H
#define TESTS_UNIT_MODEL_KERAS_FILES_H

#include "base/bytes.h"
#include "base/file.h"
#include "format/weights.h"
#include "model/model.h"
#include "tap.h"

#include <stdlib.h>

/* tests/fixtures/model/NAME, and scratch()/NAME; each valid until its next call. */
static inline const char *model_fixture(const char *name)
{
	static char path[4096];
	snprintf(path, sizeof path, "%s/%s", fixture("model"), name);
	return path;
}

static inline const char *scratch_path(const char *name)
{
	static char path[4096];
	snprintf(path, sizeof path, "%s/%s", scratch(), name);
	return path;
}

/* The numbers of an .npy file of f32 (format 1: the length of the header is at byte 8); the caller
 * frees. */
static inline float *read_npy(const char *path, size_t *count)
{
	unsigned char *bytes;
	size_t size;
	struct error error;
	if (file_read(path, 1 << 24, &bytes, &size, &error)) {
		note("%s: %s", error.object, error.reason);
		exit(1);
	}
	size_t start = 10 + (size_t)load_u16(bytes + 8);
	*count = (size - start) / 4;
	float *values = malloc(size);
	for (size_t i = 0; i < *count; i++)
		values[i] = load_f32(bytes + start + 4 * i);
	free(bytes);
	return values;
}

#endif
