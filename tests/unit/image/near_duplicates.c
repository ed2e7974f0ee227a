/* The index of near-duplicates finds what a comparison with all finds. */
#include "image/near_duplicates.h"

#include "base/random.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

enum { COUNT = 3000 };

static struct error error;
static struct image_hash hashes[COUNT];
static unsigned char found[COUNT];

static uint64_t random_u64(struct random *random)
{
	uint64_t high = random_u32(random);
	return high << 32 | random_u32(random);
}

/* The hash with `bits` of its bits changed, not always different ones. */
static uint64_t near(struct random *random, uint64_t hash, uint32_t bits)
{
	for (uint32_t i = 0; i < bits; i++)
		hash ^= (uint64_t)1 << random_below(random, 64);
	return hash;
}

/* Random pictures; two of three are near an earlier one, half of these near its mirror image; some
 * are plain. */
static void make_hashes(struct random *random)
{
	for (uint32_t i = 0; i < COUNT; i++) {
		struct visual_hash visual = {random_u64(random), random_u64(random)},
				   mirrored = {random_u64(random), random_u64(random)};
		if (i > 0 && i % 3) {
			const struct image_hash *like = &hashes[random_below(random, i)];
			uint32_t bits = random_below(random, 21);
			bool flipped = random_below(random, 2);
			const struct visual_hash *from[2] = {flipped ? &like->mirrored
								     : &like->visual,
				flipped ? &like->visual : &like->mirrored};
			visual = (struct visual_hash){near(random, from[0]->perceptual, bits),
				near(random, from[0]->difference, bits)};
			mirrored = (struct visual_hash){near(random, from[1]->perceptual, bits),
				near(random, from[1]->difference, bits)};
		}
		hashes[i] = (struct image_hash){.visual = visual,
			.mirrored = mirrored,
			.plain = random_below(random, 50) == 0};
	}
}

static void count_found(void *context, uint32_t number, const struct hash_distance *distance)
{
	int *wrong = context;
	found[number]++;
	*wrong += distance->perceptual > IMAGE_HASH_HAMMING_MAXIMUM;
}

static void compare(int hamming)
{
	struct near_duplicates *index;
	int wrong = 0;
	size_t pairs = 0, mirrored = 0;
	if (near_duplicates_create(&index, &error))
		abort();
	for (uint32_t i = 0; i < COUNT; i++) {
		memset(found, 0, sizeof found);
		near_duplicates_find(index, &hashes[i], hamming, count_found, &wrong);
		for (uint32_t j = 0; j < COUNT; j++) {
			struct hash_distance distance;
			bool expected = j < i &&
				image_hash_alike(&hashes[i], &hashes[j], hamming, &distance);
			wrong += found[j] != expected;
			pairs += expected;
			mirrored += expected && distance.mirrored;
		}
		if (near_duplicates_add(index, &hashes[i], i, &error))
			abort();
	}
	near_duplicates_destroy(index);
	ok(wrong == 0 && pairs > 0 && mirrored > 0,
		"%d bits: each of %zu pairs is found once, %zu mirrored, and no other", hamming,
		pairs, mirrored);
}

int main(void)
{
	struct random random = random_start(1, RANDOM_TEST, 0, 0);
	make_hashes(&random);
	static const int radii[] = {2, 3, 4, 7, 8, 9, 11, 12};
	for (size_t i = 0; i < sizeof radii / sizeof *radii; i++)
		compare(radii[i]);
	hashes[1] = hashes[0];
	hashes[0].plain = hashes[1].plain = false;
	hashes[1].visual.difference = hashes[0].visual.difference;
	struct near_duplicates *index;
	int wrong = 0;
	if (near_duplicates_create(&index, &error) ||
		near_duplicates_add(index, &hashes[0], 7, &error))
		abort();
	memset(found, 0, sizeof found);
	near_duplicates_find(index, &hashes[1], 0, count_found, &wrong);
	is_integer(found[7], 1, "equal hashes are found at 0 bits");
	near_duplicates_destroy(index);
	near_duplicates_destroy(NULL);
	return done();
}
