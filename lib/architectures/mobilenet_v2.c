/* MobileNetV2, as keras/src/applications/mobilenet_v2.py has it. */
#include "architectures/builder.h"

#include <stdio.h>

enum { LAST_FILTERS = 1280 };

/* Blocks of so many filters, of which the first one has the stride. */
static const struct {
	int filters, blocks, stride, expansion;
} STAGES[] = {
	{16, 1, 1, 1},
	{24, 2, 2, 6},
	{32, 3, 2, 6},
	{64, 4, 2, 6},
	{96, 3, 1, 6},
	{160, 3, 2, 6},
	{320, 1, 1, 6},
};

/* The nearest multiple of eight that is no less than 0.9 times as many. */
static int rounded(double filters)
{
	int nearest = (int)(filters + 4) / 8 * 8;
	nearest = nearest < 8 ? 8 : nearest;
	return nearest < 0.9 * filters ? nearest + 8 : nearest;
}

static void build_normalized(struct builder *builder, const char *block, struct layer layer,
	const char *normalization, const char *activation)
{
	build(builder, layer);
	build_normalization(builder, block, normalization, 0.999f, 1e-3f);
	if (activation)
		build_activation(builder, block, activation, ACTIVATION_RELU6);
}

static void build_depthwise(struct builder *builder, const char *block, int stride)
{
	struct layer layer = depthwise(block, "depthwise", 3, stride);
	if (stride > 1) {
		build_padding_of_stride(builder, block, "pad", 3);
		layer.padding = PADDING_VALID;
	}
	build_normalized(builder, block, layer, "depthwise_BN", "depthwise_relu");
}

static void build_block(struct builder *builder, const char *block, int filters, int stride,
	int expansion)
{
	struct place before = builder->last;
	int channels = before.shape.channels;
	if (expansion > 1)
		build_normalized(builder, block,
			convolution(block, "expand", 1, 1, channels * expansion), "expand_BN",
			"expand_relu");
	build_depthwise(builder, block, stride);
	build_normalized(builder, block, convolution(block, "project", 1, 1, filters), "project_BN",
		NULL);
	if (stride == 1 && channels == filters)
		build_join(builder, named(LAYER_ADD, block, "add"), before, builder->last);
}

static void build_stages(struct builder *builder)
{
	int number = 0;
	for (size_t i = 0; i < sizeof STAGES / sizeof *STAGES; i++)
		for (int k = 0; k < STAGES[i].blocks; k++, number++) {
			char block[LAYER_NAME_SIZE] = "expanded_conv_";
			if (number > 0)
				snprintf(block, sizeof block, "block_%d_", number);
			build_block(builder, block,
				rounded((int)(STAGES[i].filters * builder->alpha)),
				k ? 1 : STAGES[i].stride, STAGES[i].expansion);
		}
}

static void build_front(struct builder *builder)
{
	double alpha = builder->alpha;
	struct layer last = convolution("Conv_1", "", 1, 1,
		alpha > 1 ? rounded(LAST_FILTERS * alpha) : LAST_FILTERS);
	last.padding = PADDING_VALID;
	snprintf(builder->graph->name, LAYER_NAME_SIZE, "mobilenetv2_%.2f_%d", alpha,
		builder->last.shape.height);
	build(builder, convolution("Conv1", "", 3, 2, rounded(32 * alpha)));
	build_normalization(builder, "bn_Conv1", "", 0.999f, 1e-3f);
	build_activation(builder, "Conv1_relu", "", ACTIVATION_RELU6);
	build_stages(builder);
	build_normalized(builder, "Conv_1", last, "_bn", NULL);
	build_activation(builder, "out_relu", "", ACTIVATION_RELU6);
}

const struct architecture architecture_of_mobilenet_v2 = {
	.smallest = 32,
	.is_signed = true,
	.dropout = 0.2f,
	.build_front = build_front,
};
