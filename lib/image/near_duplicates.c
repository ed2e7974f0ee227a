#include "image/near_duplicates.h"

#include "base/array.h"

#include <stdlib.h>

enum { QUARTERS = 4, QUARTER_BITS = 16, QUARTER_VALUES = 1 << QUARTER_BITS };

struct indexed_hash {
	struct visual_hash visual, mirrored;
	uint32_t number;
	uint32_t
		next[QUARTERS]; /* index + 1 of the previous entry with the same quarter; 0: none */
};

struct near_duplicates {
	uint32_t last[QUARTERS][QUARTER_VALUES]; /* index + 1 of the newest entry with that quarter;
	                                            0: none */
	struct indexed_hash *entries;
	size_t count;
};

int near_duplicates_create(struct near_duplicates **index, struct error *error)
{
	*index = calloc(1, sizeof **index);
	return *index ? 0 : error_memory(error, "near-duplicates");
}

void near_duplicates_destroy(struct near_duplicates *index)
{
	if (index)
		free(index->entries);
	free(index);
}

static uint32_t quarter_of(uint64_t hash, int quarter)
{
	return (uint32_t)(hash >> (QUARTER_BITS * quarter)) & (QUARTER_VALUES - 1);
}

int near_duplicates_add(struct near_duplicates *index, const struct image_hash *hash,
	uint32_t number, struct error *error)
{
	if (hash->plain)
		return 0;
	bool fits = index->count < (size_t)1 << 31;
	struct indexed_hash *entries =
		fits ? array_grow(index->entries, index->count, sizeof *entries) : NULL;
	if (!entries)
		return error_memory(error, "near-duplicates");
	index->entries = entries;
	struct indexed_hash *entry = &entries[index->count++];
	*entry = (struct indexed_hash){.visual = hash->visual,
		.mirrored = hash->mirrored,
		.number = number};
	for (int quarter = 0; quarter < QUARTERS; quarter++) {
		uint32_t *last =
			&index->last[quarter][quarter_of(hash->visual.perceptual, quarter)];
		entry->next[quarter] = *last;
		*last = (uint32_t)index->count;
	}
	return 0;
}

/* ---- finding ---- */

struct near_duplicate_query {
	const struct near_duplicates *index;
	const struct image_hash *hash;
	bool mirrored;       /* search for mirror images */
	uint64_t perceptual; /* pHash to search for */
	int hamming;
	near_duplicate_found *found;
	void *context;
};

/* The search radius of a quarter in bits: if every quarter differs in more, the whole differs in
 * more than `hamming`. */
static int radius_of(int hamming, int quarter)
{
	return hamming / QUARTERS - (quarter > hamming % QUARTERS);
}

/* Whether `hash` is found by an earlier quarter too. */
static bool is_found_before(const struct near_duplicate_query *query, uint64_t difference,
	int quarter)
{
	for (int earlier = 0; earlier < quarter; earlier++)
		if (__builtin_popcount(quarter_of(difference, earlier)) <=
			radius_of(query->hamming, earlier))
			return true;
	return false;
}

/* Whether an entry is a near-duplicate in the orientation of the query. */
static bool is_alike(const struct near_duplicate_query *query, const struct indexed_hash *entry,
	struct hash_distance *distance)
{
	const struct image_hash hash = {.visual = entry->visual, .mirrored = entry->mirrored};
	return image_hash_alike(query->hash, &hash, query->hamming, distance) &&
		distance->mirrored == query->mirrored;
}

/* Reports the near-duplicates whose quarter has this value. */
static void look_up(const struct near_duplicate_query *query, int quarter, uint32_t value)
{
	const struct near_duplicates *index = query->index;
	for (uint32_t at = index->last[quarter][value]; at;) {
		const struct indexed_hash *entry = &index->entries[at - 1];
		uint64_t difference = entry->visual.perceptual ^ query->perceptual;
		struct hash_distance distance;
		at = entry->next[quarter];
		if (__builtin_popcountll(difference) <= query->hamming &&
			!is_found_before(query, difference, quarter) &&
			is_alike(query, entry, &distance))
			query->found(query->context, entry->number, &distance);
	}
}

/* Looks up all values that differ from `value` in at most `radius` of the bits from `bit` on. */
static void look_up_near(const struct near_duplicate_query *query, int quarter, uint32_t value,
	int bit, int radius)
{
	look_up(query, quarter, value);
	for (; radius > 0 && bit < QUARTER_BITS; bit++)
		look_up_near(query, quarter, value ^ 1u << bit, bit + 1, radius - 1);
}

void near_duplicates_find(const struct near_duplicates *index, const struct image_hash *hash,
	int hamming, near_duplicate_found *found, void *context)
{
	struct near_duplicate_query query = {index, hash, false, hash->visual.perceptual, hamming,
		found, context};
	for (int pass = 0; pass < 2; pass++) {
		for (int quarter = 0; quarter < QUARTERS; quarter++)
			if (radius_of(hamming, quarter) >= 0)
				look_up_near(&query, quarter, quarter_of(query.perceptual, quarter),
					0, radius_of(hamming, quarter));
		query.mirrored = true;
		query.perceptual = hash->mirrored.perceptual;
	}
}
