/* What is wrong with pictures in class folders, before a network learns from them. */
#ifndef DATASET_CHECK_H
#define DATASET_CHECK_H

#include "dataset/split.h"

enum check_kind {
	CHECK_UNDECODABLE, /* can't be read or decoded */
	CHECK_BLANK,       /* shows next to nothing (image_hash.plain) */
	CHECK_TINY,        /* its shorter side is too short */
	CHECK_ASPECT,      /* one side is many times the other */
	CHECK_DARK,        /* its mean luma is low */
	CHECK_BLURRED,     /* its sharpness is low */
	CHECK_EXTENSION,   /* its name says another format than its content */
	CHECK_LABELS,      /* has the pixels of a picture in another class */
	CHECK_DUPLICATE,   /* has the pixels of an earlier picture */
	CHECK_ALIKE,       /* looks like an earlier picture */
	CHECK_KINDS
};

/* "undecodable", "blank", ... */
extern const char *const check_kind_names[];

struct check_limits {
	int side;                             /* pixels that the shorter side should have */
	double aspect, brightness, sharpness; /* most, least, least */
};

struct check_finding {
	enum check_kind kind;
	const char *name;                /* of the file */
	int label;
	const struct split_file *file;   /* NULL where it is undecodable; */
	const struct split_trouble *why; /* then the reason */
	const struct split_file *other;  /* the earlier picture of a duplicate or look-alike, the one in another class */
};

struct check_class {
	size_t pictures, different; /* files, and groups of them */
	double weight;              /* that makes up for their number: pictures of all / (classes * pictures), 0 for none */
	bool unbalanced;            /* fewer than half or more than twice as many pictures as the median class */
};

/* All zero is empty. */
struct check {
	const struct split *split;      /* the caller's */
	struct check_finding *findings; /* by kind, then in the files' order; owned, as are the classes */
	size_t count, capacity;
	struct check_class *classes;    /* in the split's order */
	size_t unbalanced;              /* so many of them */
};

/* Checks pictures that were read with their facts and grouped. Keeps `split`. Returns 0, or -1 without memory; the
 * check is the caller's to free either way. */
CHECKED int check_make(struct check *check, const struct split *split, const struct check_limits *limits,
	struct error *error);

/* How many findings are of a kind. */
size_t check_count(const struct check *check, enum check_kind kind);

/* Writes two tables, separated by tabs, with a blank line between them: path, class, finding, detail, a line per
 * finding; and class, pictures, different, weight, finding, a line per class. */
void check_write(const struct check *check, FILE *stream);

void check_free(struct check *check);

#endif
