/* The curve of a learning rate range test: where it and its mark are drawn. */
#include "explain/rate_curve.h"

#include "base/file.h"
#include "explain/plot.h"
#include "tap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of the panel, in pixels. */
enum { LEFT = 124, RIGHT = 1104, TOP = 192, BOTTOM = 828, CLOSE = 6 };

static struct error error;
static char png[256];

/* The smallest rectangle with all pixels of a colour; none: right < left. */
struct bounds {
	int left, top, right, bottom;
};

static struct bounds find_color(const struct image *image, uint32_t rgb)
{
	struct bounds bounds = {image->width, image->height, -1, -1};
	for (int i = 0; i < image->width * image->height; i++) {
		const unsigned char *pixel = image->pixels + (size_t)image->channels * (size_t)i;
		int x = i % image->width, y = i / image->width;
		if ((uint32_t)(pixel[0] << 16 | pixel[1] << 8 | pixel[2]) != rgb)
			continue;
		bounds.left = x < bounds.left ? x : bounds.left;
		bounds.right = x > bounds.right ? x : bounds.right;
		bounds.top = y < bounds.top ? y : bounds.top;
		bounds.bottom = y > bounds.bottom ? y : bounds.bottom;
	}
	return bounds;
}

/* Draws losses at the rates 1e-4, 1e-3, ..., and finds the curve and its mark. */
static bool draw(const double *losses, int count, double suggestion, struct bounds *curve,
	struct bounds *mark)
{
	const double rates[] = {1e-4, 1e-3, 1e-2, 1e-1, 1};
	const struct image_decode_options options = {0};
	struct image image;
	unsigned char *bytes;
	size_t size;
	if (rate_curve_write_png(rates, losses, count, suggestion, png, &error) ||
		file_read(png, 1 << 24, &bytes, &size, &error))
		return false;
	bool decoded = image_decode(bytes, size, png, &options, &image, &error) == 0;
	free(bytes);
	if (!decoded)
		return false;
	*curve = find_color(&image, PLOT_TRAINING_INK);
	*mark = find_color(&image, PLOT_VALIDATION_INK);
	bool is_panel =
		image.width == PLOT_WIDTH * PLOT_SCALE && image.height == PLOT_HEIGHT * PLOT_SCALE;
	image_free(&image);
	return is_panel;
}

static bool is_close(int pixel, int expected)
{
	return abs(pixel - expected) <= CLOSE;
}

int main(void)
{
	struct bounds curve, mark;
	snprintf(png, sizeof png, "%s/a.png", scratch());
	ok(draw((double[]){2, 2, 1, 0.5, 1}, 5, 1e-3, &curve, &mark), "a curve with a suggestion");
	ok(is_close(curve.left, LEFT) && is_close(curve.right, RIGHT), "  from side to side");
	ok(is_close(curve.top, TOP) && is_close(curve.bottom, BOTTOM - (BOTTOM - TOP) / 4),
		"  from the top, 2, to a quarter, 0.5");
	ok(is_close((mark.left + mark.right) / 2, LEFT + (RIGHT - LEFT) / 4),
		"  1e-3 is a quarter of the way from 1e-4 to 1");
	ok(draw((double[]){2, 2, 1, 0.5, 1e30}, 5, 0, &curve, &mark), "one that diverges");
	ok(mark.right < mark.left, "  without suggestion has no mark");
	ok(curve.top > TOP - 2 * CLOSE && curve.bottom > BOTTOM - (BOTTOM - TOP) / 3,
		"  leaves the panel, and is not flat");
	ok(draw((double[]){NAN, 2, 1, NAN, INFINITY}, 5, 1e-1, &curve, &mark), "one with gaps");
	ok(is_close(curve.left, LEFT + (RIGHT - LEFT) / 4) &&
			is_close(curve.right, (LEFT + RIGHT) / 2),
		"  is drawn between them");
	ok(draw((double[]){NAN, INFINITY}, 2, 1e-3, &curve, &mark) && curve.right < curve.left &&
			mark.right < mark.left,
		"nothing finite: neither curve nor mark");
	ok(draw((double[]){1}, 1, 1e-4, &curve, &mark) &&
			is_close((mark.left + mark.right) / 2, (LEFT + RIGHT) / 2),
		"a single rate is in the middle");
	ok(draw((double[]){0, 0}, 2, 1e-4, &curve, &mark), "losses of 0");
	is_integer(rate_curve_write_png((double[]){1}, (double[]){1}, 1, 0, "/nowhere/a.png",
			   &error),
		-1, "a folder that is not there is an error");
	return done();
}
