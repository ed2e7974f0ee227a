/* A set of texts known by their digests alone: 16 bytes and a number each, however long the text. */
#ifndef BASE_DIGEST_TABLE_H
#define BASE_DIGEST_TABLE_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

enum { DIGEST_KEY_SIZE = 16 };

/* All zero is an empty table. */
struct digest_table {
	struct digest_entry *entries;
	size_t count, capacity;
};

/* The first half of a text's SHA-256: 128 bits, so that no stranger can make two meet. */
void digest_key(const char *text, unsigned char key[DIGEST_KEY_SIZE]);

/* The number kept with `key`, or -1. */
int digest_table_get(const struct digest_table *table, const unsigned char key[DIGEST_KEY_SIZE]);

/* Keeps `number` (>= 0) with `key`, in the place of an earlier one. */
CHECKED int digest_table_set(struct digest_table *table, const unsigned char key[DIGEST_KEY_SIZE], int number,
	struct error *error);

/* Adds a text. Returns 1 where it is new, 0, or -1. */
CHECKED int digest_table_see(struct digest_table *table, const char *text, struct error *error);

/* Frees, and leaves an empty table. */
void digest_table_free(struct digest_table *table);

#endif
