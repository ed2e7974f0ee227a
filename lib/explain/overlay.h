/* Rendering of saliency maps: in colours, and as overlays on the picture. */
#ifndef EXPLAIN_OVERLAY_H
#define EXPLAIN_OVERLAY_H

#include "explain/colormap.h"
#include "explain/map.h"
#include "model/picture.h"

/* Blends a normalised map over the picture, at the picture's size: the picture is desaturated, and
 * the opacity of the colour grows with the value. Areas outside the network's crop are darkened. On
 * failure (-1) *out is empty. */
CHECKED int overlay_picture(const struct picture *picture, const struct map *map,
	const struct colormap *colormap, struct image *out, struct error *error);

/* A normalised map in colours, over an input of the given size. On failure (-1) *out is empty. */
CHECKED int overlay_map(const struct map *map, int width, int height,
	const struct colormap *colormap, struct image *out, struct error *error);

/* Darkens the picture and writes "no positive evidence for NAME" over it, in place of an
 * overlay. */
CHECKED int overlay_nothing(const struct picture *picture, const char *name, struct image *out,
	struct error *error);

#endif
