/* Annotates a picture with a network's prediction. */
#ifndef EXPLAIN_ANNOTATE_H
#define EXPLAIN_ANNOTATE_H

#include "base/error.h"
#include "image/image.h"

#include <stdbool.h>

/* One line: a class and its probability. */
struct annotation {
	const char *label;
	double probability; /* 0..1, shown in percent and as a bar */
	bool emphasised;    /* a predicted class: larger, bold, coloured */
};

/* Draws `count` lines, from the first down, in a dark translucent box at the picture's top left;
 * those that don't fit are counted in a last line. The size of the picture (1, 3 or 4 channels) is
 * unchanged, but if its shorter side is under 120 pixels it is enlarged by the smallest integer
 * factor that makes it at least 120. Text scales with the picture. On failure (-1) *out is
 * empty. */
CHECKED int annotate_picture(const struct image *picture, const struct annotation *lines, int count,
	struct image *out, struct error *error);

#endif
