/* What becomes of the bytes that came for an image: kept as they are, or refused. */
#ifndef SCRAPE_KEEP_H
#define SCRAPE_KEEP_H

#include "scrape/fetch.h"
#include "scrape/manifest.h"

/* Judges a fetched body and, if it is a new image with both sides at least `side_minimum`, writes it to
 * FOLDER/CLASS/HASH.EXTENSION, HASH being the first 16 hexadecimal digits of its SHA-256. Only its header is
 * read. Then adds `row`, in which class_name, url, page, site and query are set, to the manifest.
 * Returns the status that the row got, or -1 where a file can't be written. */
CHECKED int keep_image(const char *folder, struct manifest *manifest, const struct fetch_result *result,
	int side_minimum, struct manifest_row *row, struct error *error);

/* Removes what a killed run left half-written in FOLDER/CLASS. Only for who has the manifest open. */
void keep_sweep(const char *folder, const char *class_name);

#endif
