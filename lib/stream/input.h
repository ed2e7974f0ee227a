/* The input of a reader: a memory-mapped file, or a buffered descriptor. */
#ifndef STREAM_INPUT_H
#define STREAM_INPUT_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

struct input {
	char *name; /* the path, or "standard input" */
	int descriptor;
	bool mapped;               /* a regular file, not standard input */
	unsigned char *map;        /* NULL for an empty file */
	size_t size, position;     /* of the mapped file */
	struct timespec modified;  /* modification time when it was opened */
	size_t released;           /* bytes from its start whose pages were released */
	unsigned char *buffer;     /* of a descriptor */
	size_t capacity, buffered; /* bytes at its start that were read and not yet consumed */
};

/* Opens `path`, "-" being standard input. On failure (-1) *input is empty. */
CHECKED int input_open(struct input *input, const char *path, struct error *error);

/* Reads the next `size` bytes, which are valid until the next call. Returns 1; 0 if the input ends
 * before, *available (0 to size - 1) then being the number of bytes; -1 on an error, for instance a
 * mapped file that became shorter. */
CHECKED int input_next(struct input *input, size_t size, const unsigned char **bytes,
	size_t *available, struct error *error);

/* Returns the next `size` bytes without consuming them; to be called before the first input_next.
 * *available is less than `size` only if the input ends before. Returns 0 or -1. */
CHECKED int input_peek(struct input *input, size_t size, const unsigned char **bytes,
	size_t *available, struct error *error);

/* Reads the rest of the input, at most `limit` bytes, into memory with a terminating NUL, the
 * caller's to free. Returns 0 or -1. */
CHECKED int input_read_all(struct input *input, size_t limit, unsigned char **bytes, size_t *size,
	struct error *error);

/* Whether a mapped file is unchanged since it was opened, by its modification time and size. */
bool input_is_unchanged(const struct input *input);

/* Closes and frees; all zero with descriptor -1 is allowed. */
void input_close(struct input *input);

#endif
