#include "base/digest_table.h"

#include "base/bytes.h"
#include "base/digest.h"

#include <stdlib.h>
#include <string.h>

struct digest_entry {
	unsigned char key[DIGEST_KEY_SIZE];
	int32_t number_plus_one; /* 0: free */
};

void digest_key(const char *text, unsigned char key[DIGEST_KEY_SIZE])
{
	unsigned char digest[DIGEST_SIZE];
	digest_of(text, strlen(text), digest);
	memcpy(key, digest, DIGEST_KEY_SIZE);
}

/* The entry of `key`, or the free one to insert it at (linear probing). */
static struct digest_entry *find(struct digest_entry *entries, size_t capacity,
	const unsigned char *key)
{
	size_t slot = load_u64(key) & (capacity - 1);
	while (entries[slot].number_plus_one && memcmp(entries[slot].key, key, DIGEST_KEY_SIZE))
		slot = (slot + 1) & (capacity - 1);
	return &entries[slot];
}

int digest_table_get(const struct digest_table *table, const unsigned char key[DIGEST_KEY_SIZE])
{
	return table->capacity ? find(table->entries, table->capacity, key)->number_plus_one - 1
			       : -1;
}

static int grow(struct digest_table *table, struct error *error)
{
	size_t capacity = table->capacity ? 2 * table->capacity : 256;
	struct digest_entry *entries = calloc(capacity, sizeof *entries);
	if (!entries)
		return error_memory(error, "addresses seen");
	for (size_t i = 0; i < table->capacity; i++)
		if (table->entries[i].number_plus_one)
			*find(entries, capacity, table->entries[i].key) = table->entries[i];
	free(table->entries);
	table->entries = entries;
	table->capacity = capacity;
	return 0;
}

int digest_table_set(struct digest_table *table, const unsigned char key[DIGEST_KEY_SIZE],
	int number, struct error *error)
{
	if (4 * (table->count + 1) > 3 * table->capacity && grow(table, error))
		return -1;
	struct digest_entry *entry = find(table->entries, table->capacity, key);
	table->count += !entry->number_plus_one;
	memcpy(entry->key, key, DIGEST_KEY_SIZE);
	entry->number_plus_one = number + 1;
	return 0;
}

int digest_table_add(struct digest_table *table, const char *text, struct error *error)
{
	unsigned char key[DIGEST_KEY_SIZE];
	digest_key(text, key);
	if (digest_table_get(table, key) >= 0)
		return 0;
	return digest_table_set(table, key, 0, error) ? -1 : 1;
}

void digest_table_free(struct digest_table *table)
{
	free(table->entries);
	*table = (struct digest_table){0};
}
