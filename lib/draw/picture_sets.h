/* Writes data sets of drawn pictures. */
#ifndef DRAW_PICTURE_SETS_H
#define DRAW_PICTURE_SETS_H

#include "base/error.h"
#include "base/parallel.h"
#include "base/progress.h"
#include "draw/character.h"

#include <stdint.h>
#include <stdio.h>

struct picture_sets_options {
	const char *folder; /* output folder; created if missing */
	uint64_t seed;
	int per_class;  /* FOLDER/CLASS/0001.png ... */
	int scenes;     /* FOLDER/scenes/0001.png ... and FOLDER/scenes.tsv: path, tab, class, tab,
	                   class */
	int predict;    /* FOLDER/predict/picture-0001.png ... and FOLDER/predict.tsv: path, tab,
	                 * class */
	bool portraits; /* FOLDER/portraits/CLASS.png: each character at rest on white */
	int smallest[2], largest[2]; /* width and height, from 32 to 1024; smallest <= largest */
	int style;                   /* STYLE_PLAIN, or another one of draw/style.h */
	struct progress *progress;   /* counts the pictures written */
};

/* Draws and writes the pictures; a picture depends on the seed, its class and its number alone, and
 * the paths in the .tsv files begin with the folder as it was given. Every file appears complete or
 * not at all, a list after its pictures. Other files are not touched. `pool` may be NULL. Returns
 * 0, or -1, with the files written so far left in place. */
CHECKED int picture_sets_write(const struct picture_sets_options *options,
	const struct character_list *list, struct parallel *pool, struct error *error);

#endif
