/* Maps made visible: as colours alone, and laid over the picture. */
#ifndef EXPLAIN_OVERLAY_H
#define EXPLAIN_OVERLAY_H

#include "explain/colormap.h"
#include "explain/map.h"
#include "model/picture.h"

/* Lays a normalised map over the picture, at the picture's own size: the picture fades to grey, and colour covers it the
 * more the higher the map. What a crop kept from the network is darkened. On failure (-1) *out is empty. */
CHECKED int overlay_picture(const struct picture *picture, const struct map *map, const struct colormap *colormap,
	struct image *out, struct error *error);

/* A normalised map in colours, over an input of the given size. On failure (-1) *out is empty. */
CHECKED int overlay_map(const struct map *map, int width, int height, const struct colormap *colormap, struct image *out,
	struct error *error);

/* Darkens the picture and writes "no positive evidence for NAME" over it: what stands in for a map that has none. */
CHECKED int overlay_nothing(const struct picture *picture, const char *name, struct image *out, struct error *error);

#endif
