/* Inside lib/model: weights in an HDF5 file, read in steps.
 *
 * The file is untrusted. HDF5 follows it into other files, allocates what it says, and crashes on some damaged ones (1.10.8), so
 * that each step looks at a thing before HDF5 reads it, and weights_read() runs them all in a confined process (base/child.h). */
#ifndef MODEL_WEIGHTS_H
#define MODEL_WEIGHTS_H

#include "base/text.h"
#include "nn/network.h"

#include <hdf5.h>
#include <stdbool.h>

enum {
	WEIGHTS_ARRAYS_MAXIMUM = 1 << 16, /* of a file, and entries of a group or of a list of names */
	WEIGHTS_PATH_SIZE = 1024,
};

/* The name of a file in memory. HDF5 looks on the disk for that too, where this one cannot be. */
#define WEIGHTS_NO_FILE "/dev/null/weights"

/* An HDF5 file in memory. */
struct weights_file {
	hid_t id;
	size_t size;          /* bytes */
	const char *path;     /* for messages */
	struct error *error;  /* the caller's, may be NULL */
	bool out_of_memory;   /* a call of HDF5 failed for that */
};

/* Opens `size` bytes, which are only read and must stay until weights_file_close, as a file that touches no disk. *file, `path`
 * and `error` must stay too. On failure (-1: no HDF5, damaged) there is nothing to close. */
CHECKED int weights_file_open(struct weights_file *file, const void *bytes, size_t size, const char *path, struct error *error);
void weights_file_close(struct weights_file *file);

/* Fills file->error: "PATH: OBJECT: reason". Returns -1. */
int weights_refuse(const struct weights_file *file, const char *object, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Whether `object` ("/conv1/conv1/bias") is there, every part of it by a hard link: 1, or 0. Another link could lead out of the
 * file: -1, refused by name. Nothing may be opened by a path that this has not allowed. */
CHECKED int weights_find(const struct weights_file *file, const char *object);

/* Appends the paths of the arrays that belong to the network's parameters, in their order: legacy layout, Keras 3's, or a whole
 * saved model, told apart by content. Returns 0, or -1 (some may have been added); the caller frees the list either way. */
CHECKED int weights_list(const struct weights_file *file, const struct network *network, struct text_list *arrays);

/* Where the values of an array were found. */
struct weights_place {
	bool converted; /* they were read into memory; else they lie in the file, as memory has them */
	size_t offset;  /* then, in bytes from its beginning */
};

/* Finds the values of array `name`: parameter->count floating-point numbers of the parameter's shape, which lie in the file itself,
 * packed, if at all, by deflate, shuffle or fletcher32. `values` has room for them where they must be converted. On failure (-1)
 * some may have been written. */
CHECKED int weights_read_array(const struct weights_file *file, const char *name, const struct parameter *parameter,
	float *values, struct weights_place *place);

/* All of that: a place for each parameter of the network, which stays as it is, and room in `values` for one parameter's values
 * after the other's. A damaged file may crash or never end here. */
CHECKED int weights_parse(const void *bytes, size_t size, const char *path, const struct network *network, float *values,
	struct weights_place *places, struct error *error);

#endif
