/* Audits an existing split for data leaks: pictures in two parts, and pictures in two classes. */
#ifndef DATASET_AUDIT_H
#define DATASET_AUDIT_H

#include "dataset/split.h"

enum {
	AUDIT_PAIRS_OF_FILE = 16
}; /* listed per file, so that n copies of a picture do not give n * n pairs */

/* Two files that are duplicates or look-alikes. */
struct audit_pair {
	const struct split_file *file,
		*other; /* the file of the later part first: validation, then train */
	enum {
		AUDIT_SAME_FILE,
		AUDIT_SAME_PIXELS,
		AUDIT_LOOK_ALIKE,
		AUDIT_MIRRORED,
		AUDIT_CHAIN
	} relation;
	struct hash_distance likeness; /* of AUDIT_LOOK_ALIKE and AUDIT_MIRRORED */
};

/* Two classes that have pictures in common. */
struct audit_class_pair {
	int label, other; /* label < other */
	size_t pairs; /* of files; 0: their files are in one group only by a chain of other files */
	struct audit_pair example; /* one of the pairs */
};

/* All zero is empty. */
struct audit {
	struct audit_pair *pairs; /* across parts, sorted; owned */
	size_t pair_count;
	size_t unlisted;                  /* pairs beyond AUDIT_PAIRS_OF_FILE */
	struct audit_class_pair *classes; /* sorted; owned */
	size_t class_count;
	size_t leaked[SPLIT_PARTS]; /* by part, files whose group has a file in an earlier part:
	                               train is the first */
};

/* Audits a split that was read, and grouped with the same `hamming`. A pair is two files of a group
 * with the same bytes, the same pixels, or similar hashes, maybe mirrored; a file that is linked to
 * an earlier part only by a chain of other files makes one pair, AUDIT_CHAIN. The time is quadratic
 * in the number of distinct hashes of a group, not of its files. Returns 0, or -1 without memory;
 * the audit is the caller's to free either way. */
CHECKED int audit_run(struct audit *audit, const struct split *split, int hamming,
	struct error *error);

/* Writes two TSV tables with a blank line between them: a line per pair of files, and a line per
 * pair of classes. */
void audit_write(const struct audit *audit, const struct split *split, FILE *stream);

void audit_free(struct audit *audit);

#endif
