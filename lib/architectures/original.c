/* The network of the original project. */
#include "architectures/builder.h"

#include <stdio.h>

static void build_block(struct builder *builder, const char *number, int filters)
{
	struct layer layer = convolution("conv", number, 3, 1, filters),
		     pool = named(LAYER_MAX_POOLING, "pool", number);
	layer.padding = PADDING_VALID;
	layer.use_bias = true;
	pool.kernel_height = pool.kernel_width = 2;
	pool.stride_height = pool.stride_width = 2;
	build(builder, layer);
	build_activation(builder, "relu", number, ACTIVATION_RELU);
	build(builder, pool);
}

static void build_front(struct builder *builder)
{
	snprintf(builder->graph->name, LAYER_NAME_SIZE, "original");
	build_block(builder, "1", 32);
	build_block(builder, "2", 32);
	build_block(builder, "3", 64);
}

static void build_head(struct builder *builder, int classes, enum activation_kind output)
{
	struct layer hidden = layer_defaults(LAYER_DENSE, "dense1"),
		     dropout = layer_defaults(LAYER_DROPOUT, "dropout"),
		     last = layer_defaults(LAYER_DENSE, "dense2");
	hidden.filters = 64;
	last.filters = classes;
	dropout.rate = 0.5f;
	build(builder, layer_defaults(LAYER_FLATTEN, "flatten"));
	build(builder, hidden);
	build_activation(builder, "relu", "4", ACTIVATION_RELU);
	build(builder, dropout);
	build(builder, last);
	build_activation(builder, "output", "", output);
}

const struct architecture architecture_of_original = {
	.smallest = 22,
	.build_front = build_front,
	.build_head = build_head,
};
