/* Conv2D: out (n, out.height, out.width, filters) from x (n, in.height, in.width, in.channels),
 * with bias and activation, and a 2x2 max-pool where the planner fused one. */
#include "nn/convolution.h"
#include "nn/winograd.h"

#include <string.h>

/* ---- weights ---- */

static bool needs_copy(const struct operation *operation)
{
	return operation->normalization || operation->layer->filters % CHANNEL_BLOCK;
}

static void prepare(struct network *network, struct operation *operation)
{
	const struct layer *layer = operation->layer;
	struct convolution *convolution = operation->state;
	const struct parameter *parameters = &network->parameters[operation->first_parameter];
	int filters = layer->filters, width = padded_channels(filters);
	if (!needs_copy(operation))
		convolution->weights =
			network->weights + network->offsets[operation->first_parameter];
	else
		pad_rows(convolution->weights, parameters[0].values, (int)taps_of(operation),
			filters, width);
	memset(convolution->bias, 0, (size_t)width * sizeof(float));
	if (layer->use_bias)
		memcpy(convolution->bias, parameters[1].values, (size_t)filters * sizeof(float));
	if (operation->normalization)
		fold_normalization(network, operation, convolution->weights, convolution->bias,
			(int)taps_of(operation), width);
	if (convolution->forward->prepare)
		convolution->forward->prepare(network, operation);
	if (convolution->backward && convolution->backward->prepare)
		convolution->backward->prepare(network, operation);
}

static void allocate_buffers(struct network *network, struct operation *operation)
{
	struct arena *arena = &network->arena;
	struct convolution *convolution = operation->state;
	size_t width = (size_t)padded_channels(operation->layer->filters);
	convolution->bias = arena_floats(arena, width);
	convolution->weights =
		needs_copy(operation) ? arena_floats(arena, taps_of(operation) * width) : NULL;
	convolution->argmax = operation->pools && network->mode == NETWORK_TRAIN
		? arena_bytes(arena, (size_t)network->batch * shape_count(operation->out))
		: NULL;
	operation->collects_statistics = operation->fused_output_normalization &&
		!operation->fused_output_normalization->is_inference && !operation->pools &&
		convolution->forward->by_bands;
	convolution->forward->allocate(network, operation);
	if (convolution->backward)
		convolution->backward->allocate(network, operation);
}

/* The last of each suits always. */
static const struct convolution_way *const FORWARD[] = {&gathered_forward, &winograd_forward,
	&pointwise_forward, &im2col_forward, &direct_forward};
static const struct convolution_way *const BACKWARD[] = {&gathered_backward, &sparse_backward,
	&winograd_backward, &pointwise_backward, &direct_backward};

static const struct convolution_way *first_that_suits(const struct convolution_way *const *ways,
	const struct network *network, const struct operation *operation)
{
	while ((*ways)->suits && !(*ways)->suits(network, operation))
		ways++;
	return *ways;
}

static void choose(const struct network *network, struct operation *operation)
{
	struct convolution *convolution = operation->state;
	convolution->window = window_of(operation->layer, operation->in, operation->middle);
	convolution->forward = first_that_suits(FORWARD, network, operation);
	if (operation->output_value->wants_gradient)
		convolution->backward = first_that_suits(BACKWARD, network, operation);
	operation->forward_rows = convolution->forward->forward_rows;
	operation->reads_single_pixels = convolution->forward->reads_single_pixels;
	operation->keeps_gradient = convolution->backward && convolution->backward->keeps_gradient;
}

/* ---- directly ---- */

static void allocate_direct(struct network *network, struct operation *operation)
{
	request_scratch(network,
		window_scratch(operation, band_input_rows(operation)) +
			2 * (size_t)operation->middle.width *
				(size_t)padded_channels(operation->layer->filters));
}

struct convolution_forward {
	const struct network *network;
	const struct operation *operation;
	int bands; /* of a sample */
};

/* The convolution of windows side by side, from x on, into `width` columns of out (count, width).
 */
static struct product product_of(const struct operation *operation, const float *x, ptrdiff_t pitch,
	float *out, int width)
{
	const struct layer *layer = operation->layer;
	return (struct product){
		.x = x,
		.x_row = (ptrdiff_t)layer->stride_width * operation->in.channels,
		.x_outer = pitch,
		.x_inner = 1,
		.w = convolution_of(operation)->weights,
		.w_row = padded_channels(layer->filters),
		.out = out,
		.out_row = width,
		.initial = convolution_of(operation)->bias,
		.count = operation->out.width,
		.outer = layer->kernel_height,
		.inner = layer->kernel_width * operation->in.channels,
		.width = width,
	};
}

/* A row of pooled outputs; `rows` is scratch for a padded one, and for its argmax. */
static void pooled_row(const struct convolution_forward *forward, const float *x, ptrdiff_t pitch,
	float *rows, float *out, uint8_t *argmax)
{
	const struct operation *operation = forward->operation;
	int filters = operation->layer->filters, width = padded_channels(filters),
	    count = operation->out.width;
	bool direct = filters == width;
	const struct product product = product_of(operation, x, pitch, direct ? out : rows, width);
	uint8_t *padded = direct || !argmax ? argmax : (uint8_t *)(rows + (ptrdiff_t)count * width);
	forward->network->kernels->product_pool(&product, operation->layer->stride_height * pitch,
		padded);
	if (direct)
		return;
	compact_rows(out, rows, count, filters, width);
	for (int i = 0; i < count && argmax; i++)
		memcpy(argmax + (ptrdiff_t)i * filters, padded + (ptrdiff_t)i * width,
			(size_t)filters);
}

/* One row of outputs at `out`; x is the first of its windows' rows. */
static void output_row(const struct convolution_forward *forward, const float *x, ptrdiff_t pitch,
	float *rows, float *out, uint8_t *argmax)
{
	const struct operation *operation = forward->operation;
	const struct kernels *kernels = forward->network->kernels;
	if (operation->pools) {
		pooled_row(forward, x, pitch, rows, out, argmax);
	} else {
		const struct product product =
			product_of(operation, x, pitch, out, operation->layer->filters);
		kernels->product(&product);
	}
	finish_outputs(kernels, operation, out,
		(size_t)operation->out.width * (size_t)operation->out.channels);
}

static void forward_band(void *context, int index, int worker)
{
	const struct convolution_forward *forward = context;
	const struct operation *operation = forward->operation;
	const struct shape out = operation->out;
	int sample = index / forward->bands, per_output = operation->pools ? 2 : 1,
	    height = BAND / per_output;
	int first = index % forward->bands * height,
	    last = first + height < out.height ? first + height : out.height;
	int stride = operation->layer->stride_height * per_output;
	int rows = (last - first) * stride - operation->layer->stride_height +
		operation->layer->kernel_height;
	float *scratch = worker_scratch(forward->network, worker);
	float *convolved = scratch + window_scratch(operation, rows);
	ptrdiff_t pitch, line = (ptrdiff_t)out.width * out.channels;
	const float *x = window_rows(forward->network->kernels, operation, sample, first * stride,
		rows, scratch, &pitch);
	for (int y = first; y < last; y++) {
		ptrdiff_t place = ((ptrdiff_t)sample * out.height + y) * line;
		output_row(forward, x + (y - first) * stride * pitch, pitch, convolved,
			operation->output + place,
			convolution_of(operation)->argmax
				? convolution_of(operation)->argmax + place
				: NULL);
	}
	if (operation->collects_statistics && forward->network->training)
		collect_band_statistics(forward->network->kernels, operation, index, scratch);
}

static void forward_direct(struct network *network, struct operation *operation, int n)
{
	int height = operation->pools ? BAND / 2 : BAND;
	struct convolution_forward task = {network, operation,
		(operation->out.height + height - 1) / height};
	parallel_for(network->pool, n * task.bands, forward_band, &task);
}

const struct convolution_way direct_forward = {
	.allocate = allocate_direct,
	.forward = forward_direct,
	.by_bands = true,
};

/* ---- the kind ---- */

static void forward(struct network *network, struct operation *operation, int n)
{
	convolution_of(operation)->forward->forward(network, operation, n);
}

static void backward(struct network *network, struct operation *operation, int n, float *gradient)
{
	convolution_of(operation)->backward->backward(network, operation, n, gradient);
}

const struct operation_kind convolution_kind = {
	.state_size = sizeof(struct convolution),
	.choose = choose,
	.allocate_buffers = allocate_buffers,
	.prepare = prepare,
	.forward = forward,
	.backward = backward,
	.fuses_normalization = true,
	.fuses_pool = true,
	.fuses_sum = true,
};
