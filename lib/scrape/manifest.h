/* manifest.tsv: a line for every image that was asked for, and so the state from which a run goes on.
 *
 * Lines are appended whole, each by one write, after the file that one tells of; what a killed run left of a last line is
 * cut off when the manifest is opened next. Two runs can't write one manifest at a time.
 *
 * Nothing is forced to disk before manifest_sync, which a process that is killed does not need, but a machine that loses
 * power does. Until then a file "manifest.unsynced" says so: a run that finds it asks again for every image whose file is
 * not there, whereas otherwise such a file has been removed by the user, and stays away. It also names the file that is
 * written next, which that run removes if no line tells of it. */
#ifndef SCRAPE_MANIFEST_H
#define SCRAPE_MANIFEST_H

#include "base/error.h"
#include "scrape/catalogue.h"
#include "scrape/manifest_row.h"

#include <stdbool.h>

struct manifest;

/* Why `name` can't name a class, which gets a folder beside the manifest; NULL: it can. */
const char *manifest_class_problem(const char *name);

/* Opens or begins FOLDER/manifest.tsv, the folder too. Looks count as alike up to `hamming` bits (see catalogue.h). An
 * image whose file is not of the size that its row has is not known. On failure (-1: not a manifest, another run has it)
 * *manifest is NULL. */
CHECKED int manifest_open(struct manifest **manifest, const char *folder, int hamming, struct error *error);

/* Whether the run before was killed, or the machine lost power. */
bool manifest_is_unsynced(const struct manifest *manifest);

/* Whether a URL is to be asked for: not where an earlier run accepted it, or refused it unless `retry_refused`, nor where
 * this was said of it before in this run. Returns 1, 0, or -1 without memory. */
CHECKED int manifest_ask(struct manifest *manifest, const char *url, bool retry_refused, struct error *error);

/* Says that the file `name`, "CLASS/HASH.EXTENSION", comes to be before its row does. */
CHECKED int manifest_expect(struct manifest *manifest, const char *name, struct error *error);

/* Appends a row, whole or not at all, stamped with the time of now; the manifest then knows it. */
CHECKED int manifest_add(struct manifest *manifest, const struct manifest_row *row, struct error *error);

/* How many addresses manifest_ask said no to since an earlier run had refused them. */
int manifest_refused_before(const struct manifest *manifest);

/* The status of the last row of a URL, or -1. */
int manifest_find_url(const struct manifest *manifest, const char *url);

/* The images accepted so far. */
const struct catalogue *manifest_images(const struct manifest *manifest);

/* Makes sure that the manifest and the files that it tells of are on disk. */
CHECKED int manifest_sync(struct manifest *manifest, struct error *error);

/* Removes a manifest again that was begun and got no row, with the folders made for it; NULL is allowed. */
void manifest_close(struct manifest *manifest);

#endif
