/* Internal to lib/format: parsing of weights in an HDF5 file (format/weights.h). HDF5 opens other
 * files that it refers to, allocates memory by its sizes, and crashes on some damaged files
 * (1.10.8). Each step therefore validates an object before HDF5 reads it. */
#ifndef FORMAT_WEIGHTS_FILE_H
#define FORMAT_WEIGHTS_FILE_H

#include "base/text.h"
#include "format/weights.h"
#include "nn/network.h"

#include <hdf5.h>
#include <stdbool.h>

enum {
	WEIGHTS_ARRAYS_MAXIMUM = 1
		<< 16, /* arrays of a file, entries of a group or of a list of names */
	WEIGHTS_PATH_SIZE = 1024,
};

/* The name of a file in memory: a path that cannot exist, since HDF5 looks for it on disk too. */
#define WEIGHTS_NO_FILE "/dev/null/weights"

/* An HDF5 file in memory. */
struct weights_file {
	hid_t id;
	size_t size;         /* bytes */
	const char *path;    /* for messages */
	struct error *error; /* the caller's, may be NULL */
	bool out_of_memory;  /* HDF5 has failed for lack of memory */
};

/* Opens `size` bytes as a read-only file in memory. They, *file, `path` and `error` must stay valid
 * until weights_file_close. On failure (-1: not HDF5, or damaged) there is nothing to close. */
CHECKED int weights_file_open(struct weights_file *file, const void *bytes, size_t size,
	const char *path, struct error *error);
void weights_file_close(struct weights_file *file);

/* Fills file->error: "PATH: OBJECT: reason". Returns -1. */
int weights_refuse(const struct weights_file *file, const char *object, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Whether `object` ("/conv1/conv1/bias") exists: 1, or 0. -1 with an error if a component is not a
 * hard link: others could refer to other files. Must be called before a path is opened. */
CHECKED int weights_find(const struct weights_file *file, const char *object);

/* Appends the strings of attribute `name` of an open object, a list that Keras may have split into
 * name0, name1, ... False: it is missing, damaged, or larger than the file can hold. */
bool weights_read_names(const struct weights_file *file, hid_t object, const char *name,
	struct text_list *names);

/* Appends the paths of the arrays that belong to the network's parameters, in their order; the
 * layout is recognized by content. Returns 0, or -1 (some may have been added); the caller frees
 * the list either way. Another number of arrays than parameters is left to the caller. */
CHECKED int weights_list(const struct weights_file *file, const struct network *network,
	struct text_list *arrays);

/* The same of the legacy layout under `base` ("" or "/model_weights"). */
CHECKED int weights_list_legacy(const struct weights_file *file, const char *base,
	const struct network *network, struct text_list *arrays);

/* The same of the layouts of Keras 3 and Keras 2.12 to 2.15. Returns 1; or 0 if the file has none
 * of them. */
CHECKED int weights_list_keras3(const struct weights_file *file, const struct network *network,
	struct text_list *arrays);

/* In the legacy layout the weights of a nested model are one list: first those that are trained,
 * then the others. Sorts the paths of all arrays, in the file's order, by the network's parameters.
 * -1: a nested model's list has another order. A wrong number of arrays is left to the caller. */
CHECKED int weights_order_nested(const struct weights_file *file, const struct network *network,
	struct text_list *arrays);

/* Checks that array `name` exists and has the parameter's shape. */
CHECKED int weights_check_shape(const struct weights_file *file, const char *name,
	const struct parameter *parameter);

/* Locates the values of array `name`, which must be floating-point numbers (bfloat16 as Keras
 * stores it) of the parameter's shape, stored in the file itself without filters other than
 * deflate, shuffle and fletcher32. If they need conversion they are written to `values`, of
 * parameter->count floats. On failure (-1) some may have been written. */
CHECKED int weights_read_array(const struct weights_file *file, const char *name,
	const struct parameter *parameter, float *values, struct weights_location *location);

/* The type of strings in memory: pointers (H5T_VARIABLE), or fixed-length strings of `width` bytes.
 * Not derived from the type in the file, which may be damaged, but for its character set. The
 * caller's to close. */
hid_t weights_string_type(hid_t stored, size_t width);

#endif
