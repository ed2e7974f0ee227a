/* An index of pictures that finds those that look like a given one without comparing it with all.
 *
 * Multi-index hashing (M. Norouzi, A. Punjani, D. Fleet, "Fast exact search in Hamming space with multi-index hashing",
 * IEEE TPAMI 36, 2014): two hashes of 64 bits that differ in at most r differ, in one of their four quarters, in at most
 * r / 4; so pictures are kept by the value of each quarter, and only values close to that of the given one are looked
 * up. Exact: it finds what a comparison with all would. */
#ifndef IMAGE_LOOK_ALIKES_H
#define IMAGE_LOOK_ALIKES_H

#include "base/error.h"
#include "image/image_hash.h"

#include <stddef.h>
#include <stdint.h>

struct look_alikes;

/* Makes an empty index, about 1 MiB; each picture adds 56 bytes, a plain one none, since it is like no other. On failure
 * (-1, no memory) *index is NULL. */
CHECKED int look_alikes_create(struct look_alikes **index, struct error *error);

/* Keeps a picture under `number`, the caller's. Returns 0, or -1 (no memory, 2^31 pictures): the index is as before. */
CHECKED int look_alikes_add(struct look_alikes *index, const struct image_hash *hash, uint32_t number,
	struct error *error);

/* Called once for each picture found. */
typedef void look_alike_found(void *context, uint32_t number, const struct likeness *likeness);

/* Finds every picture kept that image_hash_alike says `hash` is like, in no particular order. `hamming` is at most
 * IMAGE_HASH_HAMMING_MAXIMUM; time grows steeply with it. */
void look_alikes_find(const struct look_alikes *index, const struct image_hash *hash, int hamming,
	look_alike_found *found, void *context);

/* Frees; NULL is allowed. */
void look_alikes_destroy(struct look_alikes *index);

#endif
