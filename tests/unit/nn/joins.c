/* Operations that join several inputs: forward against naive loops in double, gradients against
 * central differences; and how they share memory in training. */
#include "differences.h"

static int append(struct graph *graph, struct layer layer, const int *inputs, int count)
{
	int index = graph_add_layer(graph, &layer, &error);
	return index < 0 ? -1 : graph_add_node(graph, index, inputs, count, &error);
}

/* Inputs of a join: parts of the graph's input, (4, 3, 2). */
enum part { WHOLE, PIXEL, ROW, COLUMN, CHANNEL, OTHER, PARTS };

static int crop(struct graph *graph, int node, int bottom, int right)
{
	struct layer layer = make(LAYER_CROPPING);
	layer.bottom = bottom;
	layer.right = right;
	return append(graph, layer, &node, 1);
}

static int add_part(struct graph *graph, enum part part)
{
	struct layer reshape = make(LAYER_RESHAPE), other = make(LAYER_RESCALING);
	const int input = GRAPH_INPUT;
	int node;
	switch (part) {
	case WHOLE:
		return GRAPH_INPUT;
	case PIXEL:
		return crop(graph, GRAPH_INPUT, 3, 2);
	case ROW:
		return crop(graph, GRAPH_INPUT, 3, 0);
	case COLUMN:
		return crop(graph, GRAPH_INPUT, 0, 2);
	case CHANNEL:
		reshape.target = (struct shape){4, 6, 1, false};
		node = append(graph, reshape, &input, 1);
		return crop(graph, node, 0, 3);
	case OTHER:
		other.constant_count = 1;
		other.multipliers[0] = -1;
		other.offsets[0] = 0.484f;
		return append(graph, other, &input, 1);
	case PARTS:
		break;
	}
	return -1;
}

/* Of the value that node `index` has for the join, at a place of its output. */
static double operand(const struct network *network, int node, int sample, int y, int x, int c)
{
	const struct graph *graph = network_graph(network);
	const struct shape shape = graph_shape(graph, network_shapes(network), node);
	const float *values = network_output(network, node) + (size_t)sample * shape_count(shape);
	y = shape.height == 1 ? 0 : y;
	x = shape.width == 1 ? 0 : x;
	c = shape.channels == 1 ? 0 : c;
	return (double)values[(y * shape.width + x) * shape.channels + c];
}

static double joined(enum layer_kind kind, double a, double b)
{
	if (kind == LAYER_SUBTRACT)
		return a - b;
	if (kind == LAYER_MULTIPLY)
		return a * b;
	if (kind == LAYER_MAXIMUM)
		return fmax(a, b);
	if (kind == LAYER_MINIMUM)
		return fmin(a, b);
	return a + b;
}

static bool matches_naive(struct network *network, const int *nodes, int count,
	enum layer_kind kind)
{
	static float input[VALUES];
	const struct graph *graph = network_graph(network);
	const struct shape out = network_shapes(network)[graph->node_count - 1];
	bool good = true;
	fill(input, 2 * (int)shape_count(graph->input), 4);
	network_forward(network, input, 2, NULL, NULL);
	const float *got = network_output(network, graph->node_count - 1);
	for (int i = 0; good && i < 2 * (int)shape_count(out); i++) {
		int c = i % out.channels, pixel = i / out.channels, x = pixel % out.width,
		    y = pixel / out.width % out.height, sample = pixel / out.width / out.height;
		double expected = operand(network, nodes[0], sample, y, x, c);
		for (int k = 1; k < count; k++)
			expected =
				joined(kind, expected, operand(network, nodes[k], sample, y, x, c));
		if (kind == LAYER_AVERAGE)
			expected /= count;
		good = close_to((double)got[i], expected, 1e-5, "join", i);
	}
	return good;
}

static void check_join(enum layer_kind kind, const enum part *parts, int count, const char *shapes)
{
	struct graph graph = {.input = {4, 3, 2, false}};
	char name[128];
	int nodes[3];
	snprintf(name, sizeof name, "%s: %s", layer_kind_row(kind)->title, shapes);
	for (int k = 0; k < count; k++)
		nodes[k] = add_part(&graph, parts[k]);
	if (append(&graph, make(kind), nodes, count) < 0) {
		ok(false, "%s: %s", name, error.reason);
	} else {
		struct network *network = build(&graph, NETWORK_EXPLAIN, 2, NULL);
		ok(network && matches_naive(network, nodes, count, kind), "%s", name);
		network_destroy(network);
		check_input_gradient(&graph, name);
	}
	graph_free(&graph);
}

static void joins(void)
{
	static const enum layer_kind kinds[] = {LAYER_ADD, LAYER_SUBTRACT, LAYER_MULTIPLY,
		LAYER_AVERAGE, LAYER_MAXIMUM, LAYER_MINIMUM};
	static const struct {
		const char *name;
		int count;
		enum part parts[3];
	} rows[] = {
		{"equal shapes", 2, {WHOLE, OTHER}},
		{"the same value twice", 2, {OTHER, OTHER}},
		{"by a pixel", 2, {WHOLE, PIXEL}},
		{"a pixel by all", 2, {PIXEL, OTHER}},
		{"a row", 2, {OTHER, ROW}},
		{"a column", 2, {OTHER, COLUMN}},
		{"a channel", 2, {CHANNEL, OTHER}},
		{"a row by a column", 2, {ROW, COLUMN}},
		{"three", 3, {OTHER, CHANNEL, PIXEL}},
	};
	for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
		for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
			if (rows[i].count <= layer_kind_row(kinds[k])->most_inputs)
				check_join(kinds[k], rows[i].parts, rows[i].count, rows[i].name);
}

/* Of equal values the first has the gradient. */
static void ties(void)
{
	struct graph graph = {.input = {1, 1, 2, false}};
	struct layer first = make(LAYER_RESCALING), second = make(LAYER_RESCALING);
	const int input = GRAPH_INPUT;
	float gradient[2] = {0, 0};
	first.constant_count = second.constant_count = 1;
	first.multipliers[0] = 2;
	second.multipliers[0] = 3;
	int nodes[2] = {append(&graph, first, &input, 1), append(&graph, second, &input, 1)};
	bool good = append(&graph, make(LAYER_MAXIMUM), nodes, 2) == 2;
	struct network *network = good ? build(&graph, NETWORK_EXPLAIN, 1, NULL) : NULL;
	if (network) {
		network_forward(network, FLOATS(0, 1), 1, NULL, NULL);
		network_backward(network, 2, FLOATS(1, 1), GRAPH_INPUT, gradient);
		network_forward(network, FLOATS(NAN, 1), 1, NULL, NULL);
		good = isnan(network_output(network, 2)[0]) && network_output(network, 2)[1] == 3;
	}
	ok(gradient[0] == 2 && gradient[1] == 3, "maximum: the first of equal values");
	ok(network && good, "maximum: NaN is the largest");
	network_destroy(network);
	graph_free(&graph);
}

static void concatenation(void)
{
	struct graph graph = {.input = {4, 3, 2, false}};
	static float input[48];
	int nodes[3] = {add_part(&graph, CHANNEL), GRAPH_INPUT, add_part(&graph, OTHER)};
	bool good = append(&graph, make(LAYER_CONCATENATE), nodes, 3) >= 0;
	struct network *network = good ? build(&graph, NETWORK_EXPLAIN, 2, NULL) : NULL;
	fill(input, 48, 4);
	good = network;
	if (good)
		network_forward(network, input, 2, NULL, NULL);
	for (int i = 0; good && i < 24; i++) {
		static const int from[5] = {0, 1, 1, 2, 2}, channel[5] = {0, 0, 1, 0, 1};
		const float *got = network_output(network, graph.node_count - 1) + 5 * i;
		for (int c = 0; c < 5; c++)
			good &= (double)got[c] ==
				operand(network, nodes[from[c]], i / 12, i / 3 % 4, i % 3,
					channel[c]);
	}
	ok(good, "concatenate: channels in the order of the inputs");
	network_destroy(network);
	check_input_gradient(&graph, "concatenate");
	graph_free(&graph);
}

/* ---- in training: values and gradients in shared memory ---- */

static void residual_block(void)
{
	struct graph graph = {.input = {3, 2, 4, false}};
	struct layer first = make(LAYER_PRELU), norm = make(LAYER_LAYER_NORMALIZATION),
		     last = make(LAYER_PRELU);
	bool good = graph_append(&graph, &first, &error) == 0 &&
		graph_append(&graph, &norm, &error) == 1 &&
		append(&graph, make(LAYER_ADD), (const int[]){0, 1, 0}, 3) == 2 &&
		graph_append(&graph, &last, &error) == 3 &&
		append(&graph, make(LAYER_CONCATENATE), (const int[]){0, 3, 2}, 3) == 4;
	ok(good, "residual block: made");
	check_input_gradient(&graph, "residual block");
	check_parameter_gradients(&graph, "residual block");
	check_threads(&graph, "residual block");
	graph_free(&graph);
}

/* As squeeze-and-excite: all values by those of one pixel. */
static void excitation_block(void)
{
	struct graph graph = {.input = {3, 2, 4, false}};
	struct layer first = make(LAYER_PRELU), inner = make(LAYER_PRELU),
		     last = make(LAYER_GROUP_NORMALIZATION);
	last.groups = 2;
	bool good = graph_append(&graph, &first, &error) == 0 && crop(&graph, 0, 2, 1) == 1 &&
		graph_append(&graph, &inner, &error) == 2 &&
		append(&graph, make(LAYER_MULTIPLY), (const int[]){2, 0}, 2) == 3 &&
		append(&graph, make(LAYER_MAXIMUM), (const int[]){0, 3}, 2) == 4 &&
		graph_append(&graph, &last, &error) == 5;
	ok(good, "excitation block: made");
	check_input_gradient(&graph, "excitation block");
	check_parameter_gradients(&graph, "excitation block");
	check_threads(&graph, "excitation block");
	graph_free(&graph);
}

/* In training an activation is fused into the join before it, where that can do without its own
 * output. */
static void activated(enum layer_kind kind)
{
	struct graph graph = {.input = {3, 2, 4, false}};
	struct layer activation = make(LAYER_ACTIVATION);
	char name[128];
	snprintf(name, sizeof name, "%s, then tanh", layer_kind_row(kind)->title);
	activation.activation = activation_default(ACTIVATION_TANH);
	const int input = GRAPH_INPUT;
	int nodes[2] = {add_part(&graph, OTHER), append(&graph, make(LAYER_PRELU), &input, 1)};
	bool good = append(&graph, make(kind), nodes, 2) == 2 &&
		graph_append(&graph, &activation, &error) == 3;
	ok(good, "%s: made", name);
	check_parameter_gradients(&graph, name);
	graph_free(&graph);
}

int main(void)
{
	joins();
	for (enum layer_kind kind = LAYER_ADD; kind <= LAYER_MINIMUM; kind++)
		activated(kind);
	ties();
	concatenation();
	residual_block();
	excitation_block();
	return done();
}
