/* An index for near-duplicate search of pictures, without comparing with all.
 *
 * Multi-index hashing (M. Norouzi, A. Punjani, D. Fleet, "Fast exact search in Hamming space with
 * multi-index hashing", IEEE TPAMI 36, 2014): two hashes of 64 bits that differ in at most r
 * differ, in one of their four quarters, in at most r / 4; so pictures are indexed by the value of
 * each quarter, and only values near that of the query are looked up. Exact: it finds what a
 * comparison with all would. */
#ifndef IMAGE_NEAR_DUPLICATES_H
#define IMAGE_NEAR_DUPLICATES_H

#include "base/error.h"
#include "image/image_hash.h"

#include <stddef.h>
#include <stdint.h>

struct near_duplicates;

/* Makes an empty index, about 1 MiB; each picture adds 56 bytes, a plain one none. On failure
 * (-1, no memory) *index is NULL. */
CHECKED int near_duplicates_create(struct near_duplicates **index, struct error *error);

/* Adds a picture under the caller's `number`. Returns 0, or -1 (no memory, 2^31 pictures): the
 * index is unchanged. */
CHECKED int near_duplicates_add(struct near_duplicates *index, const struct image_hash *hash,
	uint32_t number, struct error *error);

/* Called once for each picture found. */
typedef void near_duplicate_found(void *context, uint32_t number,
	const struct hash_distance *distance);

/* Finds every picture of the index for which image_hash_alike with `hash` is true, in no particular
 * order. `hamming` is at most IMAGE_HASH_HAMMING_MAXIMUM; time grows steeply with it. */
void near_duplicates_find(const struct near_duplicates *index, const struct image_hash *hash,
	int hamming, near_duplicate_found *found, void *context);

/* Frees; NULL is allowed. */
void near_duplicates_destroy(struct near_duplicates *index);

#endif
