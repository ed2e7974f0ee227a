#include "image/look_alikes.h"

#include "base/array.h"

#include <stdlib.h>

enum { QUARTERS = 4, QUARTER_BITS = 16, QUARTER_VALUES = 1 << QUARTER_BITS };

struct entry {
	struct image_look look, mirrored;
	uint32_t number;
	uint32_t next[QUARTERS]; /* the entry before that has the same quarter, counted from 1; 0: none */
};

struct look_alikes {
	uint32_t last[QUARTERS][QUARTER_VALUES]; /* the newest entry with that quarter, counted from 1; 0: none */
	struct entry *entries;
	size_t count;
};

int look_alikes_create(struct look_alikes **index, struct error *error)
{
	*index = calloc(1, sizeof **index);
	return *index ? 0 : error_memory(error, "look-alikes");
}

void look_alikes_destroy(struct look_alikes *index)
{
	if (index)
		free(index->entries);
	free(index);
}

static uint32_t quarter_of(uint64_t hash, int quarter)
{
	return (uint32_t)(hash >> (QUARTER_BITS * quarter)) & (QUARTER_VALUES - 1);
}

int look_alikes_add(struct look_alikes *index, const struct image_hash *hash, uint32_t number, struct error *error)
{
	if (hash->plain)
		return 0;
	bool fits = index->count < (size_t)1 << 31;
	struct entry *entries = fits ? array_grow(index->entries, index->count, sizeof *entries) : NULL;
	if (!entries)
		return error_memory(error, "look-alikes");
	index->entries = entries;
	struct entry *entry = &entries[index->count++];
	*entry = (struct entry){.look = hash->look, .mirrored = hash->mirrored, .number = number};
	for (int quarter = 0; quarter < QUARTERS; quarter++) {
		uint32_t *last = &index->last[quarter][quarter_of(hash->look.perceptual, quarter)];
		entry->next[quarter] = *last;
		*last = (uint32_t)index->count;
	}
	return 0;
}

/* ---- finding ---- */

struct search {
	const struct look_alikes *index;
	const struct image_hash *hash;
	bool mirrored;   /* by the look of the mirror image */
	uint64_t look;   /* that pHash */
	int hamming;
	look_alike_found *found;
	void *context;
};

/* How many bits quarter `quarter` may differ in: if each differs in more, the whole does in more than `hamming`. */
static int radius_of(int hamming, int quarter)
{
	return hamming / QUARTERS - (quarter > hamming % QUARTERS);
}

/* Whether `hash` is found by an earlier quarter too. */
static bool is_found_before(const struct search *search, uint64_t difference, int quarter)
{
	for (int earlier = 0; earlier < quarter; earlier++)
		if (__builtin_popcount(quarter_of(difference, earlier)) <= radius_of(search->hamming, earlier))
			return true;
	return false;
}

/* Whether an entry is like the picture, in the way that is looked for. */
static bool is_alike(const struct search *search, const struct entry *entry, struct likeness *likeness)
{
	const struct image_hash hash = {.look = entry->look, .mirrored = entry->mirrored};
	return image_hash_alike(search->hash, &hash, search->hamming, likeness) && likeness->mirrored == search->mirrored;
}

/* Tells of the entries whose quarter has this value. */
static void look_up(const struct search *search, int quarter, uint32_t value)
{
	const struct look_alikes *index = search->index;
	for (uint32_t at = index->last[quarter][value]; at;) {
		const struct entry *entry = &index->entries[at - 1];
		uint64_t difference = entry->look.perceptual ^ search->look;
		struct likeness likeness;
		at = entry->next[quarter];
		if (__builtin_popcountll(difference) <= search->hamming && !is_found_before(search, difference, quarter) &&
			is_alike(search, entry, &likeness))
			search->found(search->context, entry->number, &likeness);
	}
}

/* Looks up all values that differ from `value` in at most `left` of the bits from `bit` on. */
static void look_around(const struct search *search, int quarter, uint32_t value, int bit, int left)
{
	look_up(search, quarter, value);
	for (; left > 0 && bit < QUARTER_BITS; bit++)
		look_around(search, quarter, value ^ 1u << bit, bit + 1, left - 1);
}

void look_alikes_find(const struct look_alikes *index, const struct image_hash *hash, int hamming,
	look_alike_found *found, void *context)
{
	struct search search = {index, hash, false, hash->look.perceptual, hamming, found, context};
	for (int side = 0; side < 2; side++) {
		for (int quarter = 0; quarter < QUARTERS; quarter++)
			if (radius_of(hamming, quarter) >= 0)
				look_around(&search, quarter, quarter_of(search.look, quarter), 0, radius_of(hamming, quarter));
		search.mirrored = true;
		search.look = hash->mirrored.perceptual;
	}
}
