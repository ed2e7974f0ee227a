#include "scrape/catalogue.h"

#include "base/text.h"
#include "image/look_alikes.h"
#include "scrape/digest_table.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert((int)IMAGE_HASH_PIXELS_SIZE == (int)DIGEST_KEY_SIZE, "a hash of pixels is a key");

struct entry {
	unsigned char digest[CATALOGUE_NAME_BYTES];
	uint32_t class : 27, type : 5;
};

struct catalogue {
	int hamming;
	struct text_list classes;
	int *counts; /* of images that are there, by class */
	struct entry *entries;
	size_t count, capacity;
	struct digest_table digests; /* of bytes and of pixels: the entry's number */
	struct look_alikes *looks;
};

int catalogue_create(struct catalogue **out, int hamming, struct error *error)
{
	struct catalogue *catalogue = *out = calloc(1, sizeof *catalogue);
	if (!catalogue)
		return error_memory(error, "catalogue");
	catalogue->hamming = hamming;
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

static int grow(struct catalogue *catalogue, struct error *error)
{
	size_t capacity = catalogue->capacity ? 2 * catalogue->capacity : 256;
	struct entry *entries = capacity < INT_MAX ? realloc(catalogue->entries, capacity * sizeof *entries) : NULL;
	if (!entries)
		return error_memory(error, "catalogue");
	catalogue->entries = entries;
	catalogue->capacity = capacity;
	return 0;
}

/* The first of several with these pixels stays their name. */
static int add_pixels(struct catalogue *catalogue, const struct image_hash *hash, int number, struct error *error)
{
	if (digest_table_get(&catalogue->digests, hash->pixels) >= 0)
		return 0;
	return digest_table_set(&catalogue->digests, hash->pixels, number, error);
}

int catalogue_add(struct catalogue *catalogue, const struct catalogue_image *image, struct error *error)
{
	/* A file that was damaged and fetched again has two rows. */
	if (digest_table_get(&catalogue->digests, image->digest) >= 0)
		return 0;
	int class = class_index(catalogue, image->class_name, error), number = (int)catalogue->count;
	if (class < 0 || (catalogue->count == catalogue->capacity && grow(catalogue, error)))
		return -1;
	struct entry *entry = &catalogue->entries[number];
	*entry = (struct entry){.class = (uint32_t)class & 0x7ffffff, .type = (uint32_t)image->type & 31};
	memcpy(entry->digest, image->digest, CATALOGUE_NAME_BYTES);
	if (digest_table_set(&catalogue->digests, image->digest, number, error) ||
		add_pixels(catalogue, image->hash, number, error))
		return -1;
	if (catalogue->looks && !image->hash->plain &&
		look_alikes_add(catalogue->looks, image->hash, (uint32_t)number, error))
		return -1;
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
	int number = digest_table_get(&catalogue->digests, digest);
	if (number >= 0)
		return name_twin(catalogue, TWIN_BYTES, number, 0);
	if ((number = digest_table_get(&catalogue->digests, hash->pixels)) >= 0)
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
	digest_table_free(&catalogue->digests);
	look_alikes_destroy(catalogue->looks);
	free(catalogue);
}
