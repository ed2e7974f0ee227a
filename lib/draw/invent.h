/* Characters, objects and patterns that nobody described, drawn from the seed alone: classes to
 * pre-train a network on. */
#ifndef DRAW_INVENT_H
#define DRAW_INVENT_H

#include "base/error.h"
#include "draw/character.h"

#include <stdint.h>

enum { INVENTIONS_MAXIMUM = 999 }; /* of each kind */

struct inventions {
	int figures;  /* figure-001 ...: creatures and people */
	int objects;  /* object-001 ...: flowers, leaves, garments, vessels, ... */
	int patterns; /* pattern-001 ...: stripes, dots, checks, ... that fill the picture */
};

/* Invents them, sorted by name. One depends on the seed, its kind and its number alone: more of
 * them change none. Four neighbours are a family: each takes some of its traits (colours, body,
 * head, hair, face, clothes, tail) from the family; at least two, its colours or its body among
 * them, are its own, so that no single trait tells all classes apart. The caller frees with
 * character_list_free. Returns 0, or -1 without memory (*list is then empty). */
CHECKED int character_list_invent(const struct inventions *wanted, uint64_t seed,
	struct character_list *list, struct error *error);

#endif
