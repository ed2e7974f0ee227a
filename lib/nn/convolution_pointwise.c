/* Convolutions of 1x1 pixel: a product of matrices, pixels (pixels, channels) by weights (channels,
 * filters), whose weights are packed by CHANNEL_BLOCK filters. */
#include "nn/convolution.h"

#include <string.h>

/* Pixels that are multiplied together: few enough that their outputs stay in the cache until they
 * are activated, enough that the weights are not read too often. No result depends on it. */
enum { MOST_PIXELS = 96, LEAST_PIXELS = 48, OUTPUTS = 16384 };

static int pixels_together(const struct operation *operation)
{
	int pixels = OUTPUTS / operation->out.channels / LEAST_PIXELS * LEAST_PIXELS;
	return pixels < LEAST_PIXELS ? LEAST_PIXELS : smaller(pixels, MOST_PIXELS);
}

static bool suits(const struct network *network, const struct operation *operation)
{
	const struct layer *layer = operation->layer;
	(void)network;
	return layer->kernel_height == 1 && layer->kernel_width == 1 && layer->stride_height == 1 &&
		layer->stride_width == 1 && !operation->pools;
}

/* ---- forward ---- */

static void allocate(struct network *network, struct operation *operation)
{
	allocate_packed(network, operation);
	request_scratch(network,
		(size_t)pixels_together(operation) * (size_t)operation->in.channels);
}

struct pointwise {
	const struct network *network;
	const struct operation *operation;
	ptrdiff_t pixels; /* of all samples */
	int parts;        /* that they are divided into */
};

/* `count` pixels, few enough. */
static void multiply_pixels(const struct kernels *kernels, const struct operation *operation,
	const float *x, float *out, int count)
{
	int filters = operation->out.channels;
	struct product product = packed_product(x, count, operation->in.channels,
		convolution_of(operation)->packed, out, filters);
	product.initial = convolution_of(operation)->bias;
	kernels->product(&product);
	finish_outputs(kernels, operation, out, (size_t)count * (size_t)filters);
}

/* Pixels that follow each other in memory. */
static void forward_pixels(const struct network *network, const struct operation *operation,
	const float *x, float *out, ptrdiff_t pixels, float *scratch)
{
	int channels = operation->in.channels, count = pixels_together(operation);
	for (ptrdiff_t done = 0; done < pixels; done += count, x += (ptrdiff_t)count * channels) {
		const float *read = x;
		count = pixels - done < count ? (int)(pixels - done) : count;
		if (operation->fused_input_normalization) {
			copy_normalized(network->kernels, operation->fused_input_normalization,
				scratch, x, count, channels);
			read = scratch;
		}
		multiply_pixels(network->kernels, operation, read,
			out + done * operation->out.channels, count);
	}
}

static void forward_rows(const struct network *network, const struct operation *operation,
	const struct output_rows *rows)
{
	ptrdiff_t line = (ptrdiff_t)operation->in.width * operation->in.channels,
		  out_line = (ptrdiff_t)operation->out.width * operation->out.channels;
	for (int first = 0, end; first < rows->count; first = end) {
		for (end = first + 1;
			end < rows->count && rows->in[end] == rows->in[end - 1] + line;)
			end++;
		forward_pixels(network, operation, rows->in[first], rows->out + first * out_line,
			(ptrdiff_t)(end - first) * operation->out.width, rows->scratch);
	}
}

static void forward_range(const struct pointwise *task, ptrdiff_t first, ptrdiff_t end,
	float *scratch)
{
	const struct operation *operation = task->operation;
	forward_pixels(task->network, operation, operation->input + first * operation->in.channels,
		operation->output + first * operation->out.channels, end - first, scratch);
}

static void forward_part(void *context, int index, int worker)
{
	const struct pointwise *task = context;
	forward_range(task, long_part_begin(index, task->parts, task->pixels),
		long_part_begin(index + 1, task->parts, task->pixels),
		worker_scratch(task->network, worker));
}

static void forward_band(void *context, int index, int worker)
{
	const struct pointwise *task = context;
	const struct operation *operation = task->operation;
	const struct row_band band = row_band_of(operation->out, index);
	ptrdiff_t first = band.first / operation->out.channels;
	float *scratch = worker_scratch(task->network, worker);
	forward_range(task, first, first + (ptrdiff_t)band.rows * operation->out.width, scratch);
	collect_band_statistics(task->network->kernels, operation, index, scratch);
}

static void forward(struct network *network, struct operation *operation, int n)
{
	struct pointwise task = {network, operation,
		(ptrdiff_t)n * operation->out.height * operation->out.width, 1};
	if (operation->collects_statistics && network->training) {
		parallel_for(network->pool, n * bands_of(operation->out), forward_band, &task);
		return;
	}
	task.parts = equal_parts(network->pool, task.pixels, pixels_together(operation));
	parallel_for(network->pool, task.parts, forward_part, &task);
}

const struct convolution_way pointwise_forward = {
	.suits = suits,
	.allocate = allocate,
	.prepare = prepare_packed,
	.forward = forward,
	.forward_rows = forward_rows,
	.by_bands = true,
};

/* ---- backward ---- */

/* Pixels whose gradients and inputs stay in the second-level cache. */
static int pixels_of_backward(const struct operation *operation)
{
	enum { VALUES = 1 << 17, LEAST = 96, MOST = 512 };
	int pixels = VALUES / (operation->in.channels + operation->out.channels);
	return pixels < LEAST ? LEAST : smaller(pixels, MOST);
}

static void allocate_backward(struct network *network, struct operation *operation)
{
	size_t channels = (size_t)operation->in.channels, filters = (size_t)operation->out.channels;
	if (operation->has_trainable)
		allocate_leaves(network, &convolution_of(operation)->leaves,
			leaf_sums_plan((channels + 1) * filters, network->batch));
	convolution_of(operation)->transposed =
		arena_floats(&network->arena, filters * (size_t)padded_channels((int)channels));
	operation->collects_gradients = operation->fused_input_normalization;
	request_scratch(network, (size_t)pixels_of_backward(operation) * channels);
}

/* The transposed weights, packed: (channels / CHANNEL_BLOCK, filters, CHANNEL_BLOCK).
 */
static void prepare_backward(struct network *network, struct operation *operation)
{
	const float *kernel = network->parameters[operation->first_parameter].values;
	int channels = operation->in.channels, filters = operation->out.channels;
	float *to = convolution_of(operation)->transposed;
	for (int first = 0; first < channels; first += CHANNEL_BLOCK)
		for (int f = 0; f < filters; f++, to += CHANNEL_BLOCK)
			for (int c = first; c < first + CHANNEL_BLOCK && c < channels; c++)
				to[c - first] = kernel[(ptrdiff_t)c * filters + f];
}

/* dx (count, channels) from the gradient (count, filters). */
static void input_gradient(const struct sample_work *work, const float *gradient, float *dx,
	int count)
{
	const struct operation *operation = work->operation;
	const struct product product = packed_product(gradient, count, operation->out.channels,
		convolution_of(operation)->transposed, dx, operation->in.channels);
	work->network->kernels->product(&product);
}

/* Adds to the wanted rows of the leaf (channels + 1, filters) by `count` pixels from x on. */
static void weight_gradient(const struct sample_work *work, const float *gradient, const float *x,
	int count)
{
	const struct operation *operation = work->operation;
	const struct kernels *kernels = work->network->kernels;
	int channels = operation->in.channels, filters = operation->out.channels;
	int first = work->first_row, end = smaller(work->end_row, channels);
	if (operation->fused_input_normalization) {
		copy_normalized(kernels, operation->fused_input_normalization, work->scratch, x,
			count, channels);
		x = work->scratch;
	}
	const struct product product = {
		.x = x + first,
		.x_row = 1,
		.x_inner = channels,
		.w = gradient,
		.w_row = filters,
		.out = work->leaf + (ptrdiff_t)first * filters,
		.out_row = filters,
		.accumulate = true,
		.count = end - first,
		.outer = 1,
		.inner = count,
		.width = filters,
	};
	if (first < end)
		kernels->product(&product);
	if (work->end_row > channels && operation->layer->use_bias)
		kernels->sum_channels(work->leaf + (ptrdiff_t)channels * filters, gradient, count,
			filters);
}

/* Collects what the normalisation before needs of the bands whose pixels are there, all before
 * `end`. Returns the first that is not. */
static int collect_bands(const struct sample_work *work, int band, ptrdiff_t end)
{
	const struct operation *operation = work->operation;
	for (;; band++) {
		const struct row_band next = row_band_of(operation->in, band);
		if (next.first / operation->in.channels +
				(ptrdiff_t)next.rows * operation->in.width >
			end)
			return band;
		collect_band_gradients(work->network->kernels, operation, band, work->scratch);
	}
}

static void backward_samples(const struct sample_work *work)
{
	const struct operation *operation = work->operation;
	ptrdiff_t channels = operation->in.channels, filters = operation->out.channels,
		  pixels = (ptrdiff_t)operation->in.height * operation->in.width,
		  first = work->sample * pixels, left = work->samples * pixels;
	const float *x = operation->input + first * channels;
	float *gradient = work->gradient, *dx = work->dx;
	int band = work->sample * bands_of(operation->in);
	for (ptrdiff_t count = pixels_of_backward(operation); left > 0; left -= count) {
		count = left < count ? left : count;
		if (work->fuses)
			fused_backward(work->network->kernels, operation, gradient, first * filters,
				(size_t)(count * filters));
		if (work->leaf)
			weight_gradient(work, gradient, x, (int)count);
		if (dx) {
			input_gradient(work, gradient, dx, (int)count);
			dx += count * channels;
		}
		first += count;
		x += count * channels;
		gradient += count * filters;
		if (dx && operation->collects_gradients)
			band = collect_bands(work, band, first);
	}
}

static void backward(struct network *network, struct operation *operation, int n, float *gradient)
{
	enum { CHANNELS = 24 }; /* least in a part */
	const struct sample_backward samples = {backward_samples, operation->out.channels,
		operation->in.channels / CHANNELS + 1, true};
	backward_by_samples(network, operation, n, gradient, &samples);
}

const struct convolution_way pointwise_backward = {
	.suits = suits,
	.allocate = allocate_backward,
	.prepare = prepare_backward,
	.backward = backward,
};
