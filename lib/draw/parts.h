/* The parts of a character from JSON: the inner half of cast_parse. */
#ifndef DRAW_PARTS_H
#define DRAW_PARTS_H

#include "draw/character.h"

#include <jansson.h>

/* Reads the array `parts` into character->parts, sorted by layer; bones, palette and choices are there
 * already (colours written as "#rrggbb" join the palette). On failure (-1) what was read
 * is freed by parts_free all the same. */
CHECKED int parts_read(const json_t *parts, struct character *character, struct error *error);

/* Frees `count` parts and those inside them. */
void parts_free(struct part *parts, size_t count);

/* Index of the palette entry `text` names, or of the new one for "#rrggbb"; "none" is -1. Returns 0, or -1 when there
 * is no such colour or no room. */
CHECKED int palette_find(struct character *character, const char *text, int *index);

/* Index of a bone or of a choice by name, or -1. */
int bone_find(const struct character *character, const char *name);
int choice_find(const struct character *character, const char *name);

#endif
