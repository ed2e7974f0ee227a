/* The network of the original project. */
#include "graph/graph.h"

#include <stdio.h>

struct builder {
	struct graph *graph;
	struct error *error;
	int result; /* -1 after a failure */
};

static void append(struct builder *builder, struct layer layer)
{
	if (builder->result == 0 && graph_append(builder->graph, &layer, builder->error) < 0)
		builder->result = -1;
}

static struct layer numbered(enum layer_kind kind, const char *stem, int number)
{
	char name[LAYER_NAME_SIZE];
	snprintf(name, sizeof name, "%s%d", stem, number);
	return layer_defaults(kind, name);
}

static void append_activation(struct builder *builder, struct layer layer,
	enum activation_kind activation)
{
	layer.activation.kind = activation;
	append(builder, layer);
}

static void append_block(struct builder *builder, int filters, int number)
{
	struct layer convolution = numbered(LAYER_CONVOLUTION, "conv", number),
		     pool = numbered(LAYER_MAX_POOLING, "pool", number);
	convolution.filters = filters;
	convolution.kernel_height = convolution.kernel_width = 3;
	pool.kernel_height = pool.kernel_width = 2;
	pool.stride_height = pool.stride_width = 2;
	append(builder, convolution);
	append_activation(builder, numbered(LAYER_ACTIVATION, "relu", number), ACTIVATION_RELU);
	append(builder, pool);
}

int graph_original(struct graph *out, struct shape input, int classes, enum activation_kind output,
	struct error *error)
{
	*out = (struct graph){.name = "original", .input = input};
	struct builder builder = {out, error, 0};
	struct layer hidden = numbered(LAYER_DENSE, "dense", 1),
		     last = numbered(LAYER_DENSE, "dense", 2),
		     dropout = layer_defaults(LAYER_DROPOUT, "dropout");
	hidden.filters = 64;
	last.filters = classes;
	dropout.rate = 0.5f;
	append_block(&builder, 32, 1);
	append_block(&builder, 32, 2);
	append_block(&builder, 64, 3);
	append(&builder, layer_defaults(LAYER_FLATTEN, "flatten"));
	append(&builder, hidden);
	append_activation(&builder, numbered(LAYER_ACTIVATION, "relu", 4), ACTIVATION_RELU);
	append(&builder, dropout);
	append(&builder, last);
	append_activation(&builder, layer_defaults(LAYER_ACTIVATION, "output"), output);
	if (builder.result)
		graph_free(out);
	return builder.result;
}
