/* The images that were accepted, in this run and earlier ones: known again by their bytes, their pixels or their looks. */
#ifndef SCRAPE_CATALOGUE_H
#define SCRAPE_CATALOGUE_H

#include "base/digest.h"
#include "base/error.h"
#include "image/image.h"
#include "image/image_hash.h"

#include <stdbool.h>

enum {
	CATALOGUE_NAME_BYTES = 8, /* of its SHA-256 that name an image's file */
	CATALOGUE_NAME_SIZE = 300, /* of "CLASS/HASH.EXTENSION", with its NUL */
};

struct catalogue_image {
	const char *class_name;
	enum image_type type;
	const unsigned char *digest;   /* SHA-256 of its bytes */
	const struct image_hash *hash;
	bool there;                    /* its file has not been removed since */
};

enum twin_kind { TWIN_NONE, TWIN_BYTES, TWIN_PIXELS, TWIN_LOOK, TWIN_MIRRORED };

/* An image that another one is like. */
struct twin {
	enum twin_kind kind;
	int bits;                       /* in which the perceptual hashes of two that only look alike differ */
	char name[CATALOGUE_NAME_SIZE]; /* "CLASS/HASH.EXTENSION" */
};

struct catalogue;

/* Makes an empty one; looks count as alike up to `hamming` bits, 0: never. On failure (-1) *catalogue is NULL. */
CHECKED int catalogue_create(struct catalogue **catalogue, int hamming, struct error *error);

/* "CLASS/HASH.EXTENSION" of an image, HASH being the first 16 hexadecimal digits of its SHA-256. */
void catalogue_name(char name[CATALOGUE_NAME_SIZE], const char *class_name, const unsigned char *digest,
	enum image_type type);

/* Whether `name` may be one that catalogue_name made. */
bool catalogue_is_name(const char *name);

/* Adds an image, about 100 bytes; one of the same bytes as one before, by the part of its digest that names its file, changes
 * nothing. */
CHECKED int catalogue_add(struct catalogue *catalogue, const struct catalogue_image *image, struct error *error);

/* Finds what an image is a copy of: the same bytes, else the same pixels, else the nearest look, the earliest of several;
 * a mirror image only where no other is found. */
struct twin catalogue_find(const struct catalogue *catalogue, const unsigned char *digest,
	const struct image_hash *hash);

/* How many images of a class are there. */
int catalogue_count(const struct catalogue *catalogue, const char *class_name);

/* NULL is allowed. */
void catalogue_destroy(struct catalogue *catalogue);

#endif
