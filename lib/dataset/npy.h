/* NumPy's .npy files, versions 1.0 to 3.0.
 *
 * Source: NumPy's numpy.lib.format. Magic, version, length of the header (16 bits in version 1.0,
 * else 32), header: a Python dictionary of 'descr', 'fortran_order' and 'shape'; then the
 * values. */
#ifndef DATASET_NPY_H
#define DATASET_NPY_H

#include "dataset/ndarray.h"

/* Whether `path` is a regular file that begins with the magic of .npy files: 1 or 0; -1 on a fault
 * of the machine. */
CHECKED int npy_detect(const char *path, struct error *error);

/* Reads an array of booleans, integers or floats, of either byte order, in C or Fortran order, with
 * up to four dimensions. A regular file is mapped, anything else ("-": standard input) is read into
 * memory, up to NDARRAY_BYTES_MAXIMUM. Returns 0, or -1: not a .npy file, another type (structures,
 * objects, text, complex numbers), empty, truncated, or longer than its header says; *array is then
 * zero. */
CHECKED int npy_read(struct ndarray *array, const char *path, struct error *error);

#endif
