/* manifest.tsv: a line for every image that was asked for, and so the state from which a run goes on.
 *
 * Lines are appended whole, each by one write; what a killed run left of a last line is cut off when the
 * file is opened next. Two runs can't write one manifest at a time. */
#ifndef SCRAPE_MANIFEST_H
#define SCRAPE_MANIFEST_H

#include "base/digest.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

enum manifest_status {
	MANIFEST_ACCEPTED, /* its file was written */
	MANIFEST_REFUSED,  /* for a reason that stays; it is not asked for again */
	MANIFEST_FAILED,   /* for a reason that may pass; a later run asks again */
};

struct manifest_row {
	const char *class_name;
	const char *file;   /* "CLASS/NAME", or "" */
	const unsigned char *digest; /* SHA-256 of the bytes; NULL: none came */
	int width, height;  /* 0: not known */
	size_t bytes;
	const char *type;   /* "jpeg", or "" */
	const char *url, *page, *site, *query;
	enum manifest_status status;
	const char *reason; /* "" when accepted */
};

struct manifest;

/* Opens or begins FOLDER/manifest.tsv. On failure (-1: not a manifest, another run has it) *manifest is NULL. */
CHECKED int manifest_open(struct manifest **manifest, const char *folder, struct error *error);

/* Appends a row, stamped with the time of now; the manifest then knows it. */
CHECKED int manifest_add(struct manifest *manifest, const struct manifest_row *row, struct error *error);

/* The status of the last row of a URL, or -1. */
int manifest_find_url(const struct manifest *manifest, const char *url);

/* The class that has an image of these very bytes, or NULL. */
const char *manifest_find_content(const struct manifest *manifest, const unsigned char digest[DIGEST_SIZE]);

/* How many accepted images of a class earlier runs left that are still in its folder. */
int manifest_count(const struct manifest *manifest, const char *class_name);

/* Makes sure that all is on disk. */
CHECKED int manifest_sync(struct manifest *manifest, struct error *error);

/* NULL is allowed. */
void manifest_close(struct manifest *manifest);

#endif
