/* Checks a dataset for bad pictures, label errors and class imbalance before training. */
#ifndef DATASET_CHECK_H
#define DATASET_CHECK_H

#include "dataset/split.h"

enum check_kind {
	CHECK_UNDECODABLE, /* can't be read or decoded */
	CHECK_BLANK,       /* almost uniform (image_hash.plain) */
	CHECK_TINY,        /* its shorter side is too short */
	CHECK_ASPECT,      /* one side is many times the other */
	CHECK_DARK,        /* its mean luma is low */
	CHECK_BLURRED,     /* its sharpness is low */
	CHECK_EXTENSION,   /* its extension is that of another format than its content */
	CHECK_LABELS,      /* has the pixels of a picture in another class */
	CHECK_DUPLICATE,   /* has the pixels of an earlier picture */
	CHECK_LOOK_ALIKE,  /* looks like an earlier picture */
	CHECK_KINDS
};

/* "undecodable", "blank", ... */
extern const char *const check_kind_names[];

struct check_limits {
	int minimum_side; /* pixels of the shorter side */
	double maximum_aspect, minimum_brightness, minimum_sharpness;
};

struct check_finding {
	enum check_kind kind;
	const char *name; /* of the file */
	int label;
	const struct split_file *file;              /* NULL if it is undecodable */
	const struct undecodable_file *undecodable; /* else NULL */
	const struct split_file
		*other; /* the earlier duplicate or look-alike, or the file in another class */
};

struct check_class {
	size_t pictures, distinct; /* files; groups of duplicates and look-alikes */
	double weight;   /* balanced class weight: pictures of all classes / (classes * pictures); 0
	                    without pictures */
	bool unbalanced; /* fewer than half or more than twice as many pictures as the median
	                  * class */
};

/* All zero is empty. */
struct dataset_check {
	const struct split *split;      /* the caller's */
	struct check_finding *findings; /* by kind, then by name; owned, as are the classes */
	size_t count;
	struct check_class *classes; /* in the split's order */
	size_t unbalanced;           /* number of unbalanced classes */
};

/* Checks pictures that were read with their properties and grouped. Refers to `split`. Returns 0,
 * or -1 without memory; the check is the caller's to free either way. */
CHECKED int dataset_check_run(struct dataset_check *check, const struct split *split,
	const struct check_limits *limits, struct error *error);

/* Number of findings of a kind. */
size_t dataset_check_count(const struct dataset_check *check, enum check_kind kind);

/* Writes two tables, separated by tabs, with a blank line between them: path, class, finding,
 * detail, with a line per finding; and class, pictures, different, weight, finding, with a line per
 * class. */
void dataset_check_write(const struct dataset_check *check, FILE *stream);

void dataset_check_free(struct dataset_check *check);

#endif
