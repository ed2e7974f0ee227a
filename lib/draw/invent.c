#include "draw/invent.h"

#include "draw/invent_kinds.h"

#include <stdlib.h>
#include <string.h>

enum { FAMILY = 4, OWN_TRAITS = 2 };

typedef void invention_writer(struct sketch *sketch, struct random random[TRAIT_COUNT]);

struct invention_kind {
	const char *name;
	invention_writer *write;
	int count;
	bool ground;
};

/* The random numbers of each trait: the family's, or the member's own. */
static void choose_traits(struct random random[TRAIT_COUNT], int kind, int number, uint64_t seed)
{
	uint64_t self = (uint64_t)kind << 32 | (uint64_t)number << 8;
	uint64_t family = (uint64_t)kind << 32 | (uint64_t)(number / FAMILY) << 8 | 0x80;
	struct random choice = random_start(seed, RANDOM_INVENT, self, TRAIT_COUNT);
	uint32_t order[TRAIT_COUNT];
	for (uint32_t i = 0; i < TRAIT_COUNT; i++)
		order[i] = i;
	random_shuffle(&choice, order, TRAIT_COUNT);
	for (uint32_t i = 0; i < TRAIT_COUNT; i++) {
		bool own = i < OWN_TRAITS || sketch_chance(&choice, 0.4);
		random[order[i]] = random_start(seed, RANDOM_INVENT, own ? self : family, order[i]);
	}
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
