/* One row of manifest.tsv: a requested image and the result. */
#ifndef SCRAPE_MANIFEST_ROW_H
#define SCRAPE_MANIFEST_ROW_H

#include "base/digest.h"
#include "image/image_hash.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum manifest_status {
	MANIFEST_ACCEPTED, /* the file was written */
	MANIFEST_REFUSED,  /* permanently: it is not fetched again */
	MANIFEST_FAILED,   /* temporarily: a later run fetches it again */
};

/* The texts are not owned. */
struct manifest_row {
	const char *class_name;
	const char *file;                  /* "CLASS/NAME", or "" */
	bool has_bytes, has_hash;          /* `digest` and `bytes`, or `hash`, are set */
	unsigned char digest[DIGEST_SIZE]; /* SHA-256 of the bytes */
	struct image_hash hash;            /* of the image */
	int width, height;                 /* 0: not known */
	size_t bytes;
	const char *type; /* "jpeg", or "" */
	const char *url, *page, *site, *query;
	const char *time;    /* "2026-11-22T16:00:00Z" */
	const char *licence; /* as stated by the site, or "" */
	enum manifest_status status;
	const char *reason; /* why it is not accepted; a remark on an accepted one, or "" */
};

/* The first line of the file, with newline. */
extern const char manifest_header[];

/* Writes a row with newline. */
void manifest_row_write(FILE *stream, const struct manifest_row *row);

/* Parses a line without newline in place; the row's texts point into it. Returns NULL, or why the
 * line is invalid. */
const char *manifest_row_read(char *line, struct manifest_row *row);

#endif
