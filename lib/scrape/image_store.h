/* Stores checked images: a file and a row of the manifest, or a row with the reason why not. */
#ifndef SCRAPE_IMAGE_STORE_H
#define SCRAPE_IMAGE_STORE_H

#include "scrape/image_check.h"
#include "scrape/manifest.h"

/* Writes an image to FOLDER/CLASS/HASH.EXTENSION (see duplicate_index_file_name) if it is accepted
 * and not a duplicate. Then adds `row`, in which class_name, url, page, site, query and licence are
 * set, to the manifest. A mirror image is stored too, and the reason in the row says so. Returns
 * the status of the row, or -1 if a file can't be written, or the check failed with a system error:
 * then there is no row, so that a later run fetches the image again. */
CHECKED int image_store_add(const char *folder, struct manifest *manifest,
	const struct checked_image *checked, struct manifest_row *row, struct error *error);

/* Adds `row`, set as above, for a URL without an image. Returns `status`, or -1 as above. */
CHECKED int image_store_add_failure(struct manifest *manifest, enum manifest_status status,
	const char *reason, struct manifest_row *row, struct error *error);

/* Removes temporary files of a killed run from every FOLDER/CLASS. The manifest must be open. */
CHECKED int image_store_clean_up(const char *folder, struct error *error);

#endif
