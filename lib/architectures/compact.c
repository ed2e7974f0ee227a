/* A small network of plain blocks; its poolings are padded, so that 28x28 is not too small. */
#include "architectures/builder.h"

#include <stdio.h>

static const struct {
	const char *number;
	int filters;
} BLOCKS[] = {{"1", 32}, {"2", 48}, {"3", 64}, {"4", 96}, {"5", 128}};

static void build_block(struct builder *builder, const char *number, int filters)
{
	struct layer pool = named(LAYER_MAX_POOLING, "pool", number);
	pool.kernel_height = pool.kernel_width = 2;
	pool.stride_height = pool.stride_width = 2;
	pool.padding = PADDING_SAME;
	build(builder, convolution("conv", number, 3, 1, filters));
	build_normalization(builder, "bn", number, 0.9f, 1e-3f);
	build_activation(builder, "relu", number, ACTIVATION_RELU);
	build(builder, pool);
}

static void build_front(struct builder *builder)
{
	snprintf(builder->graph->name, LAYER_NAME_SIZE, "compact");
	for (size_t i = 0; i < sizeof BLOCKS / sizeof *BLOCKS; i++)
		build_block(builder, BLOCKS[i].number, BLOCKS[i].filters);
}

const struct architecture architecture_of_compact = {
	.smallest = 16,
	.dropout = 0.2f,
	.build_front = build_front,
};
