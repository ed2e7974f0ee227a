/* Predictions on pictures: position, size, coverage; and the confusion matrix. */
#include "explain/annotate.h"
#include "explain/confusion.h"
#include "tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct image plain(int width, int height, int channels)
{
	struct image image;
	if (image_create(&image, width, height, channels, NULL))
		abort();
	memset(image.pixels, 200, (size_t)width * (size_t)height * (size_t)channels);
	return image;
}

static struct image annotated(int width, int height, const struct annotation *lines, int count)
{
	struct image picture = plain(width, height, 3), out;
	struct error error;
	if (!ok(annotate_picture(&picture, lines, count, &out, &error) == 0, "%dx%d: annotated",
		    width, height))
		abort();
	image_free(&picture);
	return out;
}

static const unsigned char *pixel(const struct image *image, int x, int y)
{
	return image->pixels + 3 * ((size_t)y * (size_t)image->width + (size_t)x);
}

/* The last column and row that differ from the plain picture. */
static void extent(const struct image *image, int *right, int *bottom)
{
	*right = *bottom = 0;
	for (int y = 0; y < image->height; y++)
		for (int x = 0; x < image->width; x++)
			if (pixel(image, x, y)[0] != 200) {
				*right = x > *right ? x : *right;
				*bottom = y;
			}
}

static int pixels_like(const struct image *image, int red, int green, int blue)
{
	int count = 0;
	for (int i = 0; i < image->width * image->height; i++) {
		const unsigned char *p = image->pixels + 3 * i;
		count += abs(p[0] - red) < 25 && abs(p[1] - green) < 25 && abs(p[2] - blue) < 25;
	}
	return count;
}

static void sizes(void)
{
	struct annotation line = {"pikachu", 0.9, true};
	static const int sides[][4] = {{640, 480, 640, 480}, {120, 300, 120, 300},
		{32, 32, 128, 128}, {1, 3, 120, 360}};
	for (int i = 0; i < 4; i++) {
		struct image out = annotated(sides[i][0], sides[i][1], &line, 1);
		is_integer(out.width, sides[i][2], "its width");
		is_integer(out.height, sides[i][3], "its height");
		is_integer(out.channels, 3, "RGB");
		image_free(&out);
	}
}

static void positions(void)
{
	struct annotation lines[60];
	int right, bottom, lower, far_right;
	for (int i = 0; i < 60; i++)
		lines[i] = (struct annotation){"a class", 1 - i / 60.0, i == 0};
	struct image one = annotated(400, 300, lines, 1), four = annotated(400, 300, lines, 4);
	struct image all = annotated(400, 300, lines, 60);
	extent(&one, &right, &bottom);
	ok(right < 300 && bottom < 60, "one line covers a corner: %d, %d", right, bottom);
	extent(&four, &far_right, &lower);
	ok(lower > bottom && lower < 200, "four lines cover more: %d", lower);
	extent(&all, &far_right, &lower);
	ok(lower > 200 && lower < 300, "sixty lines stay on the picture: %d", lower);
	ok(pixel(&all, 399, 299)[0] == 200, "the opposite corner is unchanged");
	image_free(&one), image_free(&four), image_free(&all);
}

/* The length of the bar grows with the probability, and the text is white. */
static void bars(void)
{
	int green[3];
	const double probabilities[] = {0.05, 0.5, 1};
	for (int i = 0; i < 3; i++) {
		struct image out =
			annotated(600, 400, &(struct annotation){"x", probabilities[i], true}, 1);
		green[i] = pixels_like(&out, 33, 150, 85);
		ok(pixels_like(&out, 255, 255, 255) > 50, "white letters");
		image_free(&out);
	}
	ok(green[0] < green[1] && green[1] < green[2], "bars grow: %d, %d, %d", green[0], green[1],
		green[2]);
}

/* Width of a matrix of one class under this title. */
static double width_under(const char *title)
{
	struct canvas canvas;
	struct error error;
	const char *label = "a";
	uint64_t count = 1;
	if (confusion_draw(&canvas, &(struct confusion){title, 1, &label, &count}, &error))
		return -1;
	double width = canvas.width;
	canvas_free(&canvas);
	return width;
}

static void titles(void)
{
	char title[400];
	memset(title, 'm', sizeof title - 1);
	title[sizeof title - 1] = 0;
	is_near(width_under("short"), 420, 1e-9, "the minimum width");
	double width = width_under("accuracy 94.9 % (95 %: 89.3\u201397.6 %), 117 pictures");
	ok(width > 440 && width < 640, "a matrix of one class is as wide as its title: %g", width);
	is_near(width_under(title), 640, 1e-9, "up to the maximum width");
}

static void matrix(void)
{
	struct canvas canvas;
	struct image image;
	struct error error;
	const char *labels[] = {"a",
		"a name that is far too long for its column and even for its row, with "
		"\xe5\xa4\x8f in it"};
	const uint64_t counts[] = {9, 1, 0, 0};
	struct confusion confusion = {"accuracy", 2, labels, counts};
	ok(confusion_draw(&canvas, &confusion, &error) == 0 &&
			canvas_to_image(&canvas, &image, &error) == 0,
		"a matrix");
	ok(image.width > 400 && image.width < 2000 && image.height > 400,
		"of a reasonable size: %dx%d", image.width, image.height);
	ok(pixels_like(&image, 21, 91, 161) > 10000, "a dark cell for nine of ten");
	ok(pixels_like(&image, 177, 200, 226) > 10000, "a light cell for one of ten");
	canvas_free(&canvas);
	image_free(&image);
	char path[128];
	snprintf(path, sizeof path, "%s/missing/x.png", scratch());
	ok(confusion_write_png(&confusion, path, &error) == -1, "no such folder");

	enum { MANY = 300 };
	const char *many[MANY];
	uint64_t *zeros = calloc(MANY * MANY, sizeof *zeros);
	for (int i = 0; i < MANY; i++)
		many[i] = "class";
	ok(confusion_draw(&canvas, &(struct confusion){"nothing", MANY, many, zeros}, &error) == 0,
		"300 classes, no records");
	canvas_free(&canvas);
	free(zeros);
}

int main(void)
{
	sizes();
	positions();
	bars();
	matrix();
	titles();
	return done();
}
