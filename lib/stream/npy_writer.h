/* Writes NumPy's .npy files, version 1.0 (numpy.lib.format, "Format Version 1.0"). */
#ifndef STREAM_NPY_WRITER_H
#define STREAM_NPY_WRITER_H

#include "base/error.h"

#include <stdint.h>
#include <stdio.h>

enum { NPY_RANK_MAXIMUM = 4 };

struct npy_writer {
	FILE *stream;     /* the caller's; seekable, because the header is rewritten at the end */
	const char *name; /* for messages; the caller's */
	const char *type; /* "u1", "i4", "f4", in the machine's byte order */
	int rank;
	uint64_t sizes[NPY_RANK_MAXIMUM]; /* sizes[0] counts the rows written */
};

/* Writes a header with space for the final number of rows; sizes[0] is 0. */
CHECKED int npy_writer_begin(const struct npy_writer *writer, struct error *error);

/* Appends one row of `size` bytes, values in the machine's byte order. */
CHECKED int npy_writer_add(struct npy_writer *writer, const void *row, size_t size,
	struct error *error);

/* Seeks to the start and writes the final header. Does not flush. Returns 0, or -1: the stream
 * isn't seekable, or an error. */
CHECKED int npy_writer_end(const struct npy_writer *writer, struct error *error);

#endif
