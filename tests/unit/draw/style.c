/* Styles: that every row occurs, changes pictures and can be repeated; and the pixel operations
 * that they are made of. */
#include "tap.h"

#include "draw/effects.h"
#include "draw/invent.h"
#include "draw/picture.h"
#include "draw/style.h"

#include <stdlib.h>
#include <string.h>

enum { SIDE = 64, DRAWS = 2000 };

static uint32_t *row(cairo_surface_t *surface, int y)
{
	cairo_surface_flush(surface);
	return (uint32_t *)(void *)(cairo_image_surface_get_data(surface) +
		y * cairo_image_surface_get_stride(surface));
}

static bool is_same(cairo_surface_t *a, cairo_surface_t *b)
{
	for (int y = 0; y < SIDE; y++)
		for (int x = 0; x < SIDE; x++)
			if ((row(a, y)[x] ^ row(b, y)[x]) & 0xFFFFFF)
				return false;
	return true;
}

static cairo_surface_t *drawn(const struct character *character, int style, uint64_t number)
{
	struct random random = random_start(3, RANDOM_TEST, 0, number);
	return picture_draw(&character, 1, SIDE, SIDE, style, &random);
}

static void check_choice(void)
{
	int seen[32] = {0}, several = 0;
	struct random random = random_start(1, RANDOM_TEST, 0, 0), before = random;
	is_integer(styles_choose(STYLE_PLAIN, &random), 0, "plain has no style");
	ok(memcmp(&random, &before, sizeof random) == 0, "and draws no random number");
	is_integer(styles_choose(STYLE_FIRST + 2, &random), 4, "one style alone");
	for (int i = 0; i < DRAWS; i++) {
		uint32_t chosen = styles_choose(STYLE_MIXED, &random);
		several += (chosen & (chosen - 1)) != 0;
		for (int k = 0; k < 32; k++)
			seen[k] += chosen >> k & 1;
	}
	for (int k = 0; style_names[STYLE_FIRST + k]; k++)
		ok(seen[k] > DRAWS / 50 && seen[k] < DRAWS / 2, "%s occurs (%d of %d)",
			style_names[STYLE_FIRST + k], seen[k], DRAWS);
	ok(several > DRAWS / 4, "several meet in a picture");
}

/* The first pictures of every style: repeated, and other than the plain ones. */
static void check_rows(const struct character *character)
{
	for (int style = STYLE_MIXED; style_names[style]; style++) {
		int same = 0, plain = 0;
		for (uint64_t number = 0; number < 4; number++) {
			cairo_surface_t *one = drawn(character, style, number),
					*two = drawn(character, style, number),
					*as_now = drawn(character, STYLE_PLAIN, number);
			same += one && two && is_same(one, two);
			plain += one && as_now && is_same(one, as_now);
			cairo_surface_destroy(one);
			cairo_surface_destroy(two);
			cairo_surface_destroy(as_now);
		}
		is_integer(same, 4, style_names[style]);
		ok(plain < 2, "%s is not plain", style_names[style]);
	}
}

static int find_style(const char *name)
{
	int style = 0;
	while (strcmp(style_names[style], name))
		style++;
	return style;
}

/* Largest difference between two channels of a pixel. */
static int colorfulness(cairo_surface_t *surface)
{
	int most = 0;
	for (int y = 0; y < SIDE; y++)
		for (int x = 0; x < SIDE; x++) {
			int r = row(surface, y)[x] >> 16 & 255, g = row(surface, y)[x] >> 8 & 255,
			    b = row(surface, y)[x] & 255;
			most = abs(r - g) > most ? abs(r - g) : most;
			most = abs(b - g) > most ? abs(b - g) : most;
		}
	return most;
}

static void check_grey(const struct character *character)
{
	cairo_surface_t *surface = drawn(character, find_style("grey"), 1);
	ok(colorfulness(surface) <= 2, "grey has no colour (%d)", colorfulness(surface));
	cairo_surface_destroy(surface);
}

static cairo_surface_t *painted(struct color color)
{
	cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, SIDE, SIDE);
	effect_paint(surface, color, CAIRO_OPERATOR_OVER);
	return surface;
}

static void check_clouds(void)
{
	struct random random = random_start(1, RANDOM_TEST, 0, 0);
	cairo_surface_t *surface = painted((struct color){0, 0, 0, 1});
	effect_clouds(surface, 4, false, 1, CAIRO_OPERATOR_OVER, &random);
	int most = 0, step = 0;
	for (int x = 1; x < SIDE; x++) {
		int value = row(surface, 30)[x] & 255, last = row(surface, 30)[x - 1] & 255;
		most = abs(value - (int)(row(surface, 30)[0] & 255)) > most
			? abs(value - (int)(row(surface, 30)[0] & 255))
			: most;
		step = abs(value - last) > step ? abs(value - last) : step;
	}
	ok(most > 30 && step <= 255 / (SIDE / 4) + 1, "clouds are smooth (%d, %d)", most, step);
	is_integer(colorfulness(surface), 0, "and grey");
	effect_clouds(surface, 4, true, 1, CAIRO_OPERATOR_OVER, &random);
	ok(colorfulness(surface) > 30, "or coloured");
	cairo_surface_destroy(surface);
}

/* What fails on a context shows on its surface, which is the picture. */
static void check_failure(void)
{
	cairo_surface_t *surface = painted((struct color){1, 1, 1, 1});
	effect_end(cairo_create(surface), surface);
	ok(!cairo_surface_status(surface), "drawing that ends well leaves no error");
	cairo_t *cairo = cairo_create(surface);
	cairo_restore(cairo);
	effect_end(cairo, surface);
	ok(cairo_surface_status(surface), "what failed does");
	struct random random = random_start(1, RANDOM_TEST, 0, 0);
	effect_noise(surface, 9, &random);
	effect_clouds(surface, 4, false, 1, CAIRO_OPERATOR_OVER, &random);
	ok(cairo_surface_status(surface), "and what is done after it changes nothing");
	cairo_surface_destroy(surface);
}

int main(void)
{
	struct inventions wanted = {.figures = 1};
	struct character_list list;
	struct error error;
	check_choice();
	check_clouds();
	check_failure();
	if (ok(character_list_invent(&wanted, 1, &list, &error) == 0, "a figure")) {
		check_rows(&list.items[0]);
		check_grey(&list.items[0]);
		character_list_free(&list);
	}
	return done();
}
