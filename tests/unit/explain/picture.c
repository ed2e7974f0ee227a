/* The mapping of a picture's pixels to the network's input, for every fit; and invalid pictures. */
#include "explain/overlay.h"
#include "model/picture.h"
#include "tap.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static struct error error;
static char path[256];

static struct picture_settings white(enum image_fit fit)
{
	return (struct picture_settings){fit, IMAGE_BILINEAR, {255, 255, 255},
		input_values_of_range(0, 1, INPUT_ASSUMED)};
}

/* A white picture with a black square around (40, 25). */
static void write_picture(int width, int height)
{
	struct image image;
	if (image_create(&image, width, height, 3, &error))
		return;
	memset(image.pixels, 255, (size_t)width * (size_t)height * 3);
	for (int y = 20; y <= 30; y++)
		memset(image.pixels + 3 * (y * width + 35), 0, 3 * 11);
	ok(image_write_png(&image, path, &error) == 0, "a picture of %d x %d", width, height);
	image_free(&image);
}

/* The square's centre on the input must equal the mapped centre of the picture's square. */
static void is_placed(int width, int height, enum image_fit fit, const char *name)
{
	struct picture_settings settings = white(fit);
	struct picture picture;
	double mass = 0, x = 0, y = 0;
	write_picture(width, height);
	if (picture_read(&picture, path, &settings, (struct shape){30, 40, 3, false}, &error)) {
		ok(false, "%s: %s: %s", name, error.object, error.reason);
		return;
	}
	for (int i = 0; i < 30 * 40; i++) {
		double dark = 1 - (double)picture.input[3 * i];
		mass += dark;
		x += dark * (i % 40);
		y += dark * (i / 40);
	}
	is_near(x / mass, 40 * picture.scale_x + picture.offset_x, 0.12, name);
	is_near(y / mass, 25 * picture.scale_y + picture.offset_y, 0.12, name);
	ok(picture.image.width == width && picture.image.height == height,
		"the picture keeps its size");
	picture_free(&picture);
}

/* A map that is high only on the input's left half colours only the picture's left half. */
static void overlay_is_placed(void)
{
	struct picture_settings settings = white(IMAGE_STRETCH);
	struct picture picture;
	struct map map;
	struct colormap jet;
	struct image out;
	colormap_make(&jet, COLORMAP_JET);
	write_picture(90, 60);
	if (picture_read(&picture, path, &settings, (struct shape){30, 40, 3, false}, &error) ||
		map_create(&map, 30, 40, (struct grid){0, 0, 1, 1}, &error))
		return;
	for (int i = 0; i < 30 * 40; i++)
		map.values[i] = i % 40 < 20;
	ok(overlay_picture(&picture, &map, &jet, &out, &error) == 0 && out.width == 90,
		"an overlay at the picture's size");
	const unsigned char *left = out.pixels + 3 * (50 * 90 + 10),
			    *right = out.pixels + 3 * (50 * 90 + 80);
	ok(left[0] > left[1] + 80, "red where the map is high");
	ok(right[0] == right[1] && right[1] == right[2], "no colour where it is 0");
	image_free(&out);
	map_free(&map);
	picture_free(&picture);
}

static void settings(void)
{
	struct picture_settings read;
	struct model model = {.card = NULL};
	json_t *card = model.card = json_pack("{s:{s:s, s:s, s:s}}", "input", "fit", "pad",
		"interpolation", "bicubic", "background", "black");
	ok(picture_settings_read(&read, &model, NULL, &error) == 0 && read.fit == IMAGE_PAD &&
			read.filter == IMAGE_BICUBIC && read.background[0] == 0,
		"settings of a card");
	json_object_set_new(json_object_get(card, "input"), "fit", json_string("tile"));
	ok(picture_settings_read(&read, &model, NULL, &error) == -1, "an unknown fit");
	is_text(error.reason, "unknown fit 'tile'", "which is named");
	json_decref(card);
	model.card = NULL;
	ok(picture_settings_read(&read, &model, NULL, &error) == 0 && read.fit == IMAGE_STRETCH &&
			read.background[2] == 255,
		"and the defaults without a card");
}

int main(void)
{
	struct picture_settings usual = white(IMAGE_STRETCH);
	struct picture picture;
	snprintf(path, sizeof path, "%s/picture.png", scratch());
	is_placed(80, 60, IMAGE_STRETCH, "stretch");
	is_placed(120, 50, IMAGE_STRETCH, "stretch, wide");
	is_placed(120, 60, IMAGE_CROP, "crop, wide");
	is_placed(80, 90, IMAGE_CROP, "crop, high");
	is_placed(160, 60, IMAGE_PAD, "pad, wide");
	is_placed(80, 120, IMAGE_PAD, "pad, high");
	overlay_is_placed();
	settings();
	ok(picture_read(&picture, path, &usual, (struct shape){30, 40, 2, false}, &error) == -1 &&
			!picture.input,
		"two channels are refused");
	ok(picture_read(&picture, "/nowhere.png", &usual, (struct shape){30, 40, 3, false},
		   &error) == -1,
		"a missing file");
	ok(picture_read(&picture, path, &usual, (struct shape){30, 40, 1, false}, &error) == 0 &&
			picture.input[0] == 1,
		"grey");
	picture_free(&picture);
	return done();
}
