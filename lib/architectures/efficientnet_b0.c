/* EfficientNetB0, as keras/src/applications/efficientnet.py has it with weights="imagenet". */
#include "architectures/builder.h"

#include <stdio.h>

/* Stochastic depth: what the last block would drop; those before it have their share of it. */
#define BLOCK_DROPOUT 0.2

/* Blocks of so many filters, of which the first one has the stride. */
static const struct {
	int kernel, blocks, filters, expansion, stride;
} STAGES[] = {
	{3, 1, 16, 1, 1},
	{3, 2, 24, 6, 2},
	{5, 2, 40, 6, 2},
	{3, 3, 80, 6, 2},
	{5, 3, 112, 6, 1},
	{5, 4, 192, 6, 2},
	{3, 1, 320, 6, 1},
};

/* 1 / sqrt(deviation) of ImageNet's red, green and blue, 0.229, 0.224 and 0.225: the weights were
 * trained with values that were divided by the variance, and Normalization divides by its root. */
static const float IMAGENET[] = {2.0896919f, 2.11288564f, 2.10818511f};

/* Grey images have no ImageNet weights, and so Keras has no such layer for them. */
static void build_preprocessing(struct builder *builder)
{
	struct layer layer = layer_defaults(LAYER_RESCALING, "rescaling_1");
	build_rescaling(builder, "rescaling", (float)(1.0 / 255), 0);
	build(builder, layer_defaults(LAYER_NORMALIZATION, "normalization"));
	if (builder->last.shape.channels != 3)
		return;
	layer.constant_count = 3;
	for (int c = 0; c < 3; c++)
		layer.multipliers[c] = IMAGENET[c];
	build(builder, layer);
}

static void build_normalized(struct builder *builder, const char *block, struct layer layer,
	const char *normalization, const char *activation)
{
	build(builder, layer);
	build_normalization(builder, block, normalization, 0.99f, 1e-3f);
	if (activation)
		build_activation(builder, block, activation, ACTIVATION_SWISH);
}

static void build_depthwise(struct builder *builder, const char *block, int kernel, int stride)
{
	struct layer layer = depthwise(block, "dwconv", kernel, stride);
	if (stride > 1) {
		build_padding_of_stride(builder, block, "dwconv_pad", kernel);
		layer.padding = PADDING_VALID;
	}
	build_normalized(builder, block, layer, "bn", "activation");
}

/* Squeeze-and-excite: multiplies each channel by a share that the means of all give. */
static void build_squeeze(struct builder *builder, const char *block, int squeezed)
{
	struct place before = builder->last;
	int channels = before.shape.channels;
	struct layer reshape = named(LAYER_RESHAPE, block, "se_reshape"),
		     reduce = convolution(block, "se_reduce", 1, 1, squeezed),
		     expand = convolution(block, "se_expand", 1, 1, channels);
	reshape.target = (struct shape){1, 1, channels, false};
	reduce.use_bias = expand.use_bias = true;
	reduce.activation = activation_default(ACTIVATION_SWISH);
	expand.activation = activation_default(ACTIVATION_SIGMOID);
	build(builder, named(LAYER_GLOBAL_AVERAGE_POOLING, block, "se_squeeze"));
	build(builder, reshape);
	build(builder, reduce);
	build(builder, expand);
	build_join(builder, named(LAYER_MULTIPLY, block, "se_excite"), before, builder->last);
}

static void build_shortcut(struct builder *builder, const char *block, struct place before,
	double rate)
{
	struct layer dropout = named(LAYER_DROPOUT, block, "drop");
	dropout.rate = (float)rate;
	dropout.drops_samples = true;
	build(builder, dropout);
	build_join(builder, named(LAYER_ADD, block, "add"), builder->last, before);
}

static void build_block(struct builder *builder, int stage, int index, double rate)
{
	struct place before = builder->last;
	int channels = before.shape.channels, filters = STAGES[stage].filters,
	    expansion = STAGES[stage].expansion;
	char block[LAYER_NAME_SIZE];
	snprintf(block, sizeof block, "block%d%c_", stage + 1, 'a' + index);
	if (expansion > 1)
		build_normalized(builder, block,
			convolution(block, "expand_conv", 1, 1, channels * expansion), "expand_bn",
			"expand_activation");
	build_depthwise(builder, block, STAGES[stage].kernel, index ? 1 : STAGES[stage].stride);
	build_squeeze(builder, block, channels / 4);
	build_normalized(builder, block, convolution(block, "project_conv", 1, 1, filters),
		"project_bn", NULL);
	if (index > 0)
		build_shortcut(builder, block, before, rate);
}

static void build_front(struct builder *builder)
{
	struct layer stem = convolution("stem_conv", "", 3, 2, 32);
	int stages = sizeof STAGES / sizeof *STAGES, number = 0, count = 0;
	snprintf(builder->graph->name, LAYER_NAME_SIZE, "efficientnetb0");
	stem.padding = PADDING_VALID;
	build_preprocessing(builder);
	build_padding_of_stride(builder, "stem_conv_pad", "", 3);
	build_normalized(builder, "stem_", stem, "bn", "activation");
	for (int i = 0; i < stages; i++)
		count += STAGES[i].blocks;
	for (int i = 0; i < stages; i++)
		for (int k = 0; k < STAGES[i].blocks; k++, number++)
			build_block(builder, i, k, BLOCK_DROPOUT * number / count);
	build_normalized(builder, "top_", convolution("top_conv", "", 1, 1, 1280), "bn",
		"activation");
}

const struct architecture architecture_of_efficientnet_b0 = {
	.smallest = 32,
	.dropout = 0.2f,
	.build_front = build_front,
};
