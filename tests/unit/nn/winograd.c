/* A convolution by Winograd's algorithm, and the gradient of its weights, against the reference's
 * sums in double precision. */
#include "reference_layers.h"
#include "nn/convolution.h"
#include "nn/winograd.h"

#include "base/random.h"
#include "tap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CASES = 40, THREADS = 3 };

static const struct kernels *kernels;

static int pick(struct random *random, int low, int high)
{
	return low + (int)random_below(random, (uint32_t)(high - low + 1));
}

static float *values(struct random *random, size_t count)
{
	float *x = malloc((count + CHANNEL_BLOCK) * sizeof *x);
	for (size_t i = 0; i < count; i++)
		x[i] = random_between(random, -1, 1);
	return x;
}

/* The largest error of `count` values, relative to the largest value. */
static double relative_error(const float *got, const double *expected, size_t count)
{
	double largest = 0, error = 0;
	for (size_t i = 0; i < count; i++) {
		largest = fmax(largest, fabs(expected[i]));
		error = isnan(got[i]) ? INFINITY : fmax(error, fabs((double)got[i] - expected[i]));
	}
	return error / largest;
}

static struct layer layer_3x3(int filters, enum padding padding)
{
	return (struct layer){.kind = LAYER_CONVOLUTION,
		.filters = filters,
		.kernel_height = 3,
		.kernel_width = 3,
		.stride_height = 1,
		.stride_width = 1,
		.dilation_height = 1,
		.dilation_width = 1,
		.groups = 1,
		.padding = padding};
}

/* ---- forward ---- */

/* y (samples, out): of inputs that are positive, as after a ReLU. */
static void convolve(struct winograd *task, int threads, const float *kernel, float *y)
{
	int in = task->in.channels, filters = task->out.channels;
	struct network network = {.kernels = kernels, .scratch_count = winograd_scratch(in)};
	struct error error;
	if (parallel_create(&network.pool, threads, &error))
		exit(1);
	network.scratch = malloc((size_t)threads * network.scratch_count * sizeof(float));
	float *weights = malloc(winograd_weight_count(in, filters) * sizeof *weights);
	winograd_weights(&network, weights, kernel, in, filters);
	task->network = &network;
	task->weights = weights;
	task->output = y;
	winograd_convolve(task);
	parallel_destroy(network.pool);
	free(network.scratch), free(weights);
}

/* The first sample's error, and whether any number of threads gives the same bytes. */
static void check_forward(struct random *random, struct shape in, int filters, int samples,
	bool pools)
{
	const struct layer layer = layer_3x3(filters, PADDING_SAME),
			   pool = {.kind = LAYER_MAX_POOLING,
				   .kernel_height = 2,
				   .kernel_width = 2,
				   .stride_height = 2,
				   .stride_width = 2};
	const struct shape middle = {in.height, in.width, filters, false},
			   out = {pools ? in.height / 2 : in.height,
				   pools ? in.width / 2 : in.width, filters, false};
	size_t count = (size_t)samples * shape_count(out), width = (size_t)padded_channels(filters),
	       taps = 9 * (size_t)in.channels;
	float *x = values(random, (size_t)samples * shape_count(in)),
	      *kernel = values(random, taps * (size_t)filters),
	      *padded = calloc(taps * width, sizeof *padded), *bias = values(random, width),
	      *y[2] = {malloc(count * sizeof(float)), malloc(count * sizeof(float))};
	double *expected = malloc(shape_count(middle) * sizeof *expected),
	       *pooled = malloc(shape_count(middle) * sizeof *pooled);
	for (size_t i = 0; i < (size_t)samples * shape_count(in); i++)
		x[i] = fabsf(x[i]);
	for (size_t k = 0; k < taps; k++)
		memcpy(padded + k * width, kernel + k * (size_t)filters,
			(size_t)filters * sizeof *kernel);
	struct winograd task = {.samples = samples,
		.in = in,
		.middle = middle,
		.top = 1,
		.left = 1,
		.pools = pools,
		.out = out,
		.activation = {.kind = ACTIVATION_LINEAR},
		.input = x,
		.bias = bias};
	bool same = true;
	for (int threads = 1; threads <= THREADS; threads++) {
		convolve(&task, threads, padded, y[threads > 1]);
		same &= threads == 1 || memcmp(y[0], y[1], count * sizeof(float)) == 0;
	}
	reference_convolution(&layer, in, middle, x, kernel, bias, expected);
	if (pools)
		reference_pooling(&pool, middle, out, expected, pooled);
	double error = relative_error(y[0], pools ? pooled : expected, shape_count(out));
	ok(same && error <= 1e-5, "%d of %dx%d%s, %d to %d channels: relative error %.1e", samples,
		in.height, in.width, pools ? ", pooled" : "", in.channels, filters, error);
	free(x), free(kernel), free(padded), free(bias), free(y[0]), free(y[1]), free(expected),
		free(pooled);
}

/* ---- the gradient of the weights ---- */

/* All samples but the first and the last; the filters in two parts. Inputs have a mean, as after a
 * ReLU, if `positive`: sums then grow with the number of pixels. */
static void check(struct random *random, struct shape in, enum padding padding, int filters,
	int samples, bool positive)
{
	const struct layer layer = layer_3x3(filters, padding);
	int less = padding == PADDING_SAME ? 0 : 2, before = padding == PADDING_SAME,
	    half = filters / 2 / WINOGRAD_FILTERS;
	const struct shape out = {in.height - less, in.width - less, filters, false};
	size_t weights = 9 * (size_t)in.channels * (size_t)filters, inputs = shape_count(in),
	       outputs = shape_count(out);
	size_t all = (size_t)samples + 2;
	float *x = values(random, all * inputs), *gradient = values(random, all * outputs),
	      *kernel = values(random, weights);
	float *scratch = malloc(winograd_gradient_scratch(in.channels, out, 1) * sizeof *scratch);
	double *dy = malloc(outputs * sizeof *dy), *dx = calloc(inputs, sizeof *dx);
	double *expected = calloc(weights, sizeof *expected),
	       *dbias = calloc((size_t)filters, sizeof *dbias);
	for (size_t i = 0; i < all * inputs; i++)
		x[i] = positive ? fabsf(x[i]) : x[i];
	for (size_t sample = 1; sample < all - 1; sample++) {
		for (size_t i = 0; i < outputs; i++)
			dy[i] = (double)gradient[sample * outputs + i];
		reference_convolution_backward(&layer, in, out, x + sample * inputs, kernel, dy, dx,
			expected, dbias);
	}
	struct convolution convolution = {.window = {.top = before, .left = before}};
	const struct operation operation = {.in = in,
		.middle = out,
		.state = &convolution,
		.input = x};
	struct winograd_gradient task = {kernels, &operation, gradient, 1, samples, 0,
		half * WINOGRAD_FILTERS, kernel, scratch};
	winograd_gradient(&task);
	task.first_filter = task.end_filter;
	task.end_filter = filters;
	winograd_gradient(&task);
	double error = relative_error(kernel, expected, weights);
	ok(error <= 1e-5, "%d of %dx%d, %s, %d to %d channels: relative error %.1e", samples,
		in.height, in.width, before ? "same" : "valid", in.channels, filters, error);
	free(x), free(gradient), free(kernel), free(dy), free(dx), free(expected), free(dbias),
		free(scratch);
}

/* The sum over several leaves is, to the bit, the tree of those of each alone. */
static void check_leaves(struct random *random, int side, int channels, int filters, int samples)
{
	const struct shape in = {side, side, channels, false}, out = {side, side, filters, false};
	size_t weights = 9 * (size_t)channels * (size_t)filters;
	int count = leaf_count(samples), together = winograd_gradient_leaves(channels, out);
	float *x = values(random, (size_t)samples * shape_count(in)),
	      *gradient = values(random, (size_t)samples * shape_count(out)),
	      *got = malloc(weights * sizeof *got),
	      *leaves = malloc((size_t)count * weights * sizeof *leaves),
	      *scratch = malloc(winograd_gradient_scratch(channels, out, count) * sizeof *scratch);
	struct convolution convolution = {.window = {.top = 1, .left = 1}};
	const struct operation operation = {.in = in,
		.middle = out,
		.state = &convolution,
		.input = x};
	struct winograd_gradient task = {kernels, &operation, gradient, 0, samples, 0, filters, got,
		scratch};
	winograd_gradient(&task);
	for (int i = 0; i < count; i++) {
		task.first = i * LEAF_SAMPLES;
		task.samples = leaf_end(i, samples) - task.first;
		task.weights = leaves + (size_t)i * weights;
		winograd_gradient(&task);
	}
	for (int width = 1; width < count; width *= 2)
		for (int i = 0; i + width < count; i += 2 * width)
			kernels->add(leaves + (size_t)i * weights,
				leaves + (size_t)(i + width) * weights, weights);
	ok(count > 1 && count <= together && memcmp(got, leaves, weights * sizeof *got) == 0,
		"%d leaves of %dx%d, %d to %d channels: their tree", count, side, side, channels,
		filters);
	free(x), free(gradient), free(got), free(leaves), free(scratch);
}

/* The largest pictures that graph/layer.c accepts. */
static void suits_large_pictures(void)
{
	const struct layer layer = layer_3x3(CHANNEL_BLOCK, PADDING_SAME);
	ok(winograd_suits(&layer, CHANNEL_BLOCK, (struct shape){11584, 11584, 16, false}),
		"large pictures, too");
}

int main(void)
{
	struct random random = random_start(8, RANDOM_TEST, 0, 0);
	struct error error;
	if (kernels_select(&kernels, &error))
		return 1;
	suits_large_pictures();
	check_forward(&random, (struct shape){5, 5, 512, false}, 160, 2, false);
	check_forward(&random, (struct shape){7, 6, 512, false}, 72, 7, false);
	check_forward(&random, (struct shape){39, 42, 16, false}, 64, 1, true);
	check_forward(&random, (struct shape){11, 13, 48, false}, 100, 3, true);
	check_forward(&random, (struct shape){57, 50, 32, false}, 5, 2, false);
	check_forward(&random, (struct shape){14, 9, 24, false}, 40, 3, false);
	check_forward(&random, (struct shape){10, 16, 21, false}, 24, 2, true);
	for (int i = 0; i < CASES; i++) {
		enum padding padding = i % 2 ? PADDING_SAME : PADDING_VALID;
		int least = padding == PADDING_SAME ? 1 : 3;
		struct shape in = {pick(&random, least, 22), pick(&random, least, 22),
			CHANNEL_BLOCK * pick(&random, 1, 6), false};
		check(&random, in, padding, CHANNEL_BLOCK * pick(&random, 1, 5),
			pick(&random, 1, 3), i % 4 < 2);
	}
	check(&random, (struct shape){98, 97, 16, false}, PADDING_SAME, 16, 1,
		true); /* more tiles than one group takes */
	check(&random, (struct shape){41, 39, 80, false}, PADDING_SAME, 96, 2, true);
	check(&random, (struct shape){1, 1, 160, false}, PADDING_SAME, 16, 1, true);
	check_leaves(&random, 4, 128, 112, 5);
	check_leaves(&random, 3, 160, 176, 16);
	check_leaves(&random, 1, 272, 256, 27);
	check_leaves(&random, 7, 640, 672, 7); /* a leaf is more tiles than one group takes */
	return done();
}
