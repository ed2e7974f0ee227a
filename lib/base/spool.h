/* An unnamed temporary file: stores what came through a pipe, for random access. */
#ifndef BASE_SPOOL_H
#define BASE_SPOOL_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

struct spool {
	int descriptor; /* for pread; -1 while nothing was added */
	uint64_t size;  /* bytes */
};

/* An empty spool, without a file yet. */
#define SPOOL_EMPTY ((struct spool){.descriptor = -1})

/* Appends `size` bytes, which begin at *offset. The file is created in the folder TMPDIR, else in
 * /tmp. Returns 0, or -1 with an error of that folder: not writable, disk full. */
CHECKED int spool_add(struct spool *spool, const void *bytes, size_t size, uint64_t *offset,
	struct error *error);

/* Makes it empty; what is added next overwrites the old content. */
void spool_reset(struct spool *spool);

/* Closes and so deletes the file. */
void spool_close(struct spool *spool);

/* Reads `size` bytes at `offset` of `descriptor`, a spool's or a file's. Thread-safe. Returns 0, or
 * -1 with an error of `name`: a read error, or a file that has become shorter. */
CHECKED int spool_read(int descriptor, uint64_t offset, void *bytes, size_t size, const char *name,
	struct error *error);

#endif
