/* What a picture shows as a few numbers, so that the same picture is known again: recompressed, resized, mirrored.
 *
 * All arithmetic is of whole numbers in a fixed order: a picture has the same hashes on every machine. */
#ifndef IMAGE_IMAGE_HASH_H
#define IMAGE_IMAGE_HASH_H

#include "base/error.h"
#include "image/image.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	IMAGE_HASH_PIXELS_SIZE = 16,   /* bytes of the hash of all pixels */
	IMAGE_HASH_HAMMING = 8,        /* bits that perceptual hashes of one picture usually differ in at most */
	IMAGE_HASH_HAMMING_MAXIMUM = 16, /* beyond which they say nothing */
};

/* The two hashes by which a picture is known again. */
struct image_look {
	uint64_t perceptual; /* pHash: which of its 64 lowest frequencies are above their median */
	uint64_t difference; /* dHash: which of 8 x 8 places is darker than the one to its right */
};

struct image_hash {
	unsigned char pixels[IMAGE_HASH_PIXELS_SIZE]; /* begin of SHA-256(width, height as 32 bits, all pixels) */
	struct image_look look, mirrored;             /* of the picture, and of its mirror image */
	int plain;                                    /* it shows next to nothing, so that its looks mean nothing */
};

/* Finds the struct image_hash of a picture, best decoded at full size over white.
 *
 * The looks are those of its luma (ITU-R BT.601), averaged to 32 x 32 equal parts. pHash: of the unscaled DCT-II of these
 * the 8 x 8 lowest frequencies, the constant one among them, bit 8 v + u being set where the coefficient of vertical
 * frequency v and horizontal frequency u is greater than the median of all 64 (C. Zauner, "Implementation and
 * benchmarking of perceptual image hash functions", 2010). dHash: of 9 x 8 equal parts, bit 8 y + x being set where part
 * (x, y) is darker than part (x + 1, y). */
extern const struct image_inspection image_hash_inspection;

/* How two pictures are alike. */
struct likeness {
	int perceptual, difference; /* bits in which their hashes differ */
	bool mirrored;              /* when one of them is mirrored */
};

/* Whether two pictures look like one: pHashes at most `hamming` bits apart, and dHashes, which confirm it, at most 4
 * more; else whether each looks like the other's mirror image, of which the larger distances then count. Where the
 * dHashes have less than 16 bits between them the pictures are mostly empty, small things on a wide ground: they then
 * may differ by half as many bits. A plain picture is like no other. *likeness says how they are alike, and means
 * nothing where they are not. */
CHECKED bool image_hash_alike(const struct image_hash *a, const struct image_hash *b, int hamming,
	struct likeness *likeness);

/* Whether all their pixels are the same. */
bool image_hash_same(const struct image_hash *a, const struct image_hash *b);

#endif
