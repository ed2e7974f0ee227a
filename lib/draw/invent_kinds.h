/* Inside lib/draw: what is invented, each kind by its writer. */
#ifndef DRAW_INVENT_KINDS_H
#define DRAW_INVENT_KINDS_H

#include "draw/sketch.h"

/* What neighbours may share. */
enum trait {
	TRAIT_COLORS,
	TRAIT_BODY,
	TRAIT_HEAD,
	TRAIT_HAIR,
	TRAIT_FACE,
	TRAIT_CLOTHES,
	TRAIT_TAIL,
	TRAIT_COUNT
};

/* Write a description without the braces around it; random[t] is for trait t alone. An object has
 * its kind and shape from TRAIT_BODY, its details from TRAIT_HEAD; a pattern is all body. */
void invent_figure(struct sketch *sketch, struct random random[TRAIT_COUNT]);
void invent_object(struct sketch *sketch, struct random random[TRAIT_COUNT]);
void invent_pattern(struct sketch *sketch, struct random random[TRAIT_COUNT]);

/* The palette of all kinds: skin, belly, mark, hair, shine, iris, first, second, third (clothes),
 * accent, white, black, fold (translucent black), blush. */
void invent_palette(struct sketch *sketch, struct random *random);

#endif
