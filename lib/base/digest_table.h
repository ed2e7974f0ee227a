/* A hash table from texts to numbers that stores only a digest of each text: 16 bytes, however long
 * the text. */
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

/* The first half of a text's SHA-256: 128 bits, so that collisions cannot be forged. */
void digest_key(const char *text, unsigned char key[DIGEST_KEY_SIZE]);

/* The number stored under `key`, or -1. */
int digest_table_get(const struct digest_table *table, const unsigned char key[DIGEST_KEY_SIZE]);

/* Stores `number` (>= 0) under `key`, replacing an earlier one. */
CHECKED int digest_table_set(struct digest_table *table, const unsigned char key[DIGEST_KEY_SIZE],
	int number, struct error *error);

/* Adds a text. Returns 1 if it is new, 0 if it is there already, or -1. */
CHECKED int digest_table_add(struct digest_table *table, const char *text, struct error *error);

/* Frees the entries and leaves an empty table. */
void digest_table_free(struct digest_table *table);

#endif
