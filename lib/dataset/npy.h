/* NumPy's .npy files, versions 1.0 to 3.0.
 *
 * Source: NumPy's numpy.lib.format. Magic, version, the length of a header (16 bits in version 1.0, else 32), the header: a
 * Python dictionary of 'descr', 'fortran_order' and 'shape'; then the values. */
#ifndef DATASET_NPY_H
#define DATASET_NPY_H

#include "dataset/array.h"

/* Whether `path` is a regular file that begins as .npy files do: 1 or 0; -1 where the machine's fault keeps it from looking. */
CHECKED int npy_detect(const char *path, struct error *error);

/* Reads a file of booleans, whole numbers or floats, of either byte order, C or Fortran order, and up to four indices: a
 * regular file is mapped, anything else ("-": standard input) held in memory, up to ARRAY_BYTES_MAXIMUM. Returns 0, or -1:
 * no .npy file, of another type (structures, objects, text, complex numbers), empty, cut, or longer than it says; *array is
 * then empty. */
CHECKED int npy_read(struct array *array, const char *path, struct error *error);

#endif
