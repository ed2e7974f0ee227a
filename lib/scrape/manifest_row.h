/* One line of manifest.tsv: what was asked for, and what became of it. */
#ifndef SCRAPE_MANIFEST_ROW_H
#define SCRAPE_MANIFEST_ROW_H

#include "base/digest.h"
#include "image/image_hash.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum manifest_status {
	MANIFEST_ACCEPTED, /* its file was written */
	MANIFEST_REFUSED,  /* for a reason that stays; it is not asked for again */
	MANIFEST_FAILED,   /* for a reason that may pass; a later run asks again */
};

/* Its texts are the caller's. */
struct manifest_row {
	const char *class_name;
	const char *file;    /* "CLASS/NAME", or "" */
	bool came, decoded;  /* whether digest and bytes, and whether hash, mean something */
	unsigned char digest[DIGEST_SIZE]; /* SHA-256 of the bytes */
	struct image_hash hash;            /* of the picture */
	int width, height;   /* 0: not known */
	size_t bytes;
	const char *type;    /* "jpeg", or "" */
	const char *url, *page, *site, *query;
	const char *time;    /* "2026-11-22T16:00:00Z" */
	const char *licence; /* as the site gives it, or "" */
	enum manifest_status status;
	const char *reason;  /* why not accepted; of an accepted one a remark, or "" */
};

/* The first line of the file, newline included. */
extern const char manifest_header[];

/* Writes a line. */
void manifest_row_write(FILE *stream, const struct manifest_row *row);

/* Takes a line without its newline apart, in place; the row's texts lie in it. Returns NULL, or what is wrong with it. */
const char *manifest_row_read(char *line, struct manifest_row *row);

#endif
