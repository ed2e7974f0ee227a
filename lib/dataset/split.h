/* Which images a network learns from, and which only judge it.
 *
 * Images that are one picture go to the same part, also across classes: what a network has seen says nothing about what
 * it has learnt. */
#ifndef DATASET_SPLIT_H
#define DATASET_SPLIT_H

#include "base/bad_inputs.h"
#include "base/digest.h"
#include "dataset/survey.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum split_part { SPLIT_TRAIN, SPLIT_VALIDATION, SPLIT_TEST, SPLIT_PARTS };
enum { SPLIT_FOLDS_MAXIMUM = 20 };

/* Names of the parts and of their folders; ended by NULL. */
extern const char *const split_part_names[];

struct split_file {
	const struct dataset_file *file;   /* its label counts only in the folder it was found in */
	const char *name;                  /* below the folder that was read, "goku/1.jpg", "train/goku/1.jpg" if kept */
	int label;                         /* index into the split's classes */
	unsigned char digest[DIGEST_SIZE]; /* SHA-256 of the file */
	struct image_hash hash;
	struct picture_facts facts;        /* where they were asked for */
	uint32_t group;                    /* from 1, in the files' order; the same for images that are one picture */
	int part;                          /* enum split_part; or the fold in which it judges, from 0 */
};

/* A file that can't be read or decoded. */
struct split_trouble {
	const char *name;   /* as a file's */
	int label;
	struct error error; /* why */
};

/* All zero is empty. */
struct split {
	struct dataset_files folders[SPLIT_PARTS]; /* one for each part that is kept; else the first holds all */
	struct text_list classes;                  /* of all of them, sorted by bytes */
	struct split_file *files;
	size_t count;
	uint32_t groups;
	struct split_trouble *troubles;            /* files that were left out, as they were found */
	size_t trouble_count;
	int folds;      /* 0: files belong to parts */
	bool kept;      /* the folder was split already: parts are as found there */
};

/* How files are read: the caller's, all of it. */
struct split_reading {
	struct parallel *pool;
	struct progress *progress;
	struct bad_inputs *bad; /* files that can't be read or decoded, which are left out */
	bool facts;             /* find these too */
	enum { SPLIT_READ_ANY, SPLIT_READ_PARTS, SPLIT_READ_CLASSES } wanted; /* refuse a folder that isn't split, or is */
};

/* Reads the class folders of `folder`, or of its train/, validation/ and test/ if it holds the first two: then that
 * split is kept. Every file is a group of its own as yet. Returns 0 or -1 (no class folders, no picture, another kind of
 * folder than is wanted, which is said before a file is read); the split is the caller's to free either way. */
CHECKED int split_read(struct split *split, const char *folder, const struct split_reading *reading, struct error *error);

/* Finds the groups: files with the same pixels, and, unless `hamming` is negative, those that look like one picture
 * (image_hash_alike); and like one of these, and so on. They don't depend on names. Returns 0, or -1 without memory. */
CHECKED int split_group(struct split *split, int hamming, struct error *error);

/* Deals whole groups out: `shares` of each class go to validation and test (0: no such part), the rest to train. The
 * order of dealing is that of SHA-256(seed, content), small groups first, so names decide nothing. A class gets what
 * it should to within the size of its largest group. Returns 0, or -1 where a class has too few groups for one in every
 * part. */
CHECKED int split_assign(struct split *split, const double shares[SPLIT_PARTS], uint64_t seed, struct error *error);

/* Deals whole groups out to `folds` folds (2 to SPLIT_FOLDS_MAXIMUM), each class as evenly as its groups allow; every
 * file judges in one of them, and the others learn from it. Returns 0, or -1 where a class has fewer groups. */
CHECKED int split_assign_folds(struct split *split, int folds, uint64_t seed, struct error *error);

/* How many files there are in a part or fold. */
size_t split_part_count(const struct split *split, int part);

/* "train", "validation", ... or "fold-1", ... into out[24]. Returns out. */
const char *split_part_name(const struct split *split, int part, char out[24]);

/* Writes a header and a line per file, separated by tabs: path, sha256, pixels, phash, group, class, split. */
void split_write_list(const struct split *split, FILE *stream);

/* Frees all and leaves an empty split. */
void split_free(struct split *split);

#endif
