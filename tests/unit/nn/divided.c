/* Pooling, joins and activations of one sample, which threads divide by channels or rows: the same
 * bytes for any number of threads and any processor, forward and backward; and pooling against
 * naive loops. */
#include "base/random.h"
#include "graphs.h"
#include "kernels/kernels.h"
#include "nn/network.h"
#include "tap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Large enough to be divided. */
enum { HEIGHT = 65, WIDTH = 63, CHANNELS = 69, COUNT = HEIGHT * WIDTH * CHANNELS, OUTPUTS = 3 };

static float input[COUNT];

static struct network *create(const struct graph *graph, enum network_mode mode,
	struct parallel *pool)
{
	struct network *network;
	if (network_create(&network, graph, mode, 1, pool, NULL))
		exit(1);
	return network;
}

static struct graph make_graph(void)
{
	struct graph graph = {.name = "divided", .input = {HEIGHT, WIDTH, CHANNELS, false}};
	int x = append_to(&graph, GRAPH_INPUT,
		make_pool(&graph, LAYER_MAX_POOLING, 3, 1, PADDING_SAME));
	int y = append_to(&graph, GRAPH_INPUT,
		make_pool(&graph, LAYER_AVERAGE_POOLING, 3, 1, PADDING_SAME));
	x = append_join(&graph, LAYER_ADD, x, y);
	x = append_to(&graph, x, make_activation(&graph, ACTIVATION_SWISH));
	y = append_to(&graph, x, make_layer(&graph, LAYER_GLOBAL_AVERAGE_POOLING));
	y = append_join(&graph, LAYER_SUBTRACT, y,
		append_to(&graph, x, make_layer(&graph, LAYER_GLOBAL_MAX_POOLING)));
	x = append_join(&graph, LAYER_MULTIPLY, x, y);
	x = append_join(&graph, LAYER_MAXIMUM, x,
		append_to(&graph, x, make_activation(&graph, ACTIVATION_HARD_SWISH)));
	x = append_to(&graph, x, make_layer(&graph, LAYER_GLOBAL_AVERAGE_POOLING));
	append_to(&graph, x, make_dense(&graph, OUTPUTS, ACTIVATION_LINEAR));
	return graph;
}

struct result {
	float outputs[OUTPUTS], gradient[COUNT];
};

static void run(int threads, struct result *result)
{
	const float seed[OUTPUTS] = {1, -2, 0.5f};
	struct graph graph = make_graph();
	struct parallel *pool;
	if (parallel_create(&pool, threads, NULL))
		exit(1);
	struct network *network = create(&graph, NETWORK_EXPLAIN, pool);
	network_initialize(network, 5);
	network_forward(network, input, 1, result->outputs, NULL);
	network_backward(network, graph.node_count, seed, GRAPH_INPUT, result->gradient);
	network_destroy(network);
	parallel_destroy(pool);
	graph_free(&graph);
}

static void same_bytes(void)
{
	static const char *const processors[] = {"plain", "neon", "avx2", "avx512"};
	static struct result expected, got;
	const struct kernels *kernels;
	run(1, &expected);
	for (int threads = 2; threads <= 7; threads += 5) {
		run(threads, &got);
		ok(memcmp(&expected, &got, sizeof got) == 0, "%d threads: the same bytes", threads);
	}
	for (int i = 0; i < 4; i++) {
		setenv("MILLRACE_CPU", processors[i], 1);
		if (kernels_select(&kernels, NULL)) {
			ok(true, "%s # SKIP not on this processor", processors[i]);
			continue;
		}
		run(3, &got);
		ok(memcmp(&expected, &got, sizeof got) == 0, "%s: the same bytes", processors[i]);
	}
	unsetenv("MILLRACE_CPU");
}

/* ---- against naive loops ---- */

/* Of a 3x3 window of stride 2 without padding. */
static double pooled(enum layer_kind kind, int row, int column, int channel)
{
	double largest = -INFINITY, sum = 0;
	for (int i = 0; i < 9; i++) {
		int y = 2 * row + i / 3, x = 2 * column + i % 3;
		double value = (double)input[(y * WIDTH + x) * CHANNELS + channel];
		largest = value > largest || isnan(value) ? value : largest;
		sum += value;
	}
	return kind == LAYER_MAX_POOLING ? largest : sum / 9;
}

static void windows(enum layer_kind kind, const char *name)
{
	enum { ROWS = (HEIGHT - 1) / 2, COLUMNS = (WIDTH - 1) / 2 };
	static float out[ROWS * COLUMNS * CHANNELS];
	struct graph graph = {.name = "windows", .input = {HEIGHT, WIDTH, CHANNELS, false}};
	append_to(&graph, GRAPH_INPUT, make_pool(&graph, kind, 3, 2, PADDING_VALID));
	struct network *network = create(&graph, NETWORK_PREDICT, NULL);
	int wrong = 0;
	network_forward(network, input, 1, out, NULL);
	for (int i = 0; i < ROWS * COLUMNS * CHANNELS; i++) {
		int pixel = i / CHANNELS;
		double expected = pooled(kind, pixel / COLUMNS, pixel % COLUMNS, i % CHANNELS);
		wrong += isnan(expected) ? !isnan(out[i])
					 : !(fabs((double)out[i] - expected) < 1e-6);
	}
	ok(wrong == 0, "%s of overlapping windows, and of NaN (%d differ)", name, wrong);
	network_destroy(network);
	graph_free(&graph);
}

int main(void)
{
	struct random random = random_start(4, RANDOM_TEST, 0, 0);
	for (int i = 0; i < COUNT; i++)
		input[i] = random_uniform(&random) - 0.5f;
	same_bytes();
	input[(4 * WIDTH + 5) * CHANNELS + 33] = NAN;
	windows(LAYER_MAX_POOLING, "largest");
	windows(LAYER_AVERAGE_POOLING, "mean");
	return done();
}
