/* Where a reader's bytes come from: a mapped file, or a descriptor read as it comes. */
#ifndef STREAM_INPUT_H
#define STREAM_INPUT_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

struct input {
	char *name;         /* the path, or "standard input" */
	int descriptor;
	bool mapped;        /* a regular file named by its path */
	unsigned char *map; /* NULL for an empty file */
	size_t size, position; /* of the mapped file */
	struct timespec modified; /* when it last was, as it was opened */
	size_t released;    /* bytes of it that are no longer held */
	unsigned char *buffer; /* what was last read, when not mapped */
	size_t capacity, kept; /* bytes at its start that were looked at and not yet taken */
};

/* Opens `path`, "-" being standard input. On failure (-1) *input is empty. */
CHECKED int input_open(struct input *input, const char *path, struct error *error);

/* Takes the next `size` bytes, which stay valid until the next call. Returns 1; 0 where the input ends before
 * them, *available being how many there were and are given (0 to size - 1); -1 on an error, a mapped file that
 * shrank among them. */
CHECKED int input_next(struct input *input, size_t size, const unsigned char **bytes, size_t *available,
	struct error *error);

/* Looks at the next `size` bytes without taking them, before the first of them are taken: *available of them are there,
 * all if the input doesn't end before. Returns 0 or -1. */
CHECKED int input_look(struct input *input, size_t size, const unsigned char **bytes, size_t *available,
	struct error *error);

/* Takes all that is left, at most `limit` bytes, into fresh memory with a NUL behind it, the caller's to free. Returns 0 or
 * -1. */
CHECKED int input_take_all(struct input *input, size_t limit, unsigned char **bytes, size_t *size, struct error *error);

/* Whether a mapped file is still as it was opened, by the time of its last change and its size. */
bool input_is_unchanged(const struct input *input);

/* Closes and frees; an all-zero input with descriptor -1 is allowed. */
void input_close(struct input *input);

#endif
