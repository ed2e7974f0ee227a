/* Styles of whole pictures: what sets of other origin look like (line art, photographs, scans), so
 * that a network trained on drawings sees more than drawings. Each is a row of a table in style.c
 * with its probability; several may meet in a picture. */
#ifndef DRAW_STYLE_H
#define DRAW_STYLE_H

#include "base/random.h"
#include "draw/figure.h"

#include <stdint.h>

/* Values of an option: none, each row with its probability, or one row always. */
enum { STYLE_PLAIN, STYLE_MIXED, STYLE_FIRST };

/* The names of these values, then of the rows; ends with NULL. */
extern const char *const style_names[];

/* Chooses the rows of a picture: a bit for each. Draws no random number for STYLE_PLAIN. */
uint32_t styles_choose(int style, struct random *random);

/* Changes the colours, shading and outlines of a figure of `color_count` colours. */
void styles_pose(uint32_t chosen, struct pose *pose, size_t color_count, struct random *random);

/* Paints the background and what lies on it. Returns false if no row has one of its own. */
bool styles_background(uint32_t chosen, cairo_surface_t *surface, struct random *random);

/* Chooses the box to show of a figure with the box `whole`; `head` may be empty. Returns false if
 * no row has one of its own: *frame is then unchanged. */
bool styles_frame(uint32_t chosen, struct box whole, struct box head, struct box *frame,
	struct random *random);

/* Changes the pixels of a finished RGB24 picture. On failure the surface has an error status. */
void styles_finish(uint32_t chosen, cairo_surface_t *surface, struct random *random);

#endif
