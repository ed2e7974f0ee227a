/* The table of operations: it defines the options, the random values, the functions that apply
 * them, and the log. */
#ifndef AUGMENT_OPERATIONS_H
#define AUGMENT_OPERATIONS_H

#include "augment/augment.h"
#include "augment/geometry.h"
#include "augment/paint.h"
#include "base/random.h"

enum augment_kind {
	AUGMENT_GEOMETRY,   /* a matrix in pixels, origin at the centre of the upper left pixel */
	AUGMENT_CENTRED,    /* a matrix in pixels, origin at the centre of the image */
	AUGMENT_PAINT,      /* a function on pixel values, in place */
	AUGMENT_BACKGROUND, /* compositing over a background, before all else */
	AUGMENT_MIX,        /* mixing with another image, after all else */
};

/* How the values of a step are formatted for the preview. */
enum augment_format {
	FORMAT_NONE,
	FORMAT_DEGREES,
	FORMAT_TANGENT, /* as an angle in degrees */
	FORMAT_FACTOR,
	FORMAT_PERCENT,
	FORMAT_PIXELS,
	FORMAT_BITS,
	FORMAT_NUMBER,
	FORMAT_STRENGTH,      /* the first value, in percent */
	FORMAT_FRACTION_KEPT, /* weight of this image, in percent */
	FORMAT_BOX,           /* left, top, width and height, in percent */
	FORMAT_CORNERS,       /* the largest displacement, in percent */
	FORMAT_COLOR,
};

struct augment_operation {
	uint32_t random_stream; /* number of its random stream. Append only: a changed number
	                           changes every result */
	const char *name;       /* and its option's */
	const char *argument;   /* in the help, "DEGREES"; NULL: no amount, only a probability */
	const char *help;
	double amount_maximum; /* the amount is 0 (off) to this */
	bool integer_only;     /* the amount is an integer */
	enum augment_kind kind;
	/* Draws the values of a step. NULL: it has none. */
	void (*draw)(struct random *random, double amount, const struct augment_options *options,
		double *values);
	int values; /* their number */
	enum augment_format format;
	double value_minimum, value_maximum; /* range of each value, also in a log */
	struct matrix (*geometry)(const double *values, int width, int height);
	augment_paint *paint;
	/* For torchvision's policies: the value at magnitude 0 and, for each policy, at the largest
	 * magnitude. */
	struct {
		bool member, is_signed; /* is_signed: the distance from `start` has a random sign */
		double start, randaugment, trivial;
	} policy;
};

extern const struct augment_operation augment_operations[];
extern const int augment_operations_count;

/* Describes a change for the preview: a line per step, "rotate -8.2°". In fresh memory, which the
 * caller frees; NULL without memory. */
char *augment_describe_change(const struct augment_change *change);

/* The row of that name, or -1. */
int augment_operation_find(const char *name);

#endif
