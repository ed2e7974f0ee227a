/* Brightness, contrast and sharpness of pictures that can be worked out by hand. */
#include "image/image_measure.h"

#include "tap.h"

#include <math.h>
#include <stdlib.h>

static struct error error;

/* A grey picture as RGB, each pixel by its position. */
static struct image_measures measure(int width, int height, int (*value)(int x, int y))
{
	struct image image;
	struct image_measures measures;
	if (image_create(&image, width, height, 3, &error))
		abort();
	for (int i = 0; i < 3 * width * height; i++)
		image.pixels[i] = (unsigned char)value(i / 3 % width, i / 3 / width);
	if (image_inspect_pixels(&image, &image_measure_inspection, &measures, &error))
		abort();
	image_free(&image);
	return measures;
}

static int flat(int x, int y)
{
	(void)x, (void)y;
	return 77;
}

static int checks(int x, int y)
{
	return (x + y) % 2 ? 110 : 90;
}

static int dot(int x, int y)
{
	return x == 2 && y == 2 ? 8 : 0;
}

static int slope(int x, int y)
{
	(void)y;
	return x / 4;
}

int main(void)
{
	struct image_measures measures = measure(9, 7, flat);
	ok(measures.brightness == 77 && measures.contrast == 0 && measures.sharpness == 0,
		"one colour");
	measures = measure(8, 6, checks);
	ok(measures.brightness == 100 && measures.contrast == 10, "a chessboard of 90 and 110");
	is_near(measures.sharpness, 6400, 1e-9, "  its Laplacian is -80 and 80");
	measures = measure(5, 5, dot);
	/* -32 once, 8 four times and 0 four times in 3 x 3 places: mean 0, mean square (1024 + 4 *
	 * 64) / 9 */
	is_near(measures.sharpness, 1280.0 / 9, 1e-9, "a dot of 8 on black");
	is_near(measures.brightness, 8.0 / 25, 1e-12, "  its mean");
	is_near(measures.contrast, sqrt(64.0 / 25 - 64.0 / 625), 1e-12, "  its deviation");
	measures = measure(1000, 40, slope);
	is_near(measures.brightness, 124.5, 1, "a picture too large is shrunk");
	ok(measures.sharpness < 1.5, "  and a slope isn't sharp (%f)", measures.sharpness);
	measures = measure(2, 300, checks);
	ok(measures.sharpness == 0, "too narrow for a Laplacian");
	return done();
}
