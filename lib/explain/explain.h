/* Explains pictures one by one: from an image file to saliency maps on disk. */
#ifndef EXPLAIN_EXPLAIN_H
#define EXPLAIN_EXPLAIN_H

#include "base/bad_inputs.h"
#include "base/text.h"
#include "explain/colormap.h"
#include "explain/saliency.h"
#include "model/picture.h"

#include <stdbool.h>

enum { EXPLAIN_PREDICTED = -1, EXPLAIN_SUBJECT_SIZE = 320, EXPLAIN_CHOSEN_SIZE = 192 };

/* What to compute for each picture. */
struct explain_plan {
	struct network *network;        /* in mode NETWORK_EXPLAIN; the caller's */
	const struct text_list *labels; /* one per output; the caller's */
	double temperature;             /* of probabilities (model/temperature.h) */
	struct picture_settings settings;
	struct saliency_options options; /* .picture is set for each */
	struct saliency_target
		target; /* unit EXPLAIN_PREDICTED: the class with the largest logit */
	char chosen[EXPLAIN_CHOSEN_SIZE]; /* suffix of output names for non-default choices:
	                                     "-layer-conv1-filter-3"; or "" */
	struct colormap colormap;
	const char *folder; /* output folder */
	bool map;           /* also write the map without the picture */
	bool strip;   /* instead: the picture, the map and a map per convolution block, side by
	               * side */
	int features; /* instead: the feature maps of this node; -1: no */
};

/* Reads a picture and writes FOLDER/NAME-METHOD.png (overlay) and NAME-METHOD-map.png, or
 * NAME-strip.png (of a method other than the default NAME-strip-METHOD.png), each with plan->chosen
 * before ".png"; or NAME-LAYER.png; each complete or not at all. Returns 0; 1 if the map has no
 * positive evidence, which is then written on the overlay, with the name of the class or filter in
 * `subject`; -1 with `error`. */
CHECKED int explain_picture(struct explain_plan *plan, const char *path, const char *name,
	char subject[EXPLAIN_SUBJECT_SIZE], struct error *error);

/* Explains all pictures as above, names->items[i] being the name of paths[i]. One that fails is a
 * bad input; one without positive evidence is reported to bad->report. Returns 0 or -1. */
CHECKED int explain_pictures(struct explain_plan *plan, char *const *paths,
	const struct text_list *names, struct bad_inputs *bad, struct progress *progress,
	struct error *error);

/* Computes a fresh overlay by the plan's method for a picture in memory and the class `unit`.
 * Returns 0, 1 or -1 as above; on -1 *out is empty. */
CHECKED int explain_overlay(struct explain_plan *plan, const struct picture *picture, int unit,
	struct image *out, struct error *error);

#endif
