/* Arrays of numbers read from files: images, and their labels. */
#ifndef DATASET_NDARRAY_H
#define DATASET_NDARRAY_H

#include "dataset/class_folders.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	NDARRAY_RANK_MAXIMUM = 4,
	NDARRAY_BYTES_MAXIMUM = 1 << 30 /* of an array that is held in memory */
};

enum ndarray_kind { NDARRAY_BOOLEAN, NDARRAY_UNSIGNED, NDARRAY_SIGNED, NDARRAY_FLOAT };

/* All zero is no array. */
struct ndarray {
	enum ndarray_kind kind;
	int size; /* bytes of a value: 1, 2, 4 or 8 */
	bool big_endian;
	bool fortran_order; /* the first index varies fastest, instead of the last */
	int rank;           /* 1 to 4; further dimensions have size 1 */
	uint64_t sizes[NDARRAY_RANK_MAXIMUM];
	const unsigned char *values;
	void *owned; /* memory from malloc or, where `mapped` is not 0, a mapped file of so many
	                bytes */
	size_t mapped;
};

/* Number of values, of the array and of one row (an element of the first dimension). */
uint64_t ndarray_count(const struct ndarray *array);
uint64_t ndarray_row_count(const struct ndarray *array);

/* The value at position `index` of row `row`, the last index varying fastest. 64-bit integers are
 * rounded. */
double ndarray_value(const struct ndarray *array, uint64_t row, uint64_t index);

/* Whether values are unsigned bytes or booleans, which are used unchanged. */
bool ndarray_is_bytes(const struct ndarray *array);

/* Finds the smallest and the largest value. Returns false if one is not finite. */
bool ndarray_range(const struct ndarray *array, double *minimum, double *maximum);

/* Appends to `files` an entry per row of `images`, named "FILE#number" from 0, with its label from
 * `labels` (values NULL: no labels): of shape (N), integer class indices, -1 for no class, or of
 * shape (N, classes), weights. If `files` already has classes, there must be one for every label;
 * else classes are named by their indices, "0", "1", ... Returns 0 or -1: the shape of `images` is
 * not (N, H, W) or (N, H, W, C); another number of labels; invalid labels. */
CHECKED int ndarray_add_files(struct dataset_files *files, const char *images_path,
	const struct ndarray *images, const char *labels_path, const struct ndarray *labels,
	struct error *error);

/* Frees and sets to zero. */
void ndarray_free(struct ndarray *array);

#endif
