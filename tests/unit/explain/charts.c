/* Training curves and network diagrams: ticks, parameter counts, colours, reproducibility. */
#include "architectures/architectures.h"
#include "base/file.h"
#include "explain/chart.h"
#include "explain/curves.h"
#include "explain/plot.h"
#include "tap.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct error error;
static char tsv[256], png[256], again[256];

static void nice_steps(void)
{
	is_near(plot_nice_step(1, 6), 0.2, 1e-12, "0 to 1 in six");
	is_near(plot_nice_step(0.62, 6), 0.2, 1e-12, "0 to 0.62");
	is_near(plot_nice_step(49, 10), 5, 1e-12, "49 epochs");
	is_near(plot_nice_step(1e-7, 5), 2e-8, 1e-20, "small");
	is_near(plot_nice_step(7e9, 7), 1e9, 1, "large");
}

static bool has_color(const struct image *image, int left, int right, uint32_t rgb)
{
	for (int y = 0; y < image->height; y++)
		for (int x = left; x < right; x++) {
			const unsigned char *pixel =
				image->pixels + 3 * ((size_t)y * (size_t)image->width + (size_t)x);
			if ((uint32_t)(pixel[0] << 16 | pixel[1] << 8 | pixel[2]) == rgb)
				return true;
		}
	return false;
}

/* Whether one chart alone equals that of the pair, from column `left` on. */
static bool equals_half(const struct history *history, enum curves_kind kind,
	const struct image *both, int left)
{
	struct canvas canvas;
	struct image image;
	if (curves_draw_one(&canvas, history, kind, &error) ||
		canvas_to_image(&canvas, &image, &error))
		return false;
	size_t row = (size_t)image.width * 3;
	bool same = 2 * image.width == both->width && image.height == both->height;
	int differing = 0;
	for (size_t i = 0; same && i < row * (size_t)image.height; i++)
		differing += image.pixels[i] !=
			both->pixels[i / row * 2 * row + (size_t)left * 3 + i % row];
	/* Antialiased edges may differ slightly. */
	same = same && differing < image.width;
	image_free(&image);
	canvas_free(&canvas);
	return same;
}

static void curves(const char *text, bool validated, const char *name)
{
	struct history history;
	struct canvas canvas;
	struct image image;
	if (output_bytes(tsv, text, strlen(text), &error) || history_read(&history, tsv, &error) ||
		curves_draw(&canvas, &history, &error) ||
		canvas_to_image(&canvas, &image, &error)) {
		ok(false, "%s: %s: %s", name, error.object, error.reason);
		return;
	}
	int half = image.width / 2;
	ok(has_color(&image, 0, half, 0x3f74d1) && has_color(&image, half, image.width, 0x3f74d1),
		"%s: training in both", name);
	ok(has_color(&image, 0, half, 0xe2672c) == validated, "%s: validation as measured", name);
	ok(has_color(&image, half, image.width, 0xe2672c) == validated, "%s: in both", name);
	ok(equals_half(&history, CURVES_LOSS, &image, 0), "%s: the loss by itself", name);
	ok(equals_half(&history, CURVES_ACCURACY, &image, half), "%s: the accuracy by itself",
		name);
	image_free(&image);
	canvas_free(&canvas);
	history_free(&history);
}

static bool same_files(const char *a, const char *b)
{
	unsigned char *first, *second;
	size_t size_a, size_b;
	if (file_read(a, 1 << 24, &first, &size_a, &error) ||
		file_read(b, 1 << 24, &second, &size_b, &error))
		return false;
	bool same = size_a == size_b && memcmp(first, second, size_a) == 0;
	free(first);
	free(second);
	return same;
}

/* Whether the name of the first activation layer changes the diagram. */
static bool activation_is_named(struct graph *graph)
{
	int node = 0;
	while (graph_layer(graph, node)->kind != LAYER_ACTIVATION)
		node++;
	if (chart_write_png(graph, NULL, png, &error))
		return false;
	strcpy(graph->nodes[node].name, "another");
	return chart_write_png(graph, NULL, again, &error) == 0 && !same_files(png, again);
}

static void diagrams(void)
{
	struct graph original;
	struct canvas canvas;
	int64_t parameters;
	char number[32];
	struct text_list labels = {0};
	if (text_list_add(&labels, "a & <b>", &error) ||
		architecture_build(&original, "original", (struct shape){150, 150, 3, false}, 4,
			ACTIVATION_SIGMOID, &error))
		return;
	/* 3*3*3*32+32 + 3*3*32*32+32 + 3*3*32*64+64 + 18496*64+64 + 64*4+4 */
	ok(chart_parameters_of(&original, &parameters, &error) == 0,
		"the original's parameters are counted");
	is_integer(parameters, 896 + 9248 + 18496 + 1183808 + 260, "all of them");
	is_text(chart_format_number(parameters, number), "1,212,708", "with commas");
	is_text(chart_format_number(12, number), "12", "without");
	ok(chart_draw(&canvas, &original, &labels, &error) == 0 && canvas.height > canvas.width,
		"one column");
	canvas_free(&canvas);
	ok(activation_is_named(&original),
		"the name of an activation layer is on the card before it");
	struct graph long_one = {.name = "long", .input = {8, 8, 1, false}};
	struct layer convolution = layer_defaults(LAYER_CONVOLUTION, "conv");
	convolution.filters = 2;
	convolution.kernel_height = convolution.kernel_width = 1;
	for (int i = 0; i < 512; i++)
		if (graph_append(&long_one, &convolution, &error) < 0)
			return;
	ok(chart_draw(&canvas, &long_one, NULL, &error) == 0 && canvas.height < 2 * canvas.width,
		"512 layers are drawn in several columns");
	canvas_free(&canvas);
	long_one.layers[0].kernel_height = 9;
	ok(chart_draw(&canvas, &long_one, NULL, &error) == -1 && !canvas.cairo,
		"shapes that do not fit are an error");
	graph_free(&long_one);
	graph_free(&original);
	text_list_free(&labels);
}

int main(void)
{
	snprintf(tsv, sizeof tsv, "%s/history.tsv", scratch());
	snprintf(png, sizeof png, "%s/a.png", scratch());
	snprintf(again, sizeof again, "%s/b.png", scratch());
	nice_steps();
	curves("epoch\tloss\taccuracy\tval_loss\tval_accuracy\n1\t2\t0.1\t2.5\t0.2\n2\t1\t0.5\t1."
	       "5\t0.4\n",
		true, "two epochs");
	curves("epoch\tloss\taccuracy\tval_loss\tval_accuracy\n1\t0\t1\tnan\tnan\n", false,
		"one epoch, all zero");
	curves("epoch\tloss\taccuracy\n0\t1e30\t0\n1000000000\t-3\t1\n", false, "extremes");
	curves("epoch\tloss\taccuracy\tval_loss\tval_accuracy\n3\t1\t0.5\t1\t0.5\n2\t1\tnan\t\t0."
	       "5\n1\t1\t0.5\t1\t0.5\n",
		true, "unsorted epochs");
	ok(curves_write_png(tsv, png, &error) == 0 && curves_write_png(tsv, again, &error) == 0 &&
			same_files(png, again),
		"the same history gives the same bytes");
	ok(curves_write_png("/nowhere.tsv", png, &error) == -1 && same_files(png, again),
		"a failure leaves the old file");
	diagrams();
	return done();
}
