/* Contact sheets: a strip of saliency maps, and the feature maps of a layer. */
#ifndef EXPLAIN_SHEET_H
#define EXPLAIN_SHEET_H

#include "explain/canvas.h"
#include "explain/colormap.h"
#include "explain/saliency.h"
#include "model/picture.h"

/* One tile of a strip. */
struct tile {
	const struct image *image;
	const char *title, *detail; /* two lines below it; detail may be "" */
};

/* Draws tiles in a row under a heading, all of the first image's aspect ratio. On failure (-1) the
 * canvas is empty. */
CHECKED int sheet_strip(struct canvas *canvas, const char *heading, const char *detail,
	const struct tile *tiles, int count, struct error *error);

/* Draws all feature maps of node `node` for the input of the last network_forward, as a grid
 * under a heading: each scaled separately from minimum to maximum, constant ones grey, each with
 * its filter's index. On failure (-1) the canvas is empty. */
CHECKED int sheet_feature_maps(struct canvas *canvas, const struct network *network, int node,
	const struct colormap *colormap, struct error *error);

#endif
