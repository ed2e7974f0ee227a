/* The grid of a node's output on the input, by hand. */
#include "explain/grid.h"
#include "tap.h"

#include <stdlib.h>

static struct error error;
static struct graph graph;
static struct shape shapes[16];

static struct layer windowed(enum layer_kind kind, int window, int stride, enum padding padding)
{
	struct layer layer = layer_defaults(kind, "layer");
	layer.filters = 3;
	layer.kernel_height = layer.kernel_width = window;
	layer.stride_height = layer.stride_width = stride;
	layer.padding = padding;
	return layer;
}

static int add(struct layer layer, int first, int second)
{
	int inputs[] = {first, second}, count = layer_kind_row(layer.kind)->least_inputs;
	int index = graph_add_layer(&graph, &layer, &error);
	int node = index < 0 ? -1 : graph_add_node(&graph, index, inputs, count, &error);
	if (node < 0)
		exit(1);
	return node;
}

static void compute_shapes(void)
{
	if (graph_shapes(&graph, shapes, &error)) {
		note("%s: %s", error.object, error.reason);
		exit(1);
	}
}

static void is_grid(int node, double top, double left, double down, double right, const char *name)
{
	struct grid grid = grid_of_node(&graph, shapes, node);
	bool same =
		grid.top == top && grid.left == left && grid.down == down && grid.right == right;
	if (!ok(same, "%s", name))
		note("%g %g %g %g", grid.top, grid.left, grid.down, grid.right);
}

/* For the original network on 150 pixels: each valid 3x3 convolution moves the first centre by one
 * step, each pooling by half a step, and doubles the step. */
static void original_grid(void)
{
	static const double first[] = {1, 1.5, 3.5, 4.5, 8.5, 10.5}, step[] = {1, 2, 2, 4, 4, 8};
	graph.input = (struct shape){150, 150, 3, false};
	for (int i = 0; i < 6; i++)
		add(i % 2 ? windowed(LAYER_MAX_POOLING, 2, 2, PADDING_VALID)
			  : windowed(LAYER_CONVOLUTION, 3, 1, PADDING_VALID),
			i - 1, 0);
	compute_shapes();
	for (int i = 0; i < 6; i++)
		is_grid(i, first[i], first[i], step[i], step[i], "original");
	is_grid(GRAPH_INPUT, 0, 0, 1, 1, "the input");
	graph_free(&graph);
}

/* Same, stride 2: on even sides TensorFlow pads one pixel, at the end: the first window is centred
 * on pixel 1. */
static void same_padding(void)
{
	graph.input = (struct shape){8, 9, 1, false};
	add(windowed(LAYER_CONVOLUTION, 3, 2, PADDING_SAME), GRAPH_INPUT, 0);
	compute_shapes();
	is_grid(0, 1, 0, 2, 2, "same padding of an even and an odd side");
	graph_free(&graph);
}

/* 11 pixels; a dilated branch and a cropped one come together, then squeeze and excite. */
static void residual_grid(void)
{
	struct layer pad = layer_defaults(LAYER_ZERO_PADDING, "pad"),
		     crop = layer_defaults(LAYER_CROPPING, "crop"),
		     dilated = windowed(LAYER_CONVOLUTION, 3, 1, PADDING_VALID);
	pad.top = pad.bottom = crop.top = crop.bottom = 1;
	pad.left = pad.right = crop.left = crop.right = 1;
	dilated.dilation_height = dilated.dilation_width = 2;
	graph.input = (struct shape){11, 11, 3, false};
	int stem = add(windowed(LAYER_CONVOLUTION, 3, 2, PADDING_VALID), GRAPH_INPUT, 0);
	int padded = add(pad, stem, 0), wide = add(dilated, padded, 0),
	    shortcut = add(crop, stem, 0);
	int sum = add(layer_defaults(LAYER_ADD, "add"), shortcut, wide);
	int mean = add(layer_defaults(LAYER_GLOBAL_AVERAGE_POOLING, "mean"), sum, 0);
	int excited = add(layer_defaults(LAYER_MULTIPLY, "excite"), mean, sum);
	compute_shapes();
	is_grid(stem, 1, 1, 2, 2, "5 places of 2 pixels, from pixel 1");
	is_grid(padded, -1, -1, 2, 2, "padding begins a place earlier");
	is_grid(wide, 3, 3, 2, 2, "a dilated window is centred two places later");
	is_grid(shortcut, 3, 3, 2, 2, "cropping begins a place later");
	is_grid(sum, 3, 3, 2, 2, "a sum has the places of its inputs");
	is_grid(excited, 3, 3, 2, 2, "a product those of the input that has any");
	graph_free(&graph);
}

static void resampled_grid(void)
{
	struct layer larger = layer_defaults(LAYER_UP_SAMPLING, "larger"),
		     smaller = layer_defaults(LAYER_RESIZING, "smaller"),
		     center = layer_defaults(LAYER_CENTER_CROP, "center");
	larger.target = (struct shape){2, 4, 0, false};
	smaller.target = (struct shape){6, 3, 0, false};
	center.target = (struct shape){3, 1, 0, false};
	graph.input = (struct shape){6, 6, 3, false};
	int first = add(windowed(LAYER_AVERAGE_POOLING, 2, 2, PADDING_VALID), GRAPH_INPUT, 0);
	int second = add(larger, first, 0), third = add(smaller, second, 0);
	int fourth = add(center, third, 0);
	compute_shapes();
	is_grid(first, 0.5, 0.5, 2, 2, "3x3 means");
	is_grid(second, 0, -0.25, 1, 0.5, "6x12 pixels on the same picture");
	is_grid(third, 0, 0.5, 1, 2, "6x3");
	is_grid(fourth, 1, 2.5, 1, 2, "its centre, the odd pixel being cropped below");
	graph_free(&graph);
}

int main(void)
{
	original_grid();
	same_padding();
	residual_grid();
	resampled_grid();
	return done();
}
