/* Search of near-duplicates: the index against brute force. Lines for table.awk: table, column,
 * row, unit, value. */
#include "base/progress.h"
#include "base/random.h"
#include "image/near_duplicates.h"

#include <stdio.h>
#include <stdlib.h>

struct pair_count {
	size_t pairs;
};

static void count_pair(void *context, uint32_t number, const struct hash_distance *likeness)
{
	struct pair_count *count = context;
	(void)number, (void)likeness;
	count->pairs++;
}

static uint64_t random_u64(struct random *random)
{
	uint64_t high = random_u32(random);
	return high << 32 | random_u32(random);
}

/* A random hash with 32 of 64 bits set, as by a threshold at the median. */
static uint64_t random_balanced_hash(struct random *random)
{
	uint64_t bits = random_u64(random);
	while (__builtin_popcountll(bits) != 32) {
		uint64_t one = (uint64_t)1 << random_below(random, 64);
		bits = __builtin_popcountll(bits) > 32 ? bits & ~one : bits | one;
	}
	return bits;
}

/* Makes every tenth picture a near-duplicate of the one before it: a Hamming distance of up to
 * 8. */
static void make_hashes(struct image_hash *hashes, uint32_t count, size_t *planted)
{
	*planted = 0;
	for (uint32_t i = 0; i < count; i++) {
		struct random random = random_start(1, RANDOM_TEST, i, count);
		hashes[i].visual =
			(struct visual_hash){random_balanced_hash(&random), random_u64(&random)};
		hashes[i].mirrored =
			(struct visual_hash){random_balanced_hash(&random), random_u64(&random)};
		if (i % 10 == 9) {
			hashes[i].visual = hashes[i - 1].visual;
			uint32_t bits = random_below(&random, 9);
			for (uint32_t bit = 0; bit < bits; bit++)
				hashes[i].visual.perceptual ^= (uint64_t)1 << 7 * bit;
			++*planted;
		}
	}
}

static size_t by_index(const struct image_hash *hashes, uint32_t count)
{
	struct near_duplicates *index;
	struct pair_count found = {0};
	if (near_duplicates_create(&index, NULL))
		abort();
	for (uint32_t i = 0; i < count; i++) {
		near_duplicates_find(index, &hashes[i], IMAGE_HASH_HAMMING, count_pair, &found);
		if (near_duplicates_add(index, &hashes[i], i, NULL))
			abort();
	}
	near_duplicates_destroy(index);
	return found.pairs;
}

static size_t by_brute_force(const struct image_hash *hashes, uint32_t count)
{
	size_t pairs = 0;
	struct hash_distance likeness;
	for (uint32_t i = 0; i < count; i++)
		for (uint32_t j = 0; j < i; j++)
			pairs += image_hash_alike(&hashes[i], &hashes[j], IMAGE_HASH_HAMMING,
				&likeness);
	return pairs;
}

static void measure(const char *column, size_t (*find)(const struct image_hash *, uint32_t),
	const struct image_hash *hashes, uint32_t count, size_t planted)
{
	double start = progress_clock();
	size_t pairs = find(hashes, count);
	double seconds = progress_clock() - start;
	printf("look-alikes among pictures, seconds\t%s\t%u\ts\t%.3f\n", column, count, seconds);
	if (pairs < planted) {
		fprintf(stderr, "look_alikes: %zu of %zu planted pairs found\n", pairs, planted);
		exit(1);
	}
}

int main(void)
{
	static const uint32_t counts[] = {1000, 10000, 100000};
	enum { BRUTE_FORCE_MAXIMUM = 10000 }; /* brute force is quadratic */
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
		struct image_hash *hashes = calloc(counts[i], sizeof *hashes);
		size_t planted;
		if (!hashes)
			return 1;
		make_hashes(hashes, counts[i], &planted);
		measure("index", by_index, hashes, counts[i], planted);
		if (counts[i] <= BRUTE_FORCE_MAXIMUM)
			measure("brute force", by_brute_force, hashes, counts[i], planted);
		free(hashes);
	}
	return 0;
}
