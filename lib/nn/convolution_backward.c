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

void convolution_allocate_backward(struct network *network, struct operation *operation)
{
	const struct layer *layer = operation->layer;
	size_t window = (size_t)layer->kernel_height * (size_t)layer->kernel_width;
	size_t padded_in = (size_t)padded_channels(operation->in.channels);
	size_t filters = (size_t)padded_channels(layer->filters);
	if (network->mode == NETWORK_TRAIN)
		plan_slices(network, operation, (taps_of(operation) + 1) * filters, SLICES);
	operation->transposed = arena_floats(&network->arena, window * filters * padded_in);
	request_scratch(network,
		window_scratch(operation, input_rows(operation, BAND)) +
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

void convolution_transpose_weights(struct operation *operation, const float *kernel)
{
	float *out = operation->transposed;
	for (int y = 0; y < operation->layer->stride_height; y++)
		for (int x = 0; x < operation->layer->stride_width; x++)
			out = transpose_phase(operation, kernel, y, x, out);
}

/* ---- one sample ---- */

struct convolution_backward {
	struct network *network;
	const struct operation *operation;
	int n;
	float *gradient, *input_gradient;
};

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
static void bias_gradient(const struct convolution_backward *task, struct gradient_rows rows,
	float *bias)
{
	const struct shape middle = task->operation->middle;
	for (int y = 0; y < middle.height; y++)
		task->network->kernels->sum_channels(bias, rows.first + y * rows.pitch,
			middle.width, padded_channels(middle.channels));
}

/* slice (kh, kw, channels, filters padded): added to, by outputs [first, end). */
static void weight_gradient(const struct convolution_backward *task, int sample,
	struct gradient_rows rows, int first, int end, float *slice, float *scratch)
{
	const struct operation *operation = task->operation;
	const struct layer *layer = operation->layer;
	const struct kernels *kernels = task->network->kernels;
	int run = layer->kernel_width * operation->in.channels,
	    filters = padded_channels(layer->filters);
	ptrdiff_t pitch;
	const float *x = window_rows(kernels, operation, sample, first * layer->stride_height,
		input_rows(operation, end - first), scratch, &pitch);
	for (int y = first; y < end; y += rows.together) {
		for (int k = 0; k < layer->kernel_height; k++) {
			const struct product product = {
				.x = x + ((y - first) * layer->stride_height + k) * pitch,
				.x_row = 1,
				.x_outer = layer->stride_height * pitch,
				.x_inner = (ptrdiff_t)layer->stride_width * operation->in.channels,
				.w = rows.first + y * rows.pitch,
				.w_row = filters,
				.out = slice + (ptrdiff_t)k * run * filters,
				.out_row = filters,
				.accumulate = true,
				.count = run,
				.outer = end - y < rows.together ? end - y : rows.together,
				.inner = operation->middle.width,
				.width = filters,
			};
			kernels->product(&product);
		}
	}
}

/* The pixels of one row of dx (in.width, in.channels) that belong to a phase; `transposed` are its
 * weights and `framed` the first row of the frame that it depends on. */
static void input_gradient_row(const struct convolution_backward *task, int phase,
	const float *transposed, int down, const float *framed, float *dx, float *row)
{
	const struct operation *operation = task->operation;
	const struct frame frame = frame_of(operation);
	int stride = operation->layer->stride_width, channels = operation->in.channels,
	    width = padded_channels(channels);
	int across = taps_of_phase(operation->layer->kernel_width, stride, phase),
	    left = operation->window.left;
	int first = left + ((phase - left) % stride + stride) % stride;
	int end = left + operation->in.width < operation->window.width ? left + operation->in.width
								       : operation->window.width;
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
	task->network->kernels->product(&product);
	for (int i = 0; i < count && !direct; i++)
		memcpy(dx + (ptrdiff_t)i * stride * channels, row + i * width,
			(size_t)channels * sizeof *dx);
}

/* Whether every pixel of the input lies in some window. */
static bool covers(const struct operation *operation)
{
	const struct layer *layer = operation->layer;
	const struct window window = operation->window;
	return layer->stride_height <= layer->kernel_height &&
		layer->stride_width <= layer->kernel_width &&
		window.top + operation->in.height <= window.height &&
		window.left + operation->in.width <= window.width;
}

static void input_gradient(const struct convolution_backward *task, const float *framed, float *dx,
	float *row)
{
	const struct operation *operation = task->operation;
	const struct layer *layer = operation->layer;
	const struct frame frame = frame_of(operation);
	int stride = layer->stride_height, top = operation->window.top;
	ptrdiff_t line = (ptrdiff_t)operation->in.width * operation->in.channels;
	ptrdiff_t tap = (ptrdiff_t)frame.channels * padded_channels(operation->in.channels);
	if (!covers(operation))
		memset(dx, 0, shape_count(operation->in) * sizeof *dx);
	for (int y = top; y < top + operation->in.height && y < operation->window.height; y++) {
		const float *transposed = operation->transposed;
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
				input_gradient_row(task, phase, transposed, down, rows,
					dx + (y - top) * line, row);
			transposed += down * across * tap;
		}
	}
}

static void dense_backward_sample(const struct convolution_backward *task, int sample,
	const float *gradient, float *slice, float *scratch)
{
	const struct operation *operation = task->operation;
	float *framed = scratch + window_scratch(operation, input_rows(operation, BAND));
	float *row = framed + frame_count(frame_of(operation)) + CHANNEL_BLOCK;
	bool copies = needs_frame(operation) || (task->input_gradient && has_border(operation));
	if (operation->pools)
		scatter_to_argmax(frame_of(operation), gradient,
			operation->argmax + (size_t)sample * shape_count(operation->out),
			operation->out, framed);
	else if (copies)
		zero_pad(frame_of(operation), gradient, operation->out, framed);
	const struct gradient_rows rows = gradient_rows_of(operation, gradient, framed);
	if (slice && operation->layer->use_bias)
		bias_gradient(task, rows,
			slice + taps_of(operation) * (size_t)frame_of(operation).channels);
	int height = operation->middle.height;
	for (int y = 0; slice && y < height; y += BAND)
		weight_gradient(task, sample, rows, y, height - y < BAND ? height : y + BAND, slice,
			scratch);
	if (task->input_gradient)
		input_gradient(task, copies ? framed : gradient,
			task->input_gradient + (size_t)sample * shape_count(operation->in), row);
}

static void backward_samples(void *context, int index, int worker)
{
	const struct convolution_backward *task = context;
	const struct operation *operation = task->operation;
	size_t out_count = shape_count(operation->out);
	float *scratch = worker_scratch(task->network, worker);
	float *slice = task->network->computes_parameter_gradients
		? operation->slices + (size_t)index * operation->slice_size
		: NULL;
	if (slice)
		memset(slice, 0, operation->slice_size * sizeof *slice);
	int step = slice ? operation->slice_count : task->n;
	for (int sample = index; sample < task->n; sample += step) {
		float *gradient = task->gradient + (size_t)sample * out_count;
		fused_backward(task->network->kernels, operation, gradient,
			(ptrdiff_t)((size_t)sample * out_count), out_count);
		dense_backward_sample(task, sample, gradient, slice, scratch);
	}
}

void collect_slices(struct network *network, const struct operation *operation, int n)
{
	const struct layer *layer = operation->layer;
	int filters = layer->filters, width = padded_channels(filters);
	const float *bias = operation->slices + taps_of(operation) * (size_t)width;
	sum_slices(network, operation, n);
	compact_rows(network->gradients + network->offsets[operation->first_parameter],
		operation->slices, (int)taps_of(operation), filters, width);
	if (layer->use_bias)
		memcpy(network->gradients + network->offsets[operation->first_parameter + 1], bias,
			(size_t)filters * sizeof *bias);
}

void convolution_backward(struct network *network, struct operation *operation, int n,
	float *gradient, float *input_gradient_out)
{
	struct convolution_backward task = {network, operation, n, gradient, input_gradient_out};
	if (is_sparse(network, operation))
		sparse_backward(network, operation, n, gradient, input_gradient_out);
	else if (is_winograd(operation))
		winograd_backward(network, operation, n, gradient, input_gradient_out);
	else {
		int slices = network->computes_parameter_gradients && operation->slice_count < n
			? operation->slice_count
			: n;
		parallel_for(network->pool, slices, backward_samples, &task);
		if (network->computes_parameter_gradients)
			collect_slices(network, operation, n);
	}
}
