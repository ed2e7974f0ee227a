/* A network's answer written on the picture it is about. */
#ifndef EXPLAIN_ANNOTATE_H
#define EXPLAIN_ANNOTATE_H

#include "base/error.h"
#include "image/image.h"

#include <stdbool.h>

/* One line of the answer. */
struct annotation {
	const char *label;
	double probability; /* 0..1, shown in percent and as a bar */
	bool emphasised;    /* the winner, or one of several: larger, bold, coloured */
};

/* Draws `count` lines, from the first down, in a dark translucent box at the picture's top left; those for which there
 * is no room are counted in a last line. The picture (1, 3 or 4 channels) keeps its size, but one whose
 * shorter side is under 120 pixels is enlarged by the least whole factor that makes it 120. Text grows with
 * the picture. On failure (-1) *out is empty. */
CHECKED int annotate_picture(const struct image *picture, const struct annotation *lines, int count, struct image *out,
	struct error *error);

#endif
