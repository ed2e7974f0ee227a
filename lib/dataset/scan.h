/* Reads, decodes and hashes picture files in parallel. */
#ifndef DATASET_SCAN_H
#define DATASET_SCAN_H

#include "base/digest.h"
#include "base/parallel.h"
#include "base/progress.h"
#include "dataset/class_folders.h"
#include "image/image_hash.h"
#include "image/image_measure.h"

struct picture_properties {
	enum image_type type;
	int width, height; /* after EXIF orientation */
	struct image_measures measures;
};

struct file_scan {
	bool decoded;                         /* the file could be read and decoded */
	struct error *error;                  /* else the reason; owned */
	unsigned char digest[DIGEST_SIZE];    /* SHA-256 of the file */
	struct image_hash hash;               /* of the picture at full size, over white */
	struct picture_properties properties; /* all zero unless requested */
};

/* Scans files[count] in parallel into scans[count], in the same order, with the pictures'
 * properties if `with_properties`. Shows progress. The caller frees them with file_scans_free, also
 * on failure. Returns 0, or -1 without memory; a file that can't be decoded is no failure. */
CHECKED int scan_files(struct file_scan *scans, const struct dataset_file *const *files,
	size_t count, bool with_properties, struct parallel *pool, struct progress *progress,
	struct error *error);

/* Frees the errors in scans[count], not the array. */
void file_scans_free(struct file_scan *scans, size_t count);

#endif
