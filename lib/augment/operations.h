/* The table of operations, from which come the options, what is drawn, what is done, and what is recorded. */
#ifndef AUGMENT_OPERATIONS_H
#define AUGMENT_OPERATIONS_H

#include "augment/augment.h"
#include "augment/geometry.h"
#include "augment/paint.h"
#include "base/random.h"

enum augment_kind {
	AUGMENT_GEOMETRY,   /* a matrix in pixels, from the upper left one */
	AUGMENT_CENTRED,    /* a matrix about the centre of the picture */
	AUGMENT_PAINT,      /* of the picture as it lies */
	AUGMENT_BACKGROUND, /* behind transparent parts, before all else */
	AUGMENT_MIX,        /* with another picture, after all else */
};

/* How the numbers of a step are told to people. */
enum augment_told {
	TOLD_NOTHING,
	TOLD_DEGREES,
	TOLD_TANGENT,  /* in degrees */
	TOLD_TIMES,    /* a factor */
	TOLD_PERCENT,
	TOLD_PIXELS,
	TOLD_BITS,
	TOLD_NUMBER,
	TOLD_STRENGTH, /* in percent; numbers behind it are for the machine */
	TOLD_SHARE,    /* what is left of this image, in percent */
	TOLD_BOX,      /* left, top, width and height, in percent */
	TOLD_CORNERS,  /* the farthest of them, in percent */
	TOLD_COLOR,
};

struct augment_operation {
	uint32_t number;      /* of its random numbers. Append only: a changed number changes every result */
	const char *name;     /* of its option too */
	const char *argument; /* in the help, "DEGREES"; NULL: it has no amount, only a probability */
	const char *help;
	double most;          /* of the amount, which is at least 0; 0 is off */
	bool whole;           /* the amount is a whole number */
	enum augment_kind kind;
	/* Draws the numbers of a step. NULL: it has none. */
	void (*draw)(struct random *random, double amount, const struct augment_options *options, double *values);
	int values;           /* how many they are */
	enum augment_told told;
	double least_value, most_value; /* what a record of steps may say of each */
	struct matrix (*geometry)(const double *values, int width, int height);
	augment_paint *paint;
	/* For the policies of torchvision: what goes from `start` to the end at the largest magnitude. */
	struct {
		bool member, either; /* `either`: to the other side of `start` as often */
		double start, randaugment, trivial;
	} policy;
};

extern const struct augment_operation augment_operations[];
extern const int augment_operations_count;

/* What a change does, for people: a line for each step, "rotate -8.2°". In fresh memory, which the caller frees; NULL without
 * memory. */
char *augment_tell(const struct augment_change *change);

/* The row of that name, or -1. */
int augment_operation_find(const char *name);

#endif
