/* Weights of a network in Keras' HDF5 files.
 *
 * A file that is read is untrusted, and HDF5 crashes on some damaged ones (1.10.8): the functions
 * that parse are for a confined child process (sandbox/child.h). */
#ifndef FORMAT_WEIGHTS_H
#define FORMAT_WEIGHTS_H

#include "nn/network.h"

#include <stdbool.h>
#include <stddef.h>

/* Location of the values of an array. */
struct weights_location {
	bool converted; /* read into memory; else they are in the file as native floats, */
	size_t offset;  /* at this offset in bytes */
};

/* Attributes of a whole model's root. */
struct weights_attributes {
	char *model_config;    /* its JSON; NULL: the file has weights alone */
	char *training_config; /* JSON; NULL: not compiled */
	char *keras_version;   /* or NULL */
};

/* Reads them; the caller ends them by weights_attributes_free(). On failure (-1: not HDF5, or
 * damaged) all are NULL. As weights_parse, it may crash. */
CHECKED int weights_read_attributes(struct weights_attributes *attributes, const void *bytes,
	size_t size, const char *path, struct error *error);
void weights_attributes_free(struct weights_attributes *attributes);

/* Parses a file: writes a location for each parameter of the network, which is not changed.
 * `values` has space for all parameters, one after the other. May crash or not terminate on a
 * damaged file. */
CHECKED int weights_parse(const void *bytes, size_t size, const char *path,
	const struct network *network, float *values, struct weights_location *locations,
	struct error *error);

/* Writes an HDF5 file in both of Keras' layouts, in a child process. The same weights give the same
 * bytes. Complete or not at all. */
CHECKED int weights_write(const struct network *network, const char *path, struct error *error);
/* The bytes of that file, the caller's to free; NULL on failure. `path` is for messages. */
CHECKED int weights_image(const struct network *network, unsigned char **bytes, size_t *size,
	const char *path, struct error *error);

#endif
