/* IDX files, the format of MNIST and its descendants.
 *
 * Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits". Big-endian:
 * two zero bytes, 0x08 (unsigned bytes), the number of dimensions, a 32-bit size for each, then the
 * values. */
#ifndef DATASET_IDX_H
#define DATASET_IDX_H

#include "dataset/ndarray.h"

/* Whether `path` is a regular file that begins with the magic of IDX files of bytes, plain or
 * compressed by gzip. */
bool idx_detect(const char *path);

/* Reads a file of bytes in 1 to 3 dimensions, plain or compressed by gzip. Returns 0, or -1
 * (truncated, not IDX, another number of dimensions, over NDARRAY_BYTES_MAXIMUM); *array is then
 * zero. */
CHECKED int idx_read(struct ndarray *array, const char *path, int dimensions, struct error *error);

#endif
