/* Weights in blocks of CHANNEL_BLOCK filters, each contiguous: what products of long rows read. */
#include "nn/convolution.h"

#include <string.h>

void allocate_packed(struct network *network, struct operation *operation)
{
	convolution_of(operation)->packed = arena_floats(&network->arena,
		taps_of(operation) * (size_t)padded_channels(operation->layer->filters));
}

void prepare_packed(struct network *network, struct operation *operation)
{
	(void)network;
	const struct convolution *convolution = operation->state;
	int taps = (int)taps_of(operation), width = padded_channels(operation->layer->filters);
	float *to = convolution->packed;
	for (int first = 0; first < width; first += CHANNEL_BLOCK)
		for (int tap = 0; tap < taps; tap++, to += CHANNEL_BLOCK)
			memcpy(to, convolution->weights + (ptrdiff_t)tap * width + first,
				CHANNEL_BLOCK * sizeof *to);
}

struct product packed_product(const float *x, int count, int inner, const float *packed, float *out,
	int width)
{
	return (struct product){
		.x = x,
		.x_row = inner,
		.x_inner = 1,
		.w = packed,
		.w_row = CHANNEL_BLOCK,
		.w_block = (ptrdiff_t)inner * CHANNEL_BLOCK,
		.out = out,
		.out_row = width,
		.count = count,
		.outer = 1,
		.inner = inner,
		.width = width,
	};
}
