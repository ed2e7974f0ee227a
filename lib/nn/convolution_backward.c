/* Gradients of a convolution.
 *
 * The gradient of its full-size output is zero-padded by a frame so wide that both gradients become
 * products without border cases. With stride s the gradient of the input has s x s phases: pixels
 * with equal (y mod s, x mod s) depend on the same taps of the kernel, and each phase is a
 * convolution of stride 1. */
#include "nn/convolution.h"

#include <string.h>

/* The zero-padded gradient: (height, width, channels), the gradient itself at (top, left). */
struct frame {
	int top, left, height, width, channels;
};

static struct frame frame_of(const struct operation *operation)
{
	const struct layer *layer = operation->layer;
	struct frame frame = {.top = (layer->kernel_height - 1) / layer->stride_height,
		.left = (layer->kernel_width - 1) / layer->stride_width,
		.channels = padded_channels(operation->layer->filters)};
	frame.height = operation->middle.height + 2 * frame.top;
	frame.width = operation->middle.width + 2 * frame.left;
	return frame;
}

static size_t frame_count(struct frame frame)
{
	return (size_t)frame.height * (size_t)frame.width * (size_t)frame.channels;
}

/* Whether the gradient of the weights needs the frame, and cannot be computed from the gradient
 * itself. */
static bool needs_frame(const struct operation *operation)
{
	return operation->pools || operation->layer->filters % CHANNEL_BLOCK;
}

/* Whether the frame is wider than the gradient. */
static bool has_border(const struct operation *operation)
{
	struct frame frame = frame_of(operation);
	return frame.top || frame.left;
}

/* Index of the gradient of output (y, x). */
static ptrdiff_t frame_place(struct frame frame, int y, int x)
{
	return ((ptrdiff_t)(frame.top + y) * frame.width + frame.left + x) * frame.channels;
}

static void allocate(struct network *network, struct operation *operation)
{
	const struct layer *layer = operation->layer;
	size_t window = (size_t)layer->kernel_height * (size_t)layer->kernel_width;
	size_t padded_in = (size_t)padded_channels(operation->in.channels);
	size_t filters = (size_t)padded_channels(layer->filters);
	if (operation->has_trainable)
		allocate_leaves(network, &convolution_of(operation)->leaves,
			leaf_sums_plan((taps_of(operation) + 1) * filters, network->batch));
	convolution_of(operation)->transposed =
		arena_floats(&network->arena, window * filters * padded_in);
	request_scratch(network,
		window_scratch(operation, band_input_rows(operation)) +
			frame_count(frame_of(operation)) + (size_t)operation->in.width * padded_in +
			2 * CHANNEL_BLOCK);
}

/* ---- weights by phases ---- */

/* Taps along one side of the kernel that belong to a phase. */
static int taps_of_phase(int kernel, int stride, int phase)
{
	return phase < kernel ? (kernel - phase - 1) / stride + 1 : 0;
}

/* One phase: (taps down, taps across, filters padded, channels padded) from kernel (kh, kw,
 * channels, filters), the last tap first. */
static float *transpose_phase(const struct operation *operation, const float *kernel, int phase_y,
	int phase_x, float *out)
{
	const struct layer *layer = operation->layer;
	int channels = operation->in.channels, width = padded_channels(channels),
	    filters = layer->filters;
	int down = taps_of_phase(layer->kernel_height, layer->stride_height, phase_y);
	int across = taps_of_phase(layer->kernel_width, layer->stride_width, phase_x);
	for (int a = down; a-- > 0;)
		for (int b = across; b-- > 0; out += padded_channels(filters) * width) {
			int y = phase_y + a * layer->stride_height,
			    x = phase_x + b * layer->stride_width;
			const float *from = kernel +
				(ptrdiff_t)(y * layer->kernel_width + x) * channels * filters;
			for (int f = 0; f < filters; f++)
				for (int c = 0; c < channels; c++)
					out[f * width + c] = from[c * filters + f];
		}
	return out;
}

static void prepare(struct network *network, struct operation *operation)
{
	const float *kernel = network->parameters[operation->first_parameter].values;
	float *out = convolution_of(operation)->transposed;
	for (int y = 0; y < operation->layer->stride_height; y++)
		for (int x = 0; x < operation->layer->stride_width; x++)
			out = transpose_phase(operation, kernel, y, x, out);
}

/* ---- one sample ---- */

/* Zero-pads the gradient of the full-size output. */
static void zero_pad(struct frame frame, const float *gradient, struct shape out, float *framed)
{
	size_t line = (size_t)out.width * (size_t)frame.channels,
	       side = (size_t)frame.left * (size_t)frame.channels;
	size_t edge = (size_t)frame.top * (line + 2 * side);
	memset(framed, 0, edge * sizeof *framed);
	framed += edge;
	for (int y = 0; y < out.height;
		y++, gradient += out.width * out.channels, framed += line + 2 * side) {
		memset(framed, 0, side * sizeof *framed);
		pad_rows(framed + side, gradient, out.width, out.channels, frame.channels);
		memset(framed + side + line, 0, side * sizeof *framed);
	}
	memset(framed, 0, edge * sizeof *framed);
}

/* The same for the gradient of a fused max-pool, of which only the largest pixels have any. */
static void scatter_to_argmax(struct frame frame, const float *gradient, const uint8_t *argmax,
	struct shape out, float *framed)
{
	memset(framed, 0, frame_count(frame) * sizeof *framed);
	for (int y = 0; y < out.height; y++)
		for (int x = 0; x < out.width;
			x++, gradient += out.channels, argmax += out.channels) {
			float *corner = framed + frame_place(frame, 2 * y, 2 * x);
			for (int c = 0; c < out.channels; c++)
				corner[((argmax[c] >> 1) * frame.width + (argmax[c] & 1)) *
						frame.channels +
					c] = gradient[c];
		}
}

/* Rows of the gradient of the full-size output, `pitch` apart: in the frame, or the gradient
 * itself. */
struct gradient_rows {
	const float *first;
	ptrdiff_t pitch;
	int together; /* contiguous rows whose products are summed together */
};

static struct gradient_rows gradient_rows_of(const struct operation *operation,
	const float *gradient, const float *framed)
{
	enum { PIXELS = 192 }; /* with two vectors of each, half of the first-level cache */
	const struct frame frame = frame_of(operation);
	int width = operation->middle.width;
	if (needs_frame(operation))
		return (struct gradient_rows){framed + frame_place(frame, 0, 0),
			(ptrdiff_t)frame.width * frame.channels, 1};
	return (struct gradient_rows){gradient, (ptrdiff_t)width * frame.channels,
		width < PIXELS ? PIXELS / width : 1};
}

/* bias (filters padded): added to. */
static void bias_gradient(const struct sample_work *work, struct gradient_rows rows, float *bias)
{
	const struct shape middle = work->operation->middle;
	for (int y = 0; y < middle.height; y++)
		work->network->kernels->sum_channels(bias, rows.first + y * rows.pitch,
			middle.width, padded_channels(middle.channels));
}

/* The rows of the leaf that belong to row `k` of the kernel, as far as the work wants them. */
struct taps {
	int first, count;
};

static struct taps taps_of_kernel_row(const struct sample_work *work, int k)
{
	int run = work->operation->layer->kernel_width * work->operation->in.channels;
	int first = work->first_row > k * run ? work->first_row : k * run;
	return (struct taps){first, smaller(work->end_row, (k + 1) * run) - first};
}

/* Adds to the leaf by outputs [first, end). */
static void weight_gradient(const struct sample_work *work, struct gradient_rows rows, int first,
	int end)
{
	const struct operation *operation = work->operation;
	const struct layer *layer = operation->layer;
	const struct kernels *kernels = work->network->kernels;
	int run = layer->kernel_width * operation->in.channels,
	    filters = padded_channels(layer->filters);
	ptrdiff_t pitch;
	const float *x = window_rows(kernels, operation, work->sample, first * layer->stride_height,
		input_rows(operation, end - first), work->scratch, &pitch);
	for (int y = first; y < end; y += rows.together) {
		for (int k = 0; k < layer->kernel_height; k++) {
			struct taps taps = taps_of_kernel_row(work, k);
			const struct product product = {
				.x = x + ((y - first) * layer->stride_height + k) * pitch +
					taps.first - k * run,
				.x_row = 1,
				.x_outer = layer->stride_height * pitch,
				.x_inner = (ptrdiff_t)layer->stride_width * operation->in.channels,
				.w = rows.first + y * rows.pitch,
				.w_row = filters,
				.out = work->leaf + (ptrdiff_t)taps.first * filters,
				.out_row = filters,
				.accumulate = true,
				.count = taps.count,
				.outer = end - y < rows.together ? end - y : rows.together,
				.inner = operation->middle.width,
				.width = filters,
			};
			if (taps.count > 0)
				kernels->product(&product);
		}
	}
}

/* The pixels of one row of dx (in.width, in.channels) that belong to a phase; `transposed` are its
 * weights and `framed` the first row of the frame that it depends on. */
static void input_gradient_row(const struct sample_work *work, int phase, const float *transposed,
	int down, const float *framed, float *dx, float *row)
{
	const struct operation *operation = work->operation;
	const struct frame frame = frame_of(operation);
	int stride = operation->layer->stride_width, channels = operation->in.channels,
	    width = padded_channels(channels);
	int across = taps_of_phase(operation->layer->kernel_width, stride, phase),
	    left = convolution_of(operation)->window.left;
	int first = left + ((phase - left) % stride + stride) % stride;
	int end = left + operation->in.width < convolution_of(operation)->window.width
		? left + operation->in.width
		: convolution_of(operation)->window.width;
	int count = first < end ? (end - first - 1) / stride + 1 : 0;
	bool direct = channels == width;
	dx += (first - left) * channels;
	const struct product product = {
		.x = framed +
			(ptrdiff_t)((first - phase) / stride + frame.left - across + 1) *
				frame.channels,
		.x_row = frame.channels,
		.x_outer = (ptrdiff_t)frame.width * frame.channels,
		.x_inner = 1,
		.w = transposed,
		.w_row = width,
		.out = direct ? dx : row,
		.out_row = direct ? (ptrdiff_t)stride * channels : width,
		.count = count,
		.outer = down,
		.inner = across * frame.channels,
		.width = width,
	};
	work->network->kernels->product(&product);
	for (int i = 0; i < count && !direct; i++)
		memcpy(dx + (ptrdiff_t)i * stride * channels, row + i * width,
			(size_t)channels * sizeof *dx);
}

/* Whether every pixel of the input lies in some window. */
static bool covers(const struct operation *operation)
{
	const struct layer *layer = operation->layer;
	const struct window window = convolution_of(operation)->window;
	return layer->stride_height <= layer->kernel_height &&
		layer->stride_width <= layer->kernel_width &&
		window.top + operation->in.height <= window.height &&
		window.left + operation->in.width <= window.width;
}

static void input_gradient(const struct sample_work *work, const float *framed, float *dx,
	float *row)
{
	const struct operation *operation = work->operation;
	const struct layer *layer = operation->layer;
	const struct frame frame = frame_of(operation);
	int stride = layer->stride_height, top = convolution_of(operation)->window.top;
	ptrdiff_t line = (ptrdiff_t)operation->in.width * operation->in.channels;
	ptrdiff_t tap = (ptrdiff_t)frame.channels * padded_channels(operation->in.channels);
	if (!covers(operation))
		memset(dx, 0, shape_count(operation->in) * sizeof *dx);
	for (int y = top;
		y < top + operation->in.height && y < convolution_of(operation)->window.height;
		y++) {
		const float *transposed = convolution_of(operation)->transposed;
		int phase_y = y % stride,
		    down = taps_of_phase(layer->kernel_height, stride, phase_y);
		for (int skipped = 0; skipped < phase_y; skipped++)
			transposed += taps_of_phase(layer->kernel_height, stride, skipped) *
				layer->kernel_width * tap;
		const float *rows = framed +
			(ptrdiff_t)(y / stride + frame.top - down + 1) * frame.width *
				frame.channels;
		for (int phase = 0; phase < layer->stride_width && down; phase++) {
			int across = taps_of_phase(layer->kernel_width, layer->stride_width, phase);
			if (across)
				input_gradient_row(work, phase, transposed, down, rows,
					dx + (y - top) * line, row);
			transposed += down * across * tap;
		}
	}
}

static void backward_sample(const struct sample_work *work)
{
	const struct operation *operation = work->operation;
	const struct frame frame = frame_of(operation);
	const float *gradient = work->gradient;
	size_t count = shape_count(operation->out), first = (size_t)work->sample * count;
	float *framed = work->scratch + window_scratch(operation, band_input_rows(operation));
	float *row = framed + frame_count(frame) + CHANNEL_BLOCK;
	bool copies = needs_frame(operation) || (work->dx && has_border(operation));
	if (work->fuses)
		fused_backward(work->network->kernels, operation, work->gradient, (ptrdiff_t)first,
			count);
	if (operation->pools)
		scatter_to_argmax(frame, gradient, convolution_of(operation)->argmax + first,
			operation->out, framed);
	else if (copies)
		zero_pad(frame, gradient, operation->out, framed);
	const struct gradient_rows rows = gradient_rows_of(operation, gradient, framed);
	if (work->leaf && operation->layer->use_bias && work->end_row > (int)taps_of(operation))
		bias_gradient(work, rows, work->leaf + taps_of(operation) * (size_t)frame.channels);
	int height = operation->middle.height;
	for (int y = 0; work->leaf && y < height; y += BAND)
		weight_gradient(work, rows, y, height - y < BAND ? height : y + BAND);
	if (work->dx)
		input_gradient(work, copies ? framed : gradient, work->dx, row);
}

static void backward(struct network *network, struct operation *operation, int n, float *gradient)
{
	enum { TAPS = 24 }; /* least in a part */
	const struct sample_backward samples = {backward_sample,
		padded_channels(operation->layer->filters), (int)taps_of(operation) / TAPS, false};
	backward_by_samples(network, operation, n, gradient, &samples);
}

const struct convolution_way direct_backward = {
	.allocate = allocate,
	.prepare = prepare,
	.backward = backward,
};
