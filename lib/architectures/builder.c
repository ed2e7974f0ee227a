#include "architectures/builder.h"

#include <stdio.h>

struct layer named(enum layer_kind kind, const char *block, const char *suffix)
{
	char name[LAYER_NAME_SIZE];
	snprintf(name, sizeof name, "%s%s", block, suffix);
	return layer_defaults(kind, name);
}

static struct layer window(struct layer layer, int kernel, int stride)
{
	layer.kernel_height = layer.kernel_width = kernel;
	layer.stride_height = layer.stride_width = stride;
	layer.padding = PADDING_SAME;
	layer.use_bias = false;
	return layer;
}

struct layer convolution(const char *block, const char *suffix, int kernel, int stride, int filters)
{
	struct layer layer = window(named(LAYER_CONVOLUTION, block, suffix), kernel, stride);
	layer.filters = filters;
	return layer;
}

struct layer depthwise(const char *block, const char *suffix, int kernel, int stride)
{
	return window(named(LAYER_DEPTHWISE_CONVOLUTION, block, suffix), kernel, stride);
}

static void add(struct builder *builder, const struct layer *layer, const struct place *inputs,
	int count)
{
	int nodes[2] = {inputs[0].node, inputs[count - 1].node};
	struct shape shapes[2] = {inputs[0].shape, inputs[count - 1].shape};
	struct place *last = &builder->last;
	if (builder->result)
		return;
	builder->result = layer_shape(layer, shapes, count, &last->shape, builder->error);
	int index = builder->result ? -1 : graph_add_layer(builder->graph, layer, builder->error);
	last->node = index < 0
		? -1
		: graph_add_node(builder->graph, index, nodes, count, builder->error);
	builder->result = last->node < 0 ? -1 : 0;
}

void build(struct builder *builder, struct layer layer)
{
	add(builder, &layer, &builder->last, 1);
}

void build_join(struct builder *builder, struct layer layer, struct place first,
	struct place second)
{
	add(builder, &layer, (struct place[]){first, second}, 2);
}

void build_normalization(struct builder *builder, const char *block, const char *suffix,
	float momentum, float epsilon)
{
	struct layer layer = named(LAYER_BATCH_NORMALIZATION, block, suffix);
	layer.momentum = momentum;
	layer.epsilon = epsilon;
	build(builder, layer);
}

void build_activation(struct builder *builder, const char *block, const char *suffix,
	enum activation_kind activation)
{
	struct layer layer = named(LAYER_ACTIVATION, block, suffix);
	layer.activation = activation_default(activation);
	build(builder, layer);
}

void build_rescaling(struct builder *builder, const char *name, float multiplier, float offset)
{
	struct layer layer = layer_defaults(LAYER_RESCALING, name);
	layer.constant_count = 1;
	layer.multipliers[0] = multiplier;
	layer.offsets[0] = offset;
	build(builder, layer);
}

void build_padding(struct builder *builder, const char *block, const char *suffix, int zeros)
{
	struct layer layer = named(LAYER_ZERO_PADDING, block, suffix);
	layer.top = layer.bottom = layer.left = layer.right = zeros;
	build(builder, layer);
}

void build_padding_of_stride(struct builder *builder, const char *block, const char *suffix,
	int kernel)
{
	struct layer layer = named(LAYER_ZERO_PADDING, block, suffix);
	struct shape shape = builder->last.shape;
	layer.bottom = layer.right = kernel / 2;
	layer.top = kernel / 2 - (shape.height % 2 == 0);
	layer.left = kernel / 2 - (shape.width % 2 == 0);
	build(builder, layer);
}
