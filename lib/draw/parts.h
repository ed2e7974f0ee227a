/* Reading the parts of a character from JSON. */
#ifndef DRAW_PARTS_H
#define DRAW_PARTS_H

#include "draw/character.h"

#include <jansson.h>

/* Reads the array `parts` into character->parts, sorted by layer; bones, palette and choices must
 * have been read (colours written as "#rrggbb" are added to the palette). On failure (-1) the parts
 * read so far are still to be freed by parts_free. */
CHECKED int parts_read(const json_t *parts, struct character *character, struct error *error);

/* Frees `count` parts and those nested in them. */
void parts_free(struct part *parts, size_t count);

/* Finds the index of the palette entry named `text`, or adds one for "#rrggbb"; "none" is -1.
 * Returns 0, or -1: no such colour, or the palette is full. */
CHECKED int palette_find(struct character *character, const char *text, int *index);

/* Index of a bone by name, or -1. */
int bone_find(const struct character *character, const char *name);

#endif
