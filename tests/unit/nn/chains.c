/* Operations that are computed together against the same one by one: a Rescaling by 1 after each
 * layer keeps them apart. The values are equal, whatever the threads and the batch. */
#include "base/random.h"
#include "graphs.h"
#include "tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TRIALS = 60, BATCH = 3, MOST_SIDE = 40, CHANNELS = 24 };

static float input[BATCH * MOST_SIDE * MOST_SIDE * CHANNELS];

/* What a trial is made of. */
struct block {
	struct shape in;
	int expansion, kernel, stride, filters;
	enum activation_kind activation;
	bool sums, excites, expands;
};

static int below(struct random *random, int n)
{
	return (int)random_below(random, (uint32_t)n);
}

static struct block pick_block(struct random *random)
{
	static const enum activation_kind kinds[] = {ACTIVATION_RELU6, ACTIVATION_SWISH,
		ACTIVATION_TANH, ACTIVATION_LINEAR};
	static const int channels[] = {3, 8, 16, 20, CHANNELS};
	struct block block = {.in = {1 + below(random, MOST_SIDE), 1 + below(random, MOST_SIDE),
				      channels[below(random, 5)], false},
		.expansion = 1 + below(random, 60),
		.kernel = 1 + 2 * below(random, 4),
		.stride = 1 + below(random, 2),
		.filters = 1 + below(random, 40),
		.activation = kinds[below(random, 4)],
		.expands = below(random, 4),
		.excites = below(random, 3) == 0};
	block.sums = block.stride == 1 && below(random, 2);
	if (block.sums)
		block.filters = block.in.channels;
	return block;
}

/* ---- its graph ---- */

static int append_apart(struct graph *graph, int node, struct layer layer, bool apart)
{
	node = append_to(graph, node, layer);
	if (!apart)
		return node;
	struct layer same = make_layer(graph, LAYER_RESCALING);
	same.constant_count = 1;
	same.multipliers[0] = 1;
	same.offsets[0] = 0;
	return append_to(graph, node, same);
}

static int append_excitation(struct graph *graph, int node, bool apart)
{
	struct layer pool = make_layer(graph, LAYER_GLOBAL_AVERAGE_POOLING);
	pool.keeps_dimensions = true;
	int scale = append_to(graph, node, pool);
	scale = append_apart(graph, scale, make_activation(graph, ACTIVATION_SIGMOID), apart);
	return append_join(graph, LAYER_MULTIPLY, node, scale);
}

static struct graph make_graph(const struct block *block, bool apart)
{
	struct graph graph = {.name = "block", .input = block->in};
	int node = GRAPH_INPUT;
	if (block->expands) {
		node = append_apart(&graph, node,
			make_convolution(&graph, block->expansion, 1, 1, 1, PADDING_SAME,
				ACTIVATION_LINEAR),
			apart);
		node = append_apart(&graph, node, make_activation(&graph, block->activation),
			apart);
	}
	node = append_apart(&graph, node,
		make_depthwise(&graph, 1, block->kernel, block->stride, PADDING_SAME,
			ACTIVATION_RELU6),
		apart);
	if (block->excites)
		node = append_excitation(&graph, node, apart);
	node = append_apart(&graph, node,
		make_convolution(&graph, block->filters, 1, 1, 1, PADDING_SAME, ACTIVATION_LINEAR),
		apart);
	if (block->sums)
		node = append_join(&graph, LAYER_ADD, GRAPH_INPUT, node);
	append_apart(&graph, node, make_activation(&graph, ACTIVATION_RELU), apart);
	return graph;
}

/* ---- */

static float *predict(const struct block *block, bool apart, int threads, int batch)
{
	struct graph graph = make_graph(block, apart);
	struct parallel *pool;
	struct network *network;
	struct error error;
	if (parallel_create(&pool, threads, &error) ||
		network_create(&network, &graph, NETWORK_PREDICT, BATCH, pool, &error))
		exit(1);
	/* The same weights for both: as many parameters, of the same sizes. */
	struct random random = random_start(4, RANDOM_TEST, 0, 0);
	for (int i = 0; i < network_parameter_count(network); i++) {
		float *values = network_parameter_values(network, i);
		for (size_t k = 0; k < network_parameter(network, i).count; k++)
			values[k] = random_uniform(&random) - 0.4f;
	}
	size_t outputs = (size_t)network_outputs(network);
	float *out = calloc(outputs * BATCH, sizeof *out);
	for (int i = 0; i < BATCH; i += batch)
		network_forward(network, input + (size_t)i * shape_count(block->in), batch,
			out + (size_t)i * outputs, NULL);
	network_destroy(network);
	parallel_destroy(pool);
	graph_free(&graph);
	return out;
}

static size_t outputs_of(const struct block *block)
{
	int height = (block->in.height - 1) / block->stride + 1,
	    width = (block->in.width - 1) / block->stride + 1;
	return (size_t)height * (size_t)width * (size_t)block->filters;
}

int main(void)
{
	struct random random = random_start(3, RANDOM_TEST, 0, 0);
	for (size_t i = 0; i < sizeof input / sizeof *input; i++)
		input[i] = random_uniform(&random) * 2 - 1;
	for (int trial = 0; trial < TRIALS; trial++) {
		const struct block block = pick_block(&random);
		float *expected = predict(&block, true, 1, BATCH);
		bool good = true, moves = false;
		for (int threads = 1; threads <= 8; threads = threads * 2 + 1) {
			float *out = predict(&block, false, threads, threads == 3 ? 1 : BATCH);
			for (size_t i = 0; i < BATCH * outputs_of(&block); i++) {
				good &= out[i] == expected[i];
				moves |= out[i] != out[0];
			}
			free(out);
		}
		ok(good && (moves || outputs_of(&block) < 4),
			"block %d: %dx%dx%d, %dx%d/%d, %d filters%s%s", trial, block.in.height,
			block.in.width, block.in.channels, block.kernel, block.kernel, block.stride,
			block.filters, block.sums ? ", sum" : "", block.excites ? ", excited" : "");
		free(expected);
	}
	return done();
}
