/* Inside lib/draw: the description of an invented character, as text. Parts are written in the
 * form of characters.json, so that the reader of files checks what is invented too. */
#ifndef DRAW_SKETCH_H
#define DRAW_SKETCH_H

#include "base/random.h"
#include "draw/color.h"
#include "draw/shape.h"

#include <stdbool.h>
#include <stdio.h>

/* A description that is being written. Everything after sketch_open goes to `stream`; write errors
 * show when it is closed. */
struct sketch {
	FILE *stream;
	bool first; /* of a list: no comma before the next element */
};

/* Uniform in [low, high), an integer in [low, high], and true with a probability. */
double sketch_between(struct random *random, double low, double high);
int sketch_integer(struct random *random, int low, int high);
bool sketch_chance(struct random *random, double probability);

/* Keys and values in printf's form. A single quote stands for a double one. */
void sketch_write(struct sketch *sketch, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* "key": [ and ]: a list of bones, parts or nested parts. */
void sketch_list(struct sketch *sketch, const char *key);
void sketch_end_list(struct sketch *sketch);

/* A bone at (x, y) of its parent, with its rotation at rest and a swing of -swing to swing. */
void sketch_bone(struct sketch *sketch, const char *name, const char *parent, struct point at,
	double rest, double swing, bool paired);

/* Begins a part; further keys follow by sketch_write, each with a leading comma, then
 * sketch_end_part. `bone` NULL: a nested part. */
void sketch_part(struct sketch *sketch, const char *shape, const char *bone, double layer,
	const char *fill);
void sketch_end_part(struct sketch *sketch);

/* "points": knots scaled by `size` and moved to `at`. */
void sketch_knots(struct sketch *sketch, const struct knot *knots, size_t count, struct point at,
	struct point size);

/* Whole parts. */
void sketch_oval(struct sketch *sketch, const char *bone, double layer, const char *fill,
	struct point at, struct point radius, const char *more);
void sketch_curve(struct sketch *sketch, const char *bone, double layer, const char *fill,
	const struct knot *knots, size_t count, struct point at, struct point size,
	const char *more);
void sketch_line(struct sketch *sketch, const char *bone, double layer, const char *fill,
	const struct knot *knots, size_t count, struct point at, struct point size, double width,
	const char *more);

/* An entry of the palette: "name": "#rrggbb". */
void sketch_color(struct sketch *sketch, const char *name, struct color color);

#define KNOTS(knots) (knots), sizeof(knots) / sizeof *(knots)

#endif
