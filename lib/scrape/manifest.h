/* manifest.tsv: a row for every image that was requested, the state from which the next run
 * resumes.
 *
 * Each row is appended by one write, after the image's file is written; a row truncated by a kill
 * is removed when the manifest is opened next. A lock prevents two runs from writing one manifest.
 *
 * Data is flushed to disk only by manifest_sync, which matters for power failures, not for kills.
 * Until then a file "manifest.unsynced" exists: a run that finds it fetches every image again whose
 * file is missing, whereas otherwise such a file was removed by the user and is not fetched again.
 * It also has the name of the file that is written next, which that run removes if there is no row
 * for it. */
#ifndef SCRAPE_MANIFEST_H
#define SCRAPE_MANIFEST_H

#include "base/error.h"
#include "scrape/duplicate_index.h"
#include "scrape/manifest_row.h"

#include <stdbool.h>

struct manifest;

/* Why `name` is not a valid name for a class and its folder next to the manifest; NULL: it is. */
const char *manifest_class_name_error(const char *name);

/* Opens or creates FOLDER/manifest.tsv, and the folder. For `hamming` see duplicate_index_create.
 * Rows whose image file has another size are ignored. On failure (-1: not a manifest, or locked by
 * another run) *manifest is NULL. */
CHECKED int manifest_open(struct manifest **manifest, const char *folder, int hamming,
	struct error *error);

/* Whether the previous run was killed, or the power failed. */
bool manifest_is_unsynced(const struct manifest *manifest);

/* Whether a URL should be fetched: not if an earlier run accepted it, or refused it (unless
 * `retry_refused`), nor if this function returned 1 for it before in this run. Returns 1, 0, or -1
 * without memory. */
CHECKED int manifest_should_fetch(struct manifest *manifest, const char *url, bool retry_refused,
	struct error *error);

/* Records in manifest.unsynced that the file `name`, "CLASS/HASH.EXTENSION", will be written before
 * its row. */
CHECKED int manifest_announce_file(struct manifest *manifest, const char *name,
	struct error *error);

/* Appends a row with the current time, all of it or nothing. */
CHECKED int manifest_add(struct manifest *manifest, const struct manifest_row *row,
	struct error *error);

/* The number of URLs for which manifest_should_fetch returned 0 because an earlier run refused
 * them. */
int manifest_skipped_count(const struct manifest *manifest);

/* The status of the last row of a URL, or -1. */
int manifest_url_status(const struct manifest *manifest, const char *url);

/* The index of all accepted images. */
const struct duplicate_index *manifest_duplicate_index(const struct manifest *manifest);

/* Flushes the manifest and the image files to disk. */
CHECKED int manifest_sync(struct manifest *manifest, struct error *error);

/* Removes a manifest that was created and got no row, with the folders created for it; NULL is
 * allowed. */
void manifest_close(struct manifest *manifest);

#endif
