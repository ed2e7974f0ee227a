#include "scrape/catalogue.h"

#include "base/bytes.h"
#include "base/text.h"
#include "image/look_alikes.h"

#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct entry {
	unsigned char digest[CATALOGUE_NAME_BYTES];
	unsigned char pixels[IMAGE_HASH_PIXELS_SIZE];
	uint32_t class : 27, type : 5;
};

/* Finds entries by one of their members: the `size` bytes at `offset`. Where several have the same, the first. */
struct index {
	size_t offset, size;
	uint32_t *slots; /* numbers of entries, counted from 1; 0: free */
	size_t capacity;
};

enum { DIGESTS, PIXELS, INDICES };

struct catalogue {
	int hamming;
	struct text_list classes;
	int *counts; /* of images that are there, by class */
	struct entry *entries;
	size_t count, capacity;
	struct index indices[INDICES];
	struct look_alikes *looks;
};

int catalogue_create(struct catalogue **out, int hamming, struct error *error)
{
	struct catalogue *catalogue = *out = calloc(1, sizeof *catalogue);
	if (!catalogue)
		return error_memory(error, "catalogue");
	catalogue->hamming = hamming;
	catalogue->indices[DIGESTS] = (struct index){.offset = offsetof(struct entry, digest), .size = CATALOGUE_NAME_BYTES};
	catalogue->indices[PIXELS] = (struct index){.offset = offsetof(struct entry, pixels), .size = IMAGE_HASH_PIXELS_SIZE};
	if (!hamming || look_alikes_create(&catalogue->looks, error) == 0)
		return 0;
	free(catalogue);
	*out = NULL;
	return -1;
}

void catalogue_name(char name[CATALOGUE_NAME_SIZE], const char *class_name, const unsigned char *digest,
	enum image_type type)
{
	char hash[2 * CATALOGUE_NAME_BYTES + 1];
	digest_hex(digest, CATALOGUE_NAME_BYTES, hash);
	snprintf(name, CATALOGUE_NAME_SIZE, "%s/%s.%s", class_name, hash, image_type_extension(type));
}

bool catalogue_is_name(const char *name)
{
	char class_name[CATALOGUE_NAME_SIZE];
	const char *hash = text_base_name(name);
	if (hash == name || (size_t)(hash - name) > sizeof class_name)
		return false;
	snprintf(class_name, sizeof class_name, "%.*s", (int)(hash - name) - 1, name);
	return text_is_class_name(class_name) && strspn(hash, "0123456789abcdef") == 2 * CATALOGUE_NAME_BYTES &&
		hash[2 * CATALOGUE_NAME_BYTES] == '.';
}

/* ---- the indices ---- */

/* The slot of the entry that has these bytes, or the free one where it belongs (linear probing). */
static uint32_t *find_slot(const struct index *index, const struct entry *entries, const unsigned char *bytes)
{
	size_t place = load_u64(bytes) & (index->capacity - 1);
	while (index->slots[place] &&
		memcmp((const char *)&entries[index->slots[place] - 1] + index->offset, bytes, index->size) != 0)
		place = (place + 1) & (index->capacity - 1);
	return &index->slots[place];
}

/* The number of that entry, or -1. */
static int find_entry(const struct catalogue *catalogue, int which, const unsigned char *bytes)
{
	const struct index *index = &catalogue->indices[which];
	return index->capacity ? (int)*find_slot(index, catalogue->entries, bytes) - 1 : -1;
}

static void enter(struct index *index, const struct entry *entries, size_t number)
{
	uint32_t *slot = find_slot(index, entries, (const unsigned char *)&entries[number] + index->offset);
	if (!*slot)
		*slot = (uint32_t)number + 1;
}

/* Makes room for entries up to `capacity`, with a quarter of the slots left free or more. */
static int grow_index(struct catalogue *catalogue, struct index *index, size_t capacity, struct error *error)
{
	size_t wanted = capacity / 3 * 4 + 4, slots = 1;
	while (slots < wanted)
		slots *= 2;
	if (slots == index->capacity)
		return 0;
	free(index->slots);
	index->capacity = 0;
	index->slots = calloc(slots, sizeof *index->slots);
	if (!index->slots)
		return error_memory(error, "catalogue");
	index->capacity = slots;
	for (size_t number = 0; number < catalogue->count; number++)
		enter(index, catalogue->entries, number);
	return 0;
}

/* ---- adding ---- */

/* Index of a class, made known where it is new; -1 without memory. */
static int class_index(struct catalogue *catalogue, const char *name, struct error *error)
{
	int index = text_list_find(&catalogue->classes, name);
	if (index >= 0)
		return index;
	int *counts = realloc(catalogue->counts, (catalogue->classes.count + 1) * sizeof *counts);
	if (!counts)
		return error_memory(error, name);
	catalogue->counts = counts;
	counts[catalogue->classes.count] = 0;
	return text_list_add(&catalogue->classes, name, error) ? -1 : (int)catalogue->classes.count - 1;
}

/* Makes room for half as many entries again. */
static int grow(struct catalogue *catalogue, struct error *error)
{
	size_t capacity = catalogue->capacity ? catalogue->capacity / 2 * 3 : 256;
	struct entry *entries = capacity < INT_MAX ? realloc(catalogue->entries, capacity * sizeof *entries) : NULL;
	if (!entries)
		return error_memory(error, "catalogue");
	catalogue->entries = entries;
	for (int which = 0; which < INDICES; which++)
		if (grow_index(catalogue, &catalogue->indices[which], capacity, error))
			return -1;
	catalogue->capacity = capacity;
	return 0;
}

int catalogue_add(struct catalogue *catalogue, const struct catalogue_image *image, struct error *error)
{
	/* A file that was damaged and fetched again has two rows. */
	if (find_entry(catalogue, DIGESTS, image->digest) >= 0)
		return 0;
	int class = class_index(catalogue, image->class_name, error);
	size_t number = catalogue->count;
	if (class < 0 || (number == catalogue->capacity && grow(catalogue, error)))
		return -1;
	struct entry *entry = &catalogue->entries[number];
	*entry = (struct entry){.class = (uint32_t)class & 0x7ffffff, .type = (uint32_t)image->type & 31};
	memcpy(entry->digest, image->digest, sizeof entry->digest);
	memcpy(entry->pixels, image->hash->pixels, sizeof entry->pixels);
	if (catalogue->looks && look_alikes_add(catalogue->looks, image->hash, (uint32_t)number, error))
		return -1;
	for (int which = 0; which < INDICES; which++)
		enter(&catalogue->indices[which], catalogue->entries, number);
	catalogue->count++;
	catalogue->counts[class] += image->there;
	return 0;
}

/* ---- finding ---- */

struct search {
	struct likeness best;
	uint32_t number;
	bool any;
};

static bool is_nearer(const struct search *search, const struct likeness *likeness, uint32_t number)
{
	if (!search->any || likeness->mirrored != search->best.mirrored)
		return !search->any || search->best.mirrored;
	if (likeness->perceptual != search->best.perceptual)
		return likeness->perceptual < search->best.perceptual;
	return number < search->number;
}

static void take_look(void *context, uint32_t number, const struct likeness *likeness)
{
	struct search *search = context;
	if (is_nearer(search, likeness, number))
		*search = (struct search){*likeness, number, true};
}

static struct twin name_twin(const struct catalogue *catalogue, enum twin_kind kind, int number, int bits)
{
	struct twin twin = {.kind = kind, .bits = bits};
	const struct entry *entry = &catalogue->entries[number];
	catalogue_name(twin.name, catalogue->classes.items[entry->class], entry->digest, (enum image_type)entry->type);
	return twin;
}

struct twin catalogue_find(const struct catalogue *catalogue, const unsigned char *digest,
	const struct image_hash *hash)
{
	struct search search = {0};
	int number = find_entry(catalogue, DIGESTS, digest);
	if (number >= 0)
		return name_twin(catalogue, TWIN_BYTES, number, 0);
	if ((number = find_entry(catalogue, PIXELS, hash->pixels)) >= 0)
		return name_twin(catalogue, TWIN_PIXELS, number, 0);
	if (catalogue->looks && !hash->plain)
		look_alikes_find(catalogue->looks, hash, catalogue->hamming, take_look, &search);
	if (!search.any)
		return (struct twin){.kind = TWIN_NONE};
	return name_twin(catalogue, search.best.mirrored ? TWIN_MIRRORED : TWIN_LOOK, (int)search.number,
		search.best.perceptual);
}

int catalogue_count(const struct catalogue *catalogue, const char *class_name)
{
	int class = text_list_find(&catalogue->classes, class_name);
	return class < 0 ? 0 : catalogue->counts[class];
}

void catalogue_destroy(struct catalogue *catalogue)
{
	if (!catalogue)
		return;
	text_list_free(&catalogue->classes);
	free(catalogue->counts);
	free(catalogue->entries);
	for (int which = 0; which < INDICES; which++)
		free(catalogue->indices[which].slots);
	look_alikes_destroy(catalogue->looks);
	free(catalogue);
}
