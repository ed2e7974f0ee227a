#include "explain/grid.h"

#include "explain/kinds.h"

/* The input whose places the node's output has. */
static int input_of_places(const struct graph *graph, const struct shape *shapes, int node)
{
	for (int k = 0; k < graph->nodes[node].input_count; k++) {
		int input = graph_input(graph, node, k);
		struct shape shape = graph_shape(graph, shapes, input);
		if (shape.height == shapes[node].height && shape.width == shapes[node].width &&
			graph_keeps_places(graph, input))
			return input;
	}
	return graph_input(graph, node, 0);
}

struct grid grid_of_node(const struct graph *graph, const struct shape *shapes, int node)
{
	if (node == GRAPH_INPUT)
		return (struct grid){0, 0, 1, 1};
	int input = input_of_places(graph, shapes, node);
	struct grid grid = grid_of_node(graph, shapes, input);
	const struct layer *layer = graph_layer(graph, node);
	grid_rule *rule = explain_kind_row(layer->kind)->grid;
	if (rule)
		rule(layer, graph_shape(graph, shapes, input), shapes[node], &grid);
	return grid;
}

/* ---- rules ---- */

/* Moves the grid by so many of its positions. */
static void move(struct grid *grid, double rows, double columns)
{
	grid->top += grid->down * rows;
	grid->left += grid->right * columns;
}

/* Moves to the centre of the first window, which may begin before the input. */
void window_grid(const struct layer *layer, struct shape in, struct shape out, struct grid *grid)
{
	int above = layer_padding_before(layer, in.height, out.height, layer->kernel_height,
		layer->stride_height, layer->dilation_height);
	int before = layer_padding_before(layer, in.width, out.width, layer->kernel_width,
		layer->stride_width, layer->dilation_width);
	move(grid, (layer->kernel_height - 1) * layer->dilation_height / 2.0 - above,
		(layer->kernel_width - 1) * layer->dilation_width / 2.0 - before);
	grid->down *= layer->stride_height;
	grid->right *= layer->stride_width;
}

void padding_grid(const struct layer *layer, struct shape in, struct shape out, struct grid *grid)
{
	(void)in, (void)out;
	move(grid, -layer->top, -layer->left);
}

void cropping_grid(const struct layer *layer, struct shape in, struct shape out, struct grid *grid)
{
	(void)in, (void)out;
	move(grid, layer->top, layer->left);
}

/* Keras leaves the odd pixel at the bottom and right. */
void center_crop_grid(const struct layer *layer, struct shape in, struct shape out,
	struct grid *grid)
{
	(void)layer;
	move(grid, (in.height - out.height) / 2, (in.width - out.width) / 2);
}

/* Both grids cover the same picture, pixel edge to pixel edge. */
void resampling_grid(const struct layer *layer, struct shape in, struct shape out,
	struct grid *grid)
{
	double down = (double)in.height / out.height, right = (double)in.width / out.width;
	(void)layer;
	move(grid, (down - 1) / 2, (right - 1) / 2);
	grid->down *= down;
	grid->right *= right;
}
