/* Index of the images accepted in this run and earlier ones, to detect duplicates: by bytes, pixels
 * or perceptual hash. */
#ifndef SCRAPE_DUPLICATE_INDEX_H
#define SCRAPE_DUPLICATE_INDEX_H

#include "base/digest.h"
#include "base/error.h"
#include "image/image.h"
#include "image/image_hash.h"

#include <stdbool.h>

enum {
	FILE_NAME_HASH_BYTES = 8, /* of the SHA-256 in a file name */
	FILE_NAME_SIZE = 300,     /* of "CLASS/HASH.EXTENSION", with NUL */
};

struct indexed_image {
	const char *class_name;
	enum image_type type;
	const unsigned char *digest; /* SHA-256 of its bytes */
	const struct image_hash *hash;
	bool file_exists; /* it was not removed by the user */
};

enum duplicate_kind {
	DUPLICATE_NONE,
	DUPLICATE_BYTES,
	DUPLICATE_PIXELS,
	DUPLICATE_LOOK_ALIKE,
	DUPLICATE_MIRRORED
};

/* The image that another one duplicates. */
struct duplicate {
	enum duplicate_kind kind;
	int bits; /* of look-alikes: the Hamming distance of the perceptual hashes */
	char name[FILE_NAME_SIZE]; /* "CLASS/HASH.EXTENSION" */
};

struct duplicate_index;

/* Creates an empty index; images look alike up to a Hamming distance of `hamming`, 0: never. On
 * failure (-1) *index is NULL. */
CHECKED int duplicate_index_create(struct duplicate_index **index, int hamming,
	struct error *error);

/* "CLASS/HASH.EXTENSION" of an image, HASH being the first 16 hexadecimal digits of its SHA-256. */
void duplicate_index_file_name(char name[FILE_NAME_SIZE], const char *class_name,
	const unsigned char *digest, enum image_type type);

/* Whether `name` may be a result of duplicate_index_file_name. */
bool duplicate_index_is_file_name(const char *name);

/* Adds an image, in about 100 bytes; no effect if there is one with the same file name (part of the
 * digest). */
CHECKED int duplicate_index_add(struct duplicate_index *index, const struct indexed_image *image,
	struct error *error);

/* Finds the image that this one duplicates: by the same bytes, else the same pixels, else the
 * nearest perceptual hash, the first of several; a mirror image only if there is no other. */
struct duplicate duplicate_index_find(const struct duplicate_index *index,
	const unsigned char *digest, const struct image_hash *hash);

/* The number of images of a class whose file exists. */
int duplicate_index_count(const struct duplicate_index *index, const char *class_name);

/* NULL is allowed. */
void duplicate_index_destroy(struct duplicate_index *index);

#endif
