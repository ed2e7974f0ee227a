/* Checks downloaded images on a pool of threads: type, size, whether they decode, hashes.
 *
 * An image is decoded once, in the sandbox if there is one (image_sandbox_start), and only its size
 * and hashes are returned. */
#ifndef SCRAPE_IMAGE_CHECK_H
#define SCRAPE_IMAGE_CHECK_H

#include "base/worker_pool.h"
#include "base/digest.h"
#include "base/error.h"
#include "image/image.h"
#include "image/image_hash.h"

#include <stdbool.h>
#include <stddef.h>

struct image_limits {
	int side_minimum;      /* minimum width and height in pixels */
	double aspect_maximum; /* longer by shorter side; 0: any */
};

struct image_check {
	struct image_info info; /* from the header; unknown and 0 x 0 if that can't be read */
	unsigned char digest[DIGEST_SIZE]; /* SHA-256 of the bytes */
	struct image_hash hash;            /* if it is accepted */
	bool is_accepted;
	struct error error; /* else the reason; its object is "", or ": " and a part */
};

/* A result. */
struct checked_image {
	void *tag;
	unsigned char *bytes; /* the caller's to free */
	size_t size;
	struct image_check check;
};

struct image_checker;

/* Starts a thread for every processor; one of them calls `ready` when image_checker_take has a
 * result. On failure (-1) *checker is NULL. */
CHECKED int image_checker_create(struct image_checker **checker, const struct image_limits *limits,
	worker_pool_callback *ready, void *context, struct error *error);

/* Queues an image. Takes ownership of `bytes` (from malloc); on failure (-1, no memory) they are
 * freed. */
CHECKED int image_checker_add(struct image_checker *checker, unsigned char *bytes, size_t size,
	void *tag, struct error *error);

/* Removes the first image of the queue. Returns false if it is not checked yet, or there is
 * none. */
bool image_checker_take(struct image_checker *checker, struct checked_image *checked);

/* The number of queued images, checked or not, and their bytes. */
size_t image_checker_count(const struct image_checker *checker);
size_t image_checker_bytes(const struct image_checker *checker);

/* Waits for images being checked, and drops the rest; NULL is allowed. */
void image_checker_destroy(struct image_checker *checker);

#endif
