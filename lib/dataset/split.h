/* Splits a dataset into training, validation and test sets, or into folds.
 *
 * Duplicates and look-alikes go to the same part, also across classes, so that no validation
 * picture leaks into training. */
#ifndef DATASET_SPLIT_H
#define DATASET_SPLIT_H

#include "base/bad_inputs.h"
#include "base/digest.h"
#include "dataset/folds.h"
#include "dataset/scan.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum split_part { SPLIT_TRAIN, SPLIT_VALIDATION, SPLIT_TEST, SPLIT_PARTS };

/* Names of the parts and of their folders, terminated by NULL. */
extern const char *const split_part_names[];

struct split_file {
	const struct dataset_file
		*file;    /* its label is an index into the classes of its folder only */
	const char *name; /* path relative to the folder that was read: "goku/1.jpg", or
	                     "train/goku/1.jpg" */
	int label;        /* index into the split's classes */
	unsigned char digest[DIGEST_SIZE]; /* SHA-256 of the file */
	struct image_hash hash;
	struct picture_properties properties; /* if requested */
	uint32_t group; /* from 1, in the order of files; the same for duplicates and look-alikes */
	int part;       /* enum split_part; or the fold whose validation set it is in, from 0 */
};

/* A file that can't be read or decoded. */
struct undecodable_file {
	const char *name; /* as in split_file */
	int label;
	struct error error; /* the reason */
};

/* All zero is empty. */
struct split {
	struct dataset_files
		folders[SPLIT_PARTS]; /* one for each existing part; else the first has all files */
	struct text_list classes;     /* of all folders, sorted by bytes */
	struct split_file *files;
	size_t count;
	uint32_t groups;
	struct undecodable_file
		*undecodable; /* files that were skipped, in the order of the folder */
	size_t undecodable_count;
	int folds;          /* 0: files belong to parts */
	bool already_split; /* the folder was split before: the parts are those of the folder */
};

/* How files are read. All pointers are the caller's. */
struct split_read_options {
	struct parallel *pool;
	struct progress *progress;
	struct bad_inputs *bad; /* files that can't be read or decoded, and are skipped */
	bool with_properties;   /* measure the pictures too */
	enum {
		SPLIT_READ_ANY,
		SPLIT_READ_PARTS,
		SPLIT_READ_CLASSES
	} expected; /* folder: any, split already, or not split */
};

/* Reads the class folders of `folder`, or of its train/, validation/ and test/ if the first two
 * exist: the split is then `already_split`. Every file is a group of its own until split_group.
 * Returns 0 or -1 (no class folders, no picture, not the expected kind of folder, which is checked
 * before files are read); the split is the caller's to free either way. */
CHECKED int split_read(struct split *split, const char *folder,
	const struct split_read_options *reading, struct error *error);

/* Finds the groups: the connected components of files with the same pixels and, unless `hamming` is
 * negative, of look-alikes (image_hash_alike). They don't depend on names. Returns 0, or -1 without
 * memory. */
CHECKED int split_group(struct split *split, int hamming, struct error *error);

/* Assigns whole groups to parts: the given fractions of each class to validation and test (0: no
 * such part), the rest to train. Groups are assigned in the order of their size and of
 * SHA-256(seed, content), so the result doesn't depend on names. The number of files of a class in
 * a part is exact to within the size of its largest group. Returns 0, or -1 if a class has fewer
 * groups than there are parts. */
CHECKED int split_assign(struct split *split, const double fractions[SPLIT_PARTS], uint64_t seed,
	struct error *error);

/* Assigns whole groups to `folds` folds (2 to FOLDS_MAXIMUM) for k-fold cross-validation
 * (folds_assign), whatever the names; each file is in the validation set of one fold and in the
 * training sets of the others. Returns 0, or -1 if a class has fewer groups than folds. */
CHECKED int split_assign_folds(struct split *split, int folds, uint64_t seed, struct error *error);

/* Number of files in a part or fold. */
size_t split_part_count(const struct split *split, int part);

/* "train", "validation", ... or "fold-1", ... into out[24]. Returns out. */
const char *split_part_name(const struct split *split, int part, char out[24]);

/* Writes the header and a line per file, separated by tabs: path, sha256, pixels, phash, group,
 * class, split. */
extern const char split_list_header[]; /* without its newline */
void split_write_list(const struct split *split, FILE *stream);

/* Frees all; the split is then empty. */
void split_free(struct split *split);

#endif
