/* Judging images: threads find out what the bytes that came for one are, while the network brings the next.
 *
 * A picture is decoded once, in a sandbox where there is one (image_sandbox_start), and only what is known of it then
 * comes back. */
#ifndef SCRAPE_JUDGE_H
#define SCRAPE_JUDGE_H

#include "base/crew.h"
#include "base/digest.h"
#include "base/error.h"
#include "image/image.h"
#include "image/image_hash.h"

#include <stdbool.h>
#include <stddef.h>

struct judge_limits {
	int side_minimum;      /* pixels of width and height */
	double aspect_maximum; /* the longer side by the shorter; 0: any */
};

struct judgement {
	struct image_info info;            /* as its header has it; unknown and 0 x 0 where that can't be read */
	unsigned char digest[DIGEST_SIZE]; /* SHA-256 of the bytes */
	struct image_hash hash;            /* of a picture that is good */
	bool good;
	struct error problem;              /* else what is wrong; its object is "", or ": " and a part */
};

/* An image handed back. */
struct judged {
	void *tag;
	unsigned char *bytes; /* the taker's to free */
	size_t size;
	struct judgement judgement;
};

struct judge;

/* Starts a thread for every processor; one of them calls `ready` when judge_take has something to give. On failure (-1)
 * *judge is NULL. */
CHECKED int judge_create(struct judge **judge, const struct judge_limits *limits, crew_callback *ready, void *context,
	struct error *error);

/* Hands over an image. `bytes` (from malloc) become the judge's; on failure (-1, no memory) they are freed. */
CHECKED int judge_add(struct judge *judge, unsigned char *bytes, size_t size, void *tag, struct error *error);

/* Takes the image back that was handed over first. Returns false where that one is not judged yet, or there is none. */
bool judge_take(struct judge *judge, struct judged *judged);

/* How many images are handed over and not taken back, and their bytes. */
size_t judge_count(const struct judge *judge);
size_t judge_bytes(const struct judge *judge);

/* Waits for what is being judged, and drops the rest; NULL is allowed. */
void judge_destroy(struct judge *judge);

#endif
