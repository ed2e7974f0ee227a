/* IDX files, the format of MNIST and its descendants.
 *
 * Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits". Big-endian: two zero bytes,
 * 0x08 (unsigned bytes), the number of dimensions, a 32-bit size for each, then the values. */
#ifndef DATASET_IDX_H
#define DATASET_IDX_H

#include "dataset/array.h"

/* Whether `path` is a regular file that begins as such files of bytes do, plain or compressed by gzip. */
bool idx_detect(const char *path);

/* Reads a file of bytes in 1 to 3 dimensions, plain or compressed by gzip. Returns 0, or -1 (cut, not IDX, of another
 * number of dimensions, over ARRAY_BYTES_MAXIMUM); *array is then empty. */
CHECKED int idx_read(struct array *array, const char *path, int dimensions, struct error *error);

#endif
