/* Arrays of numbers from files: images, and their labels. */
#ifndef DATASET_ARRAY_H
#define DATASET_ARRAY_H

#include "dataset/class_folders.h"

#include <stdbool.h>
#include <stdint.h>

enum { ARRAY_RANK_MAXIMUM = 4, ARRAY_BYTES_MAXIMUM = 1 << 30 /* of one that is held in memory */ };

enum array_kind { ARRAY_BOOLEAN, ARRAY_UNSIGNED, ARRAY_SIGNED, ARRAY_FLOAT };

/* All zero is none. */
struct array {
	enum array_kind kind;
	int size;                 /* bytes of a value: 1, 2, 4 or 8 */
	bool big_endian;
	bool fortran;             /* the first index varies fastest, instead of the last */
	int rank;                 /* 1 to 4; indices beyond it have size 1 */
	uint64_t sizes[ARRAY_RANK_MAXIMUM];
	const unsigned char *values;
	void *owned;              /* memory, or a mapped file of `mapped` bytes */
	size_t mapped;
};

/* How many values the array holds, all and in one of its rows (what the first index leaves). */
uint64_t array_count(const struct array *array);
uint64_t array_row_count(const struct array *array);

/* The value at `place` of row `row`, counted with the last index varying fastest. 64-bit whole numbers are rounded. */
double array_value(const struct array *array, uint64_t row, uint64_t place);

/* Whether values are bytes from 0 on: they can be taken as they are. */
bool array_is_bytes(const struct array *array);

/* Finds the smallest and the largest value. Returns false where one is no finite number. */
bool array_range(const struct array *array, double *minimum, double *maximum);

/* Appends to `files` an entry per row of `images`, named "FILE#number" from 0, with its label of `labels` (values NULL:
 * none): whole numbers, a class each, -1 being none, or a column of weights for each class. Where `files` holds classes
 * already there must be one for every label; else they are named by their numbers, "0", "1", ... Returns 0 or -1: `images`
 * is no row of images, (N, H, W) or (N, H, W, C); not as many labels; labels that are none. */
CHECKED int array_add_files(struct dataset_files *files, const char *images_path, const struct array *images,
	const char *labels_path, const struct array *labels, struct error *error);

/* Frees and leaves none. */
void array_free(struct array *array);

#endif
