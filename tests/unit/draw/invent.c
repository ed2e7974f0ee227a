/* Invented classes: that all can be read, that they differ, what neighbours share, and on what they
 * depend. */
#include "tap.h"

#include "draw/invent.h"
#include "draw/picture.h"

#include <stdlib.h>
#include <string.h>

enum { MANY = 150, SIDE = 48, PICTURE = SIDE * SIDE * 4 };

static struct character_list invent(int figures, int objects, int patterns, uint64_t seed)
{
	struct inventions wanted = {figures, objects, patterns};
	struct character_list list;
	struct error error;
	if (character_list_invent(&wanted, seed, &list, &error))
		note("%s: %s", error.object, error.reason);
	return list;
}

/* The pixels of a portrait, the caller's; all zero if it can't be drawn. */
static unsigned char *portrait(const struct character *character)
{
	unsigned char *pixels = calloc(1, PICTURE);
	cairo_surface_t *surface =
		picture_portrait(character, SIDE, SIDE, (struct color){1, 1, 1, 1});
	if (surface)
		memcpy(pixels, cairo_image_surface_get_data(surface), PICTURE);
	cairo_surface_destroy(surface);
	return pixels;
}

static bool looks_same(const struct character *a, const struct character *b)
{
	unsigned char *first = portrait(a), *second = portrait(b);
	bool same = memcmp(first, second, PICTURE) == 0;
	free(first);
	free(second);
	return same;
}

static bool has_same_colors(const struct character *a, const struct character *b)
{
	return a->color_count == b->color_count &&
		memcmp(a->palette, b->palette, a->color_count * sizeof *a->palette) == 0;
}

static bool has_same_bones(const struct character *a, const struct character *b)
{
	return memcmp(a->bones, b->bones, a->bone_count * sizeof *a->bones) == 0;
}

static int compare_pixels(const void *a, const void *b)
{
	return memcmp(*(unsigned char *const *)a, *(unsigned char *const *)b, PICTURE);
}

static void check_many(const struct character_list *list)
{
	unsigned char *pictures[3 * MANY];
	int same = 0;
	is_integer((long long)list->count, 3 * MANY, "many of each kind are invented and read");
	if (list->count != 3 * MANY)
		return;
	is_text(list->items[0].name, "figure-001", "characters have numbers");
	is_text(list->items[2 * MANY - 1].name, "object-150", "so have objects");
	is_text(list->items[2 * MANY].name, "pattern-001", "and patterns");
	for (int i = 0; i < 3 * MANY; i++)
		pictures[i] = portrait(&list->items[i]);
	qsort(pictures, 3 * MANY, sizeof *pictures, compare_pixels);
	for (int i = 1; i < 3 * MANY; i++)
		same += memcmp(pictures[i - 1], pictures[i], PICTURE) == 0;
	for (int i = 0; i < 3 * MANY; i++)
		free(pictures[i]);
	is_integer(same, 0, "no two look the same");
}

/* Of the pairs of neighbours in a family some share colours, some proportions, some neither. */
static void check_families(const struct character_list *list)
{
	int pairs = 0, colors = 0, bones = 0, strangers = 0;
	for (int i = 0; i + 1 < MANY; i++) {
		const struct character *one = &list->items[i], *next = &list->items[i + 1];
		if (i % 4 == 3) {
			strangers += has_same_colors(one, next) || has_same_bones(one, next);
			continue;
		}
		pairs++;
		colors += has_same_colors(one, next);
		bones += has_same_bones(one, next);
	}
	ok(colors > pairs / 20 && colors < pairs / 2, "some relatives share colours (%d of %d)",
		colors, pairs);
	ok(bones > pairs / 50 && bones < pairs / 2, "some share proportions (%d)", bones);
	is_integer(strangers, 0, "figures of two families share neither");
}

static void check_dependence(const struct character_list *list)
{
	struct character_list few = invent(7, 2, 2, 1), other = invent(7, 0, 0, 2);
	int same = 0, alike = 0;
	for (int i = 0; i < 7; i++) {
		same += looks_same(&few.items[i], &list->items[i]);
		alike += looks_same(&other.items[i], &list->items[i]);
	}
	is_integer(same, 7, "more characters change none");
	ok(looks_same(&few.items[8], &list->items[MANY + 1]), "nor do other kinds");
	is_integer(alike, 0, "another seed gives others");
	ok(few.items[9].ground && !few.items[8].ground, "patterns fill the picture");
	character_list_free(&few);
	character_list_free(&other);
}

int main(void)
{
	struct character_list list = invent(MANY, MANY, MANY, 1), none = invent(0, 0, 0, 1);
	is_integer((long long)none.count, 0, "none if none is wanted");
	check_many(&list);
	check_families(&list);
	check_dependence(&list);
	character_list_free(&list);
	character_list_free(&none);
	return done();
}
