/* Sets of drawn pictures as files. */
#ifndef DRAW_GALLERY_H
#define DRAW_GALLERY_H

#include "base/error.h"
#include "base/parallel.h"
#include "base/progress.h"
#include "draw/character.h"

#include <stdint.h>
#include <stdio.h>

struct gallery_options {
	const char *folder;        /* where everything goes; made if it is not there */
	uint64_t seed;
	int per_class;             /* FOLDER/CLASS/0001.png ... */
	int scenes;                /* FOLDER/scenes/0001.png ... and FOLDER/scenes.tsv: path, tab, class, tab, class */
	int predict;               /* FOLDER/predict/picture-0001.png ... and FOLDER/predict.tsv: path, tab, class */
	bool portraits;            /* FOLDER/portraits/CLASS.png: each alone, at rest, on white */
	int smallest[2], largest[2]; /* width and height, from 32 to 1024; no smallest above the largest */
	struct progress *progress; /* shows the pictures written */
};

/* Draws and writes the pictures; a picture depends on the seed, its class and its number alone, and the paths in the
 * .tsv files begin with the folder as it was given. Every file appears whole or not at all, a list after its pictures.
 * Files of other names are left alone. `pool` may be NULL. Returns 0, or -1, and what was written by then stays. */
CHECKED int gallery_write(const struct gallery_options *options, const struct cast *cast, struct parallel *pool,
	struct error *error);

#endif
