/* What a split that exists gives away: pictures on both sides of it, and pictures in two classes. */
#ifndef DATASET_AUDIT_H
#define DATASET_AUDIT_H

#include "dataset/split.h"

enum { AUDIT_PAIRS_OF_FILE = 16 }; /* that are listed, lest copies of one picture make a pair of each two */

/* Two files that show one picture. */
struct audit_pair {
	const struct split_file *file, *other; /* of the later part first: validation, then train */
	enum { AUDIT_FILE, AUDIT_PIXELS, AUDIT_ALIKE, AUDIT_MIRRORED, AUDIT_CHAIN } how;
	struct likeness likeness;              /* for the last three */
};

/* Two classes that share pictures. */
struct audit_classes {
	int label, other;      /* label < other */
	size_t pairs;          /* so many pairs of files; 0: they are in one group through others alone */
	struct audit_pair one; /* one of them */
};

/* All zero is empty. */
struct audit {
	size_t left_out;               /* pairs of files that have AUDIT_PAIRS_OF_FILE listed */
	struct audit_pair *pairs;      /* those that cross the split; owned */
	size_t pair_count, pair_capacity;
	struct audit_classes *classes; /* those that share pictures, ordered; owned */
	size_t class_count, class_capacity;
	size_t leaked[SPLIT_PARTS];    /* by part, files whose group has one in an earlier part: train is the first */
};

/* Audits a split that was read and grouped. Pairs are those of a group that are alike themselves ("file": all bytes are
 * the same; "pixels"; "alike"; "mirrored"); a file that is in the group of one across through others alone makes one
 * pair, "chain". Takes time by the square of the different looks in a group, not of its files. `hamming` is what it was grouped with. Returns 0, or -1 without memory; the audit is the caller's to
 * free either way. */
CHECKED int audit_make(struct audit *audit, const struct split *split, int hamming, struct error *error);

/* Writes two tables, separated by tabs, with a blank line between them: a line per pair, and a line per pair of classes. */
void audit_write(const struct audit *audit, const struct split *split, FILE *stream);

void audit_free(struct audit *audit);

#endif
