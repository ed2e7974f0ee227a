/* What becomes of what came for an image: a file and a row of the manifest, or a row that says why not. */
#ifndef SCRAPE_KEEP_H
#define SCRAPE_KEEP_H

#include "scrape/judge.h"
#include "scrape/manifest.h"

/* Takes an image that was judged and, if it is good and a copy of none that was accepted before, writes it to
 * FOLDER/CLASS/HASH.EXTENSION (see catalogue_name). Then adds `row`, in which class_name, url, page, site, query and
 * licence are set, to the manifest. A mirror image of one before is kept, and the row remarks on it.
 * Returns the status that the row got, or -1 where a file can't be written; where the machine failed when the image was
 * judged, nothing is noted, so that another run asks for it again. */
CHECKED int keep_image(const char *folder, struct manifest *manifest, const struct judged *judged,
	struct manifest_row *row, struct error *error);

/* Adds `row`, set as above, for an address that gave no image. Returns `status`, or -1 as above. */
CHECKED int keep_nothing(struct manifest *manifest, enum manifest_status status, const char *reason,
	struct manifest_row *row, struct error *error);

/* Removes what a killed run left half-written in any FOLDER/CLASS. Only for who has the manifest open. */
CHECKED int keep_sweep(const char *folder, struct error *error);

#endif
