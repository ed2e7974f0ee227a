/* NumPy's .npy files, version 1.0 (numpy.lib.format, "Format Version 1.0"). */
#ifndef STREAM_NPY_H
#define STREAM_NPY_H

#include "base/error.h"

#include <stdint.h>
#include <stdio.h>

enum { NPY_RANK_MAXIMUM = 4 };

struct npy {
	FILE *stream;          /* the caller's; must be a file, for the header to be written again */
	const char *name;      /* for messages; the caller's */
	const char *type;      /* "u1", "i4", "f4", in the machine's byte order */
	int rank;
	uint64_t sizes[NPY_RANK_MAXIMUM]; /* sizes[0] counts the rows written */
};

/* Writes a header with room for the final number of rows; npy.sizes[0] is 0. */
CHECKED int npy_begin(const struct npy *npy, struct error *error);

/* Appends one row of `size` bytes, values in the machine's byte order. */
CHECKED int npy_add(struct npy *npy, const void *row, size_t size, struct error *error);

/* Goes back and writes the final header. Does not flush. -1 when the stream can't go back. */
CHECKED int npy_end(const struct npy *npy, struct error *error);

#endif
