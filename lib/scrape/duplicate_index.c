#include "scrape/duplicate_index.h"

#include "base/array.h"
#include "base/bytes.h"
#include "base/text.h"
#include "image/near_duplicates.h"

#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct index_entry {
	unsigned char digest[FILE_NAME_HASH_BYTES];
	unsigned char pixels[IMAGE_HASH_PIXELS_SIZE];
	uint32_t class_number : 27, type : 5;
};

/* A hash table of entries by one of their members: the `size` bytes at `offset`. It has the first
 * of several equal ones. */
struct hash_index {
	size_t offset, size;
	uint32_t *slots; /* numbers of entries, counted from 1; 0: free */
	size_t capacity;
};

enum { DIGESTS, PIXELS, HASH_INDEXES };

struct duplicate_index {
	int hamming;
	struct text_list classes;
	int *counts; /* of images whose file exists, by class */
	struct index_entry *entries;
	size_t count;
	struct hash_index hash_indexes[HASH_INDEXES];
	struct near_duplicates *look_alikes;
};

int duplicate_index_create(struct duplicate_index **out, int hamming, struct error *error)
{
	struct duplicate_index *index = *out = calloc(1, sizeof *index);
	if (!index)
		return error_memory(error, "duplicate index");
	index->hamming = hamming;
	index->hash_indexes[DIGESTS] =
		(struct hash_index){.offset = offsetof(struct index_entry, digest),
			.size = FILE_NAME_HASH_BYTES};
	index->hash_indexes[PIXELS] =
		(struct hash_index){.offset = offsetof(struct index_entry, pixels),
			.size = IMAGE_HASH_PIXELS_SIZE};
	if (!hamming || near_duplicates_create(&index->look_alikes, error) == 0)
		return 0;
	free(index);
	*out = NULL;
	return -1;
}

void duplicate_index_file_name(char name[FILE_NAME_SIZE], const char *class_name,
	const unsigned char *digest, enum image_type type)
{
	char hash[2 * FILE_NAME_HASH_BYTES + 1];
	digest_hex(digest, FILE_NAME_HASH_BYTES, hash);
	snprintf(name, FILE_NAME_SIZE, "%s/%s.%s", class_name, hash, image_type_extension(type));
}

bool duplicate_index_is_file_name(const char *name)
{
	char class_name[FILE_NAME_SIZE];
	const char *hash = text_base_name(name);
	if (hash == name || (size_t)(hash - name) > sizeof class_name)
		return false;
	snprintf(class_name, sizeof class_name, "%.*s", (int)(hash - name) - 1, name);
	return text_is_class_name(class_name) &&
		strspn(hash, "0123456789abcdef") == 2 * FILE_NAME_HASH_BYTES &&
		hash[2 * FILE_NAME_HASH_BYTES] == '.';
}

/* ---- hash indexes ---- */

/* The slot of the entry with these bytes, or the free one for it (linear probing). */
static uint32_t *find_slot(const struct hash_index *hash, const struct index_entry *entries,
	const unsigned char *bytes)
{
	size_t position = load_u64(bytes) & (hash->capacity - 1);
	while (hash->slots[position] &&
		memcmp((const char *)&entries[hash->slots[position] - 1] + hash->offset, bytes,
			hash->size) != 0)
		position = (position + 1) & (hash->capacity - 1);
	return &hash->slots[position];
}

/* The number of the entry with these bytes, or -1. */
static int find_entry(const struct duplicate_index *index, int kind, const unsigned char *bytes)
{
	const struct hash_index *hash = &index->hash_indexes[kind];
	return hash->capacity ? (int)*find_slot(hash, index->entries, bytes) - 1 : -1;
}

static void insert_entry(struct hash_index *hash, const struct index_entry *entries, size_t number)
{
	uint32_t *slot =
		find_slot(hash, entries, (const unsigned char *)&entries[number] + hash->offset);
	if (!*slot)
		*slot = (uint32_t)number + 1;
}

/* Makes room for one more entry, with a quarter of the slots or more left free. */
static int grow_hash(const struct duplicate_index *index, struct hash_index *hash,
	struct error *error)
{
	size_t capacity = hash->capacity ? 2 * hash->capacity : 512;
	if (index->count + 1 <= hash->capacity / 4 * 3)
		return 0;
	free(hash->slots);
	hash->capacity = 0;
	hash->slots = calloc(capacity, sizeof *hash->slots);
	if (!hash->slots)
		return error_memory(error, "duplicate index");
	hash->capacity = capacity;
	for (size_t number = 0; number < index->count; number++)
		insert_entry(hash, index->entries, number);
	return 0;
}

/* ---- adding ---- */

/* The number of a class, added if it is new; -1 without memory. */
static int add_class(struct duplicate_index *index, const char *name, struct error *error)
{
	int number = text_list_find(&index->classes, name);
	if (number >= 0)
		return number;
	int *counts = array_grow(index->counts, index->classes.count, sizeof *counts);
	if (!counts)
		return error_memory(error, name);
	index->counts = counts;
	counts[index->classes.count] = 0;
	return text_list_add(&index->classes, name, error) ? -1 : (int)index->classes.count - 1;
}

/* Makes room for one more entry. */
static int grow(struct duplicate_index *index, struct error *error)
{
	struct index_entry *entries = index->count < INT_MAX
		? array_grow(index->entries, index->count, sizeof *entries)
		: NULL;
	if (!entries)
		return error_memory(error, "duplicate index");
	index->entries = entries;
	for (int kind = 0; kind < HASH_INDEXES; kind++)
		if (grow_hash(index, &index->hash_indexes[kind], error))
			return -1;
	return 0;
}

int duplicate_index_add(struct duplicate_index *index, const struct indexed_image *image,
	struct error *error)
{
	/* A file that was damaged and fetched again has two rows. */
	if (find_entry(index, DIGESTS, image->digest) >= 0)
		return 0;
	int class_number = add_class(index, image->class_name, error);
	size_t number = index->count;
	if (class_number < 0 || grow(index, error))
		return -1;
	struct index_entry *entry = &index->entries[number];
	*entry = (struct index_entry){.class_number = (uint32_t)class_number & 0x7ffffff,
		.type = (uint32_t)image->type & 31};
	memcpy(entry->digest, image->digest, sizeof entry->digest);
	memcpy(entry->pixels, image->hash->pixels, sizeof entry->pixels);
	if (index->look_alikes &&
		near_duplicates_add(index->look_alikes, image->hash, (uint32_t)number, error))
		return -1;
	for (int kind = 0; kind < HASH_INDEXES; kind++)
		insert_entry(&index->hash_indexes[kind], index->entries, number);
	index->count++;
	index->counts[class_number] += image->file_exists;
	return 0;
}

/* ---- finding ---- */

struct nearest_search {
	struct hash_distance best;
	uint32_t number;
	bool is_found;
};

static bool is_nearer(const struct nearest_search *nearest, const struct hash_distance *likeness,
	uint32_t number)
{
	if (!nearest->is_found || likeness->mirrored != nearest->best.mirrored)
		return !nearest->is_found || nearest->best.mirrored;
	if (likeness->perceptual != nearest->best.perceptual)
		return likeness->perceptual < nearest->best.perceptual;
	return number < nearest->number;
}

static void compare_look_alike(void *context, uint32_t number, const struct hash_distance *likeness)
{
	struct nearest_search *nearest = context;
	if (is_nearer(nearest, likeness, number))
		*nearest = (struct nearest_search){*likeness, number, true};
}

static struct duplicate make_duplicate(const struct duplicate_index *index,
	enum duplicate_kind kind, int number, int bits)
{
	struct duplicate duplicate = {.kind = kind, .bits = bits};
	const struct index_entry *entry = &index->entries[number];
	duplicate_index_file_name(duplicate.name, index->classes.items[entry->class_number],
		entry->digest, (enum image_type)entry->type);
	return duplicate;
}

struct duplicate duplicate_index_find(const struct duplicate_index *index,
	const unsigned char *digest, const struct image_hash *image_hash)
{
	struct nearest_search nearest = {0};
	int number = find_entry(index, DIGESTS, digest);
	if (number >= 0)
		return make_duplicate(index, DUPLICATE_BYTES, number, 0);
	if ((number = find_entry(index, PIXELS, image_hash->pixels)) >= 0)
		return make_duplicate(index, DUPLICATE_PIXELS, number, 0);
	if (index->look_alikes && !image_hash->plain)
		near_duplicates_find(index->look_alikes, image_hash, index->hamming,
			compare_look_alike, &nearest);
	if (!nearest.is_found)
		return (struct duplicate){.kind = DUPLICATE_NONE};
	return make_duplicate(index,
		nearest.best.mirrored ? DUPLICATE_MIRRORED : DUPLICATE_LOOK_ALIKE,
		(int)nearest.number, nearest.best.perceptual);
}

int duplicate_index_count(const struct duplicate_index *index, const char *class_name)
{
	int class_number = text_list_find(&index->classes, class_name);
	return class_number < 0 ? 0 : index->counts[class_number];
}

void duplicate_index_destroy(struct duplicate_index *index)
{
	if (!index)
		return;
	text_list_free(&index->classes);
	free(index->counts);
	free(index->entries);
	for (int kind = 0; kind < HASH_INDEXES; kind++)
		free(index->hash_indexes[kind].slots);
	near_duplicates_destroy(index->look_alikes);
	free(index);
}
