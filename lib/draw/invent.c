#include "draw/invent.h"

#include "draw/invent_kinds.h"

#include <stdlib.h>
#include <string.h>

enum { FAMILY = 4 };

typedef void invention_writer(struct sketch *sketch, struct random random[TRAIT_COUNT]);

struct invention_kind {
	const char *name;
	invention_writer *write;
	int count;
	bool ground;
};

/* Chooses which traits a member has for itself: its colours or its body, which every kind shows,
 * another one, and of the rest a quarter. */
static void choose_own(bool own[TRAIT_COUNT], struct random *random)
{
	uint32_t first = sketch_chance(random, 0.5) ? TRAIT_COLORS : TRAIT_BODY;
	uint32_t second = (first + 1 + random_below(random, TRAIT_COUNT - 1)) % TRAIT_COUNT;
	for (uint32_t trait = 0; trait < TRAIT_COUNT; trait++)
		own[trait] = sketch_chance(random, 0.25) || trait == first || trait == second;
}

/* The random numbers of each trait: the family's, or the member's own. */
static void choose_traits(struct random random[TRAIT_COUNT], int kind, int number, uint64_t seed)
{
	uint64_t self = (uint64_t)kind << 32 | (uint64_t)number << 8;
	uint64_t family = (uint64_t)kind << 32 | (uint64_t)(number / FAMILY) << 8 | 0x80;
	struct random choice = random_start(seed, RANDOM_INVENT, self, TRAIT_COUNT);
	bool own[TRAIT_COUNT];
	choose_own(own, &choice);
	for (uint32_t trait = 0; trait < TRAIT_COUNT; trait++)
		random[trait] =
			random_start(seed, RANDOM_INVENT, own[trait] ? self : family, trait);
}

static void write_invention(FILE *stream, const struct invention_kind *kind, const char *name,
	struct random random[TRAIT_COUNT])
{
	struct sketch sketch = {stream, true};
	sketch_write(&sketch, "{'characters': {'%s': {", name);
	kind->write(&sketch, random);
	sketch_write(&sketch, "}}}");
}

static int invent(const struct invention_kind *kind, int index, int number, uint64_t seed,
	struct character *character, struct error *error)
{
	char name[DRAW_NAME_SIZE], *text = NULL;
	size_t size;
	struct random random[TRAIT_COUNT];
	struct character_list one;
	snprintf(name, sizeof name, "%s-%03d", kind->name, number + 1);
	choose_traits(random, index, number, seed);
	FILE *stream = open_memstream(&text, &size);
	if (!stream)
		return error_memory(error, name);
	write_invention(stream, kind, name, random);
	bool failed = ferror(stream);
	if (fclose(stream) || failed) {
		free(text);
		return error_memory(error, name);
	}
	int result = character_list_parse(text, size, name, &one, error);
	free(text);
	if (result)
		return -1;
	*character = one.items[0];
	character->ground = kind->ground;
	free(one.items);
	return 0;
}

int character_list_invent(const struct inventions *wanted, uint64_t seed,
	struct character_list *list, struct error *error)
{
	const struct invention_kind kinds[] = {
		{"figure", invent_figure, wanted->figures, false},
		{"object", invent_object, wanted->objects, false},
		{"pattern", invent_pattern, wanted->patterns, true},
	};
	size_t total = 0;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		total += (size_t)kinds[i].count;
	*list = (struct character_list){.items = calloc(total + 1, sizeof *list->items)};
	if (!list->items)
		return error_memory(error, "characters");
	for (int i = 0; i < (int)(sizeof kinds / sizeof *kinds); i++)
		for (int number = 0; number < kinds[i].count; number++, list->count++)
			if (invent(&kinds[i], i, number, seed, &list->items[list->count], error)) {
				character_list_free(list);
				return -1;
			}
	return 0;
}
