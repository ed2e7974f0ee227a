/* Perceptual hashes of pictures, by which a picture is recognized when recompressed, resized or
 * mirrored.
 *
 * All arithmetic is with integers in a fixed order: a picture has the same hashes on every
 * machine. */
#ifndef IMAGE_IMAGE_HASH_H
#define IMAGE_IMAGE_HASH_H

#include "base/error.h"
#include "image/image.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	IMAGE_HASH_PIXELS_SIZE = 16, /* bytes of the hash of all pixels */
	IMAGE_HASH_HAMMING =
		8, /* the usual maximum distance of two perceptual hashes of one picture, in bits */
	IMAGE_HASH_HAMMING_MAXIMUM = 16, /* beyond which a distance means nothing */
};

/* The two perceptual hashes of a picture. */
struct visual_hash {
	uint64_t perceptual; /* pHash: bits of the 64 lowest frequencies that are above their
	                      * median */
	uint64_t difference; /* dHash: bits of the 8 x 8 cells that are darker than their right
	                        neighbour */
};

struct image_hash {
	unsigned char pixels[IMAGE_HASH_PIXELS_SIZE]; /* start of SHA-256(width, height as 32 bits,
	                                                 all pixels) */
	struct visual_hash visual, mirrored;          /* of the picture, and of its mirror image */
	int plain; /* nearly uniform, so that its visual hashes mean nothing */
};

/* Computes the struct image_hash of a picture, best decoded at full size over white.
 *
 * The visual hashes are of its luma (ITU-R BT.601), averaged over 32 x 32 equal cells. pHash: the 8
 * x 8 lowest frequencies of their unscaled DCT-II, including the constant one, bit 8 v + u being
 * set where the coefficient of vertical frequency v and horizontal frequency u is greater than the
 * median of all 64 (C. Zauner, "Implementation and benchmarking of perceptual image hash
 * functions", 2010). dHash: of 9 x 8 equal cells, bit 8 y + x being set where cell (x, y) is darker
 * than cell (x + 1, y). */
extern const struct image_inspection image_hash_inspection;

/* The distance between two pictures. */
struct hash_distance {
	int perceptual, difference; /* Hamming distances of their hashes */
	bool mirrored;              /* with one of them mirrored */
};

/* Whether two pictures are near-duplicates: Hamming distance of the pHashes at most `hamming`, and
 * of the dHashes, which confirm it, at most 4 more; or whether each is a near-duplicate of the
 * other's mirror image, with the larger distances. If the dHashes have less than 16 bits set in
 * total, the pictures are mostly background with small objects, and the limit is half as many bits.
 * A plain picture is a near-duplicate of none. *distance is defined only if it returns true. */
CHECKED bool image_hash_alike(const struct image_hash *a, const struct image_hash *b, int hamming,
	struct hash_distance *distance);

/* Whether all their pixels are the same. */
bool image_hash_same(const struct image_hash *a, const struct image_hash *b);

#endif
