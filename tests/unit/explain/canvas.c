/* The canvas: conversion from and to images, fitted text, and invalid sizes. */
#include "explain/canvas.h"
#include "tap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct error error;

static void round_trip(int channels)
{
	struct image image, back;
	struct canvas canvas;
	if (image_create(&image, 7, 5, channels, &error))
		return;
	for (int i = 0; i < 7 * 5 * channels; i++)
		image.pixels[i] = (unsigned char)(i * 37);
	bool same = canvas_from_image(&canvas, &image, &error) == 0 &&
		canvas_to_image(&canvas, &back, &error) == 0;
	for (int i = 0; same && i < 7 * 5; i++)
		for (int c = 0; c < 3; c++) {
			const unsigned char *pixel = image.pixels + i * channels;
			int value = pixel[channels < 3 ? 0 : c],
			    alpha = channels == 4 ? pixel[3] : 255;
			same &= abs(back.pixels[3 * i + c] * 255 -
					(value * alpha + 255 * (255 - alpha))) <= 128;
		}
	ok(same, "an image of %d channels comes back", channels);
	canvas_free(&canvas);
	image_free(&image);
	image_free(&back);
}

/* The leftmost and rightmost column that is not white; -1 if there is none. */
static void ink_columns(const struct canvas *canvas, int *left, int *right)
{
	struct image image;
	*left = *right = -1;
	if (canvas_to_image(canvas, &image, &error))
		return;
	for (int i = 0; i < image.width * image.height; i++)
		if (image.pixels[3 * i] < 250) {
			int x = i % image.width;
			*left = *left < 0 || x < *left ? x : *left;
			*right = x > *right ? x : *right;
		}
	image_free(&image);
}

static void text_fits(const char *text, const char *name)
{
	struct canvas canvas;
	int left, right;
	struct text_style style = {.size = 16, .color = solid_color(0), .align = CANVAS_LEFT};
	if (canvas_create(&canvas, 300, 40, 1, &error))
		return;
	double width = canvas_text_fitted(&canvas, &style, 20, 20, 120, text);
	ink_columns(&canvas, &left, &right);
	ok(width <= 120 && left >= 19 && right <= 141 && right > left, "fits: %s", name);
	canvas_free(&canvas);
}

static void aligned(void)
{
	static const enum canvas_align aligns[] = {CANVAS_LEFT, CANVAS_CENTER, CANVAS_RIGHT};
	for (int i = 0; i < 3; i++) {
		struct canvas canvas;
		int left, right;
		struct text_style style = {.size = 20, .color = solid_color(0), .align = aligns[i]};
		if (canvas_create(&canvas, 200, 40, 2, &error))
			return;
		canvas_text(&canvas, &style, 100, 20, "HIH");
		double width = canvas_text_width(&canvas, &style, "HIH");
		ink_columns(&canvas, &left, &right);
		is_near(left / 2.0, 100 - width * i / 2, 2.5,
			"text starts according to its alignment");
		canvas_free(&canvas);
	}
}

int main(void)
{
	struct canvas canvas;
	struct image image;
	round_trip(1);
	round_trip(3);
	round_trip(4);
	text_fits("short", "a short text");
	text_fits("Erza Scarlet and Grey Fullbuster", "a long text");
	text_fits("\xe3\x83\x94\xe3\x82\xab\xe3\x83\x81\xe3\x83\xa5\xe3\x82\xa6 "
		  "\xd0\x9f\xd0\xb8\xd0\xba\xd0\xb0\xd1\x87\xd1\x83 and others",
		"other alphabets");
	text_fits("bad \xff\xfe bytes\nand lines", "invalid UTF-8");
	aligned();
	ok(canvas_create(&canvas, 0, 10, 1, &error) == -1 && !canvas.cairo, "no width");
	ok(canvas_create(&canvas, 40000, 10, 1, &error) == -1, "too wide");
	ok(canvas_create(&canvas, NAN, 10, 1, &error) == -1, "NaN");
	ok(canvas_create(&canvas, 10, 10, 1, &error) == 0, "a canvas");
	canvas_box(&canvas, 2, 3, 4, 5, 0, solid_color(0x204060));
	ok(canvas_write_png(&canvas, "/nowhere/a.png", &error) == -1, "a folder that is not there");
	ok(canvas_to_image(&canvas, &image, &error) == 0 &&
			memcmp(image.pixels + 3 * (5 * 10 + 4), "\x20\x40\x60", 3) == 0 &&
			image.pixels[0] == 255,
		"a box has the given position");
	image_free(&image);
	canvas_free(&canvas);
	is_integer(canvas_color_mix(solid_color(0x000000), solid_color(0xff8040), 0.5).rgb,
		0x804020, "half way between two colours");
	return done();
}
