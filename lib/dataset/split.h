/* Which images a network learns from, and which only judge it.
 *
 * Files of the same content (SHA-256) go to the same part, also across classes: what a network has seen says nothing
 * about what it has learnt. */
#ifndef DATASET_SPLIT_H
#define DATASET_SPLIT_H

#include "base/bad_inputs.h"
#include "base/digest.h"
#include "dataset/class_folders.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum split_part { SPLIT_TRAIN, SPLIT_VALIDATION, SPLIT_TEST, SPLIT_PARTS };

/* Names of the parts and of their folders; ended by NULL. */
extern const char *const split_part_names[];

struct split_file {
	const struct dataset_file *file; /* its label counts only where the split is made, not kept */
	const char *name;                /* below the folder that was read, "goku/1.jpg", "train/goku/1.jpg" if kept */
	unsigned char digest[DIGEST_SIZE];
	enum split_part part;
};

/* All zero is empty. */
struct split {
	struct dataset_files folders[SPLIT_PARTS]; /* one for each part that is kept; else the first holds all */
	struct split_file *files;
	size_t count;
	bool kept;      /* the folder was split already: parts are as found there */
};

/* Reads the class folders of `folder`, or of its train/, validation/ and test/ if it holds the first two: then that
 * split is kept. Files that can't be read are bad inputs.
 * Returns 0 or -1 (no class folders, no file); the split is the caller's to free either way. */
CHECKED int split_read(struct split *split, const char *folder, struct bad_inputs *bad, struct error *error);

/* Deals the files out: `shares` of each class go to validation and test (0: no such part), the rest to train. The
 * order of dealing is that of SHA-256(seed, content), single files before duplicates, so neither names nor other
 * images decide about a file. Returns 0, or -1 where a class has too few different images for one in every part. */
CHECKED int split_assign(struct split *split, const double shares[SPLIT_PARTS], uint64_t seed, struct error *error);

/* How many files there are in a part. */
size_t split_part_count(const struct split *split, enum split_part part);

/* Counts in *leaked how many files of validation and test have the content of a training file: none but in a kept
 * split. Returns 0, or -1 without memory. */
CHECKED int split_leaked(const struct split *split, size_t *leaked, struct error *error);

/* Writes a header and a line per file: path, class, split, sha256, separated by tabs. */
void split_write_list(const struct split *split, FILE *stream);

/* Frees all and leaves an empty split. */
void split_free(struct split *split);

#endif
