/* A temporary file without a name: what came through a pipe, to be read again in any order. */
#ifndef BASE_SPOOL_H
#define BASE_SPOOL_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

struct spool {
	int descriptor; /* for reading at an offset; -1 while nothing was added */
	uint64_t size;  /* bytes in it */
};

/* A spool with nothing in it and no file yet. */
#define SPOOL_EMPTY ((struct spool){.descriptor = -1})

/* Appends `size` bytes; they begin at *offset. The file is made in the folder TMPDIR names, else in /tmp. Returns 0,
 * or -1 naming that folder: it can't be written, the disk is full. */
CHECKED int spool_add(struct spool *spool, const void *bytes, size_t size, uint64_t *offset, struct error *error);

/* Forgets what was added; what is added next is written over it. */
void spool_clear(struct spool *spool);

/* Closes, which removes the file. */
void spool_close(struct spool *spool);

/* Reads `size` bytes at `offset` of `descriptor`, a spool's or a file's. Safe from several threads. Returns 0, or -1
 * naming `name`: an error of reading, a file that has become shorter. */
CHECKED int spool_read(int descriptor, uint64_t offset, void *bytes, size_t size, const char *name, struct error *error);

#endif
