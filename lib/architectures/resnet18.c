/* ResNet18: basic blocks of two convolutions, each stage of twice the filters and half the side. */
#include "architectures/builder.h"

#include <stdio.h>

enum { STAGES = 4, BLOCKS = 2, FIRST_FILTERS = 64 };

static void build_batch_normalization(struct builder *builder, const char *block,
	const char *suffix)
{
	build_normalization(builder, block, suffix, 0.9f, 1e-5f);
}

/* Padding "same" would pad even sides below and right only. */
static void build_strided(struct builder *builder, const char *block, struct layer layer,
	const char *padding)
{
	if (layer.stride_height > 1) {
		build_padding(builder, block, padding, layer.kernel_height / 2);
		layer.padding = PADDING_VALID;
	}
	build(builder, layer);
}

static void build_stem(struct builder *builder)
{
	struct layer pool = layer_defaults(LAYER_MAX_POOLING, "pool1_pool");
	pool.kernel_height = pool.kernel_width = 3;
	pool.stride_height = pool.stride_width = 2;
	build_strided(builder, "conv1_", convolution("conv1_", "conv", 7, 2, FIRST_FILTERS), "pad");
	build_batch_normalization(builder, "conv1_", "bn");
	build_activation(builder, "conv1_", "relu", ACTIVATION_RELU);
	build_strided(builder, "pool1_", pool, "pad"); /* zeros change no maximum after ReLU */
}

static void build_block(struct builder *builder, const char *block, int filters, int stride)
{
	struct place shortcut = builder->last;
	build_strided(builder, block, convolution(block, "1_conv", 3, stride, filters), "1_pad");
	build_batch_normalization(builder, block, "1_bn");
	build_activation(builder, block, "1_relu", ACTIVATION_RELU);
	build(builder, convolution(block, "2_conv", 3, 1, filters));
	build_batch_normalization(builder, block, "2_bn");
	struct place residual = builder->last;
	if (stride > 1) {
		builder->last = shortcut;
		build(builder, convolution(block, "0_conv", 1, stride, filters));
		build_batch_normalization(builder, block, "0_bn");
		shortcut = builder->last;
	}
	build_join(builder, named(LAYER_ADD, block, "add"), shortcut, residual);
	build_activation(builder, block, "out", ACTIVATION_RELU);
}

static void build_front(struct builder *builder)
{
	snprintf(builder->graph->name, LAYER_NAME_SIZE, "resnet18");
	build_stem(builder);
	for (int i = 0; i < STAGES; i++)
		for (int k = 0; k < BLOCKS; k++) {
			char block[LAYER_NAME_SIZE];
			snprintf(block, sizeof block, "conv%d_block%d_", i + 2, k + 1);
			build_block(builder, block, FIRST_FILTERS << i, i && !k ? 2 : 1);
		}
}

const struct architecture architecture_of_resnet18 = {
	.smallest = 32,
	.build_front = build_front,
};
