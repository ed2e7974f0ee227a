/* Shapes and figures, against coordinates computed by hand. */
#include "tap.h"

#include "draw/figure.h"
#include "draw/picture.h"
#include "draw/style.h"

#include <math.h>
#include <string.h>

static cairo_t *blank(void)
{
	cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, 64, 64);
	cairo_t *cairo = cairo_create(surface);
	cairo_surface_destroy(surface);
	return cairo;
}

static void is_box(struct box box, double left, double top, double right, double bottom,
	double tolerance, const char *name)
{
	is_near(box.left, left, tolerance, name);
	is_near(box.top, top, tolerance, name);
	is_near(box.right, right, tolerance, name);
	is_near(box.bottom, bottom, tolerance, name);
}

static struct box path_box(cairo_t *cairo)
{
	struct box box;
	cairo_path_extents(cairo, &box.left, &box.top, &box.right, &box.bottom);
	cairo_new_path(cairo);
	return box;
}

static void check_shapes(void)
{
	cairo_t *cairo = blank();
	shape_oval(cairo, (struct point){10, 20}, (struct point){6, 3}, 90);
	is_box(path_box(cairo), 7, 14, 13, 26, 0.1, "an oval rotated by 90 degrees");
	static const struct knot square[] = {{{0, 0}, true}, {{8, 0}, true}, {{8, 8}, true},
		{{0, 8}, true}};
	shape_curve(cairo, square, 4, true);
	ok(cairo_in_fill(cairo, 0.1, 0.1) && cairo_in_fill(cairo, 7.9, 7.9), "corners are sharp");
	is_box(path_box(cairo), 0, 0, 8, 8, 1e-9, "and sides straight");
	static const struct knot diamond[] = {{{0, -8}, false}, {{8, 0}, false}, {{0, 8}, false},
		{{-8, 0}, false}};
	shape_curve(cairo, diamond, 4, true);
	/* A cubic with tangents of length 0.36 * 8 * sqrt(2) passes (3 * 0.36 * sqrt(2) + 4) in the
	 * middle. */
	double middle = 4 + 3 * 0.36 * sqrt(2);
	ok(cairo_in_fill(cairo, middle - 0.1, middle - 0.1), "smooth knots are round");
	ok(!cairo_in_fill(cairo, middle + 0.1, middle + 0.1), "with the expected curvature");
	cairo_new_path(cairo);
	static const struct point centres[] = {{0, 0}, {20, 0}};
	static const double radii[] = {4, 2};
	shape_limb(cairo, centres, radii, 2);
	ok(cairo_in_fill(cairo, -3.9, 0) && cairo_in_fill(cairo, 21.9, 0), "a limb's ends");
	ok(!cairo_in_fill(cairo, -4.1, 0) && !cairo_in_fill(cairo, 22.1, 0), "and nothing beyond");
	ok(cairo_in_fill(cairo, 10, 2.8) && !cairo_in_fill(cairo, 10, 4), "it tapers");
	cairo_new_path(cairo);
	static const struct spike spikes[] = {{0, 10, 40, 0}, {90, 5, 40, 0}};
	shape_spikes(cairo, (struct point){0, 0}, (struct point){8, 8}, spikes, 2);
	is_box(path_box(cairo), -8, -18, 13, 8, 0.1, "spikes reach their tips");
	cairo_destroy(cairo);
}

static const char puppet[] =
	"{\"characters\": {\"puppet\": {\"palette\": {\"red\": \"#ff0000\", \"blue\": "
	"\"#0000ff\"}, \"head\": \"head\","
	" \"bones\": [{\"name\": \"body\"}, {\"name\": \"head\", \"parent\": \"body\", \"at\": [0, "
	"-20]},"
	"  {\"name\": \"arm\", \"parent\": \"body\", \"at\": [-10, 0], \"paired\": true, \"rest\": "
	"90},"
	"  {\"name\": \"hand\", \"parent\": \"arm\", \"at\": [0, 30]}],"
	" \"parts\": [{\"radius\": [10, 12], \"fill\": \"red\","
	"   \"inside\": [{\"at\": [0, 12], \"radius\": [4, 4], \"fill\": \"blue\"}]},"
	"  {\"bone\": \"head\", \"radius\": [6, 8], \"fill\": \"red\"},"
	"  {\"bone\": \"arm\", \"fill\": \"red\","
	"   \"shape\": \"limb\", \"through\": [[0, 0], \"hand\"], \"radii\": [2, 2]},"
	"  {\"bone\": \"hand\", \"radius\": [3, 3], \"fill\": \"blue\", \"side\": \"second\"}]}}}";

static void check_figure(const struct character *character)
{
	struct random random = random_start(1, RANDOM_TEST, 0, 0);
	struct pose pose;
	pose_choose(&pose, character, 0, &random);
	/* Arms at a right angle: from x = 10 out to 40, and 2 or, with the hand on the second side,
	 * 3 beyond. */
	is_box(figure_box(character, &pose, -1), -42, -28, 43, 12, 0.1, "bounding box of a figure");
	is_box(figure_box(character, &pose, character->head), -6, -28, 6, -12, 0.1,
		"bounding box of its head");
	struct box none = figure_box(character, &pose, 3);
	is_box(none, 37, -3, 43, 3, 0.1, "bounding box of the hand");
	for (int i = 0; i < 200; i++) {
		pose_choose(&pose, character, 1, &random);
		if (fabs(pose.yaw) > 1 || fabs(pose.pitch) > 1)
			break;
	}
	ok(fabs(pose.yaw) <= 1 && fabs(pose.pitch) <= 1, "a pose stays within its range");
}

static uint32_t pixel(cairo_surface_t *surface, int x, int y)
{
	const unsigned char *row =
		cairo_image_surface_get_data(surface) + y * cairo_image_surface_get_stride(surface);
	return ((const uint32_t *)(const void *)row)[x] & 0xFFFFFF;
}

static void check_portrait(const struct character *character)
{
	cairo_surface_t *surface =
		picture_portrait(character, 170, 170, (struct color){1, 1, 1, 1});
	if (!ok(surface != NULL, "a portrait"))
		return;
	/* 85 units fill 0.9 of 170 pixels: 1.8 a unit; the box's middle (0.5, -8) lies in the
	 * picture's. */
	is_integer(pixel(surface, 2, 2), 0xFFFFFF, "the given background");
	is_integer(pixel(surface, 84, 85 + (int)(1.8 * 3)), 0xFF0000, "the body's colour");
	is_integer(pixel(surface, 84, 85 + (int)(1.8 * 17)), 0x0000FF, "the belly's");
	is_integer(pixel(surface, 84, 85 + (int)(1.8 * 22.5)), 0xFFFFFF,
		"which is clipped to the body");
	is_integer(pixel(surface, 85 + (int)(1.8 * 39.5), 85 + (int)(1.8 * 8)), 0x0000FF,
		"a hand on the second side");
	cairo_surface_destroy(surface);
}

static void check_picture(const struct character *character)
{
	struct random start = random_start(5, RANDOM_TEST, 1, 1), again = start;
	struct random other = random_start(5, RANDOM_TEST, 1, 2);
	cairo_surface_t *first = picture_draw(&character, 1, 90, 70, STYLE_PLAIN, &start);
	cairo_surface_t *second = picture_draw(&character, 1, 90, 70, STYLE_PLAIN, &again);
	cairo_surface_t *third = picture_draw(&character, 1, 90, 70, STYLE_PLAIN, &other);
	if (!ok(first && second && third, "pictures"))
		return;
	size_t size = 70 * (size_t)cairo_image_surface_get_stride(first);
	is_integer(cairo_image_surface_get_width(first), 90, "of the given width");
	ok(memcmp(cairo_image_surface_get_data(first), cairo_image_surface_get_data(second),
		   size) == 0,
		"the same random numbers give the same picture");
	ok(memcmp(cairo_image_surface_get_data(first), cairo_image_surface_get_data(third), size) !=
			0,
		"others give another one");
	cairo_surface_destroy(first);
	cairo_surface_destroy(second);
	cairo_surface_destroy(third);
}

/* Choices may leave nothing visible. */
static void check_nothing_visible(void)
{
	static const char text[] =
		"{\"characters\": {\"nobody\": {\"bones\": [{\"name\": \"body\"}],"
		" \"choices\": [{\"name\": \"seen\", \"share\": 0},"
		" {\"name\": \"rare\", \"share\": 0.1}],"
		" \"parts\": [{\"radius\": [9, 9], \"when\": \"seen\"}]}}}";
	struct error error;
	struct character_list list;
	struct random random = random_start(1, RANDOM_TEST, 2, 0);
	if (!ok(character_list_parse(text, strlen(text), "nobody", &list, &error) == 0,
		    "nobody is read"))
		return;
	const struct character *nobody = list.items;
	struct pose pose;
	int seen = 0;
	for (int i = 0; i < 4000; i++) {
		pose_choose(&pose, nobody, 1, &random);
		seen += pose.chosen[1];
	}
	/* Four standard deviations of a binomial count with p = 0.1. */
	is_near(seen, 400, 76, "a choice is present with its probability");
	cairo_surface_t *picture = picture_draw(&nobody, 1, 50, 40, STYLE_PLAIN, &random);
	cairo_surface_t *portrait = picture_portrait(nobody, 50, 40, (struct color){0, 0, 1, 1});
	ok(picture != NULL, "a picture of nobody is a background");
	ok(portrait && pixel(portrait, 25, 20) == 0x0000FF, "and so is a portrait");
	cairo_surface_destroy(picture);
	cairo_surface_destroy(portrait);
	character_list_free(&list);
}

int main(void)
{
	struct error error;
	struct character_list list;
	check_shapes();
	if (ok(character_list_parse(puppet, strlen(puppet), "puppet", &list, &error) == 0,
		    "a puppet is read")) {
		check_figure(&list.items[0]);
		check_portrait(&list.items[0]);
		check_picture(&list.items[0]);
		character_list_free(&list);
	} else
		note("%s: %s", error.object, error.reason);
	check_nothing_visible();
	return done();
}
