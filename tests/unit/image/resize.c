/* Resizing against Pillow's results, and by hand; fits; a PNG written and read again. */
#include "base/file.h"
#include "image/image.h"
#include "tap.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The picture of make_resized.py. */
static struct image sample(int width, int height)
{
	struct error error;
	struct image image;
	if (image_create(&image, width, height, 3, &error))
		exit(1);
	unsigned char *p = image.pixels;
	for (int y = 0; y < height; y++)
		for (int x = 0; x < width; x++, p += 3) {
			p[0] = (unsigned char)(((int64_t)x * x / 7 + 3 * y) % 256);
			p[1] = (unsigned char)(5 * x + 2 * y > 255 ? 255 : 5 * x + 2 * y);
			p[2] = x > 2 * y ? 220 : 30;
		}
	return image;
}

static int worst_difference(const struct image *out, const char *expected)
{
	int worst = 0;
	for (int i = 0; i < out->width * out->height * 3; i++) {
		char pair[3] = {expected[2 * i], expected[2 * i + 1], 0};
		int difference = abs(out->pixels[i] - (int)strtol(pair, NULL, 16));
		worst = difference > worst ? difference : worst;
	}
	return worst;
}

static void against_pillow(void)
{
	struct error error;
	unsigned char *table;
	size_t size;
	if (!ok(file_read(fixture("image/resized.tsv"), 1 << 20, &table, &size, &error) == 0,
		    "resized.tsv is there"))
		return;
	char *rest = (char *)table;
	for (char *line; (line = strsep(&rest, "\n")) && *line;) {
		char name[16];
		int width, height, to_width, to_height, used = 0, filter = 0;
		struct image out;
		if (sscanf(line, "%15s%d%d%d%d %n", name, &width, &height, &to_width, &to_height,
			    &used) != 5)
			exit(1);
		while (filter < IMAGE_LANCZOS && strcmp(image_filter_names[filter], name))
			filter++;
		struct image in = sample(width, height);
		struct image_resize_options options = {.width = to_width,
			.height = to_height,
			.filter = (enum image_filter)filter};
		if (image_resize(&in, &options, &out, &error))
			exit(1);
		int worst = worst_difference(&out, line + used);
		bool averaged =
			width >= 4 * to_width || height >= 4 * to_height; /* in boxes first */
		int allowed = filter == IMAGE_NEAREST ? 0 : averaged ? 6 : 1;
		if (!ok(worst <= allowed, "%s %dx%d to %dx%d as Pillow", name, width, height,
			    to_width, to_height))
			note("%d off", worst);
		image_free(&in);
		image_free(&out);
	}
	free(table);
}

static void fits(void)
{
	struct error error;
	struct image in, out;
	static const unsigned char row[] = {10, 20, 30, 40, 50, 60}; /* 3 x 2, grey */
	if (image_create(&in, 3, 2, 1, &error))
		exit(1);
	memcpy(in.pixels, row, sizeof row);
	struct image_resize_options options = {.width = 2,
		.height = 2,
		.filter = IMAGE_NEAREST,
		.fit = IMAGE_CROP};
	ok(image_resize(&in, &options, &out, &error) == 0 &&
			memcmp(out.pixels, (unsigned char[]){10, 20, 40, 50}, 4) == 0,
		"crop cuts the longer side, and the odd pixel on the right");
	image_free(&out);
	options = (struct image_resize_options){.width = 3,
		.height = 4,
		.filter = IMAGE_NEAREST,
		.fit = IMAGE_PAD,
		.background = {7, 8, 9}};
	ok(image_resize(&in, &options, &out, &error) == 0 && out.height == 4 &&
			memcmp(out.pixels,
				(unsigned char[]){7, 7, 7, 10, 20, 30, 40, 50, 60, 7, 7, 7},
				12) == 0,
		"pad shows all of it with background above and below");
	image_free(&out);
	options = (struct image_resize_options){.width = 0, .height = 4};
	ok(image_resize(&in, &options, &out, &error) == -1 && !out.pixels, "no width is an error");
	image_free(&in);
}

/* Colour of transparent pixels must not bleed into the others. */
static void transparent_colors_stay_out(void)
{
	struct error error;
	struct image in, out;
	if (image_create(&in, 2, 1, 4, &error))
		exit(1);
	memcpy(in.pixels, (unsigned char[]){200, 100, 50, 255, 0, 255, 0, 0}, 8);
	struct image_resize_options options = {.width = 1, .height = 1, .filter = IMAGE_BILINEAR};
	ok(image_resize(&in, &options, &out, &error) == 0 && out.pixels[0] >= 199 &&
			abs(out.pixels[1] - 100) <= 1 && abs(out.pixels[3] - 128) <= 1,
		"transparent pixels add no colour");
	image_free(&in);
	image_free(&out);
}

/* Any proportion: memory checkers watch the library's arithmetic. */
static void extreme_proportions(void)
{
	static const int sizes[][4] = {{65535, 1, 150, 150}, {1, 65535, 150, 150}, {1, 1, 300, 1},
		{2, 2, 1, 65535}, {151, 149, 150, 150}, {179, 181, 150, 150}, {300, 2, 7, 500},
		{1999, 3, 2, 2}};
	struct error error;
	int failed = 0;
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
		for (int fit = IMAGE_STRETCH; fit <= IMAGE_PAD; fit++)
			for (int filter = IMAGE_NEAREST; filter <= IMAGE_LANCZOS; filter++) {
				struct image in = sample(sizes[i][0], sizes[i][1]), out;
				struct image_resize_options options = {.width = sizes[i][2],
					.height = sizes[i][3],
					.filter = (enum image_filter)filter,
					.fit = (enum image_fit)fit};
				failed += image_resize(&in, &options, &out, &error) != 0;
				image_free(&in);
				image_free(&out);
			}
	is_integer(failed, 0, "every proportion, fit and filter");
}

/* Flat stays flat: weights sum to one everywhere. */
static void constant_stays_constant(void)
{
	struct error error;
	struct image in, out;
	int wrong = 0;
	if (image_create(&in, 181, 97, 1, &error))
		exit(1);
	memset(in.pixels, 137, 181 * 97);
	for (int side = 1; side < 260; side++) {
		struct image_resize_options options = {.width = side,
			.height = 260 - side,
			.filter = 1 + side % 3};
		if (image_resize(&in, &options, &out, &error))
			exit(1);
		for (int i = 0; i < out.width * out.height; i++)
			wrong += out.pixels[i] != 137;
		image_free(&out);
	}
	is_integer(wrong, 0, "a flat picture stays flat at every scale");
	image_free(&in);
}

static void png_round_trip(int channels)
{
	struct error error;
	struct image image, again;
	unsigned char *bytes, *second;
	size_t size, second_size;
	struct image_decode_options options = {.keep_alpha = channels == 4};
	if (image_create(&image, 37, 23, channels, &error))
		exit(1);
	for (int i = 0; i < 37 * 23 * channels; i++)
		image.pixels[i] = (unsigned char)(i * 31 % 251);
	int result = image_encode_png(&image, &bytes, &size, &error) +
		image_encode_png(&image, &second, &second_size, &error);
	ok(result == 0 && size == second_size && memcmp(bytes, second, size) == 0,
		"PNG, %d channels: same bytes twice", channels);
	bool same = image_decode(bytes, size, "png", &options, &again, &error) == 0 &&
		again.width == 37 && again.height == 23;
	for (int i = 0; same && i < 37 * 23 * again.channels; i++)
		same = again.pixels[i] == image.pixels[channels == 1 ? i / 3 : i];
	ok(same, "  and the same pixels come back");
	free(bytes);
	free(second);
	image_free(&image);
	image_free(&again);
}

static void png_files(void)
{
	struct error error;
	struct image image = sample(5, 4);
	char path[128];
	snprintf(path, sizeof path, "%s/a.png", scratch());
	ok(image_write_png(&image, path, &error) == 0 && file_exists(path),
		"a PNG file is written");
	ok(image_write_png(&image, "/dev/full", &error) == -1 && strstr(error.object, "/dev/full"),
		"a full disk is an error");
	ok(image_write_png(&image, "/nowhere/a.png", &error) == -1, "so is a missing folder");
	image_to_grey(&image);
	is_integer(image.pixels[0], (299 * 0 + 587 * 0 + 114 * 30 + 500) / 1000,
		"grey is the luma of BT.601");
	is_integer(image.pixels[1], (299 * 0 + 587 * 5 + 114 * 220 + 500) / 1000,
		"grey of the second pixel");
	image_free(&image);
}

int main(void)
{
	against_pillow();
	fits();
	transparent_colors_stay_out();
	extreme_proportions();
	constant_stays_constant();
	png_round_trip(1);
	png_round_trip(3);
	png_round_trip(4);
	png_files();
	return done();
}
