/* The gradient of a convolution's weights by Winograd's algorithm against the reference's sums in
 * double precision. */
#include "reference_layers.h"
#include "nn/convolution.h"
#include "nn/winograd.h"

#include "base/random.h"
#include "tap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CASES = 40 };

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

/* All samples but the first and the last; the filters in two parts. Inputs have a mean, as after a
 * ReLU, if `positive`: sums then grow with the number of pixels. */
static void check(struct random *random, struct shape in, enum padding padding, int filters,
	int samples, bool positive)
{
	const struct layer layer = {.kind = LAYER_CONVOLUTION,
		.filters = filters,
		.kernel_height = 3,
		.kernel_width = 3,
		.stride_height = 1,
		.stride_width = 1,
		.dilation_height = 1,
		.dilation_width = 1,
		.groups = 1,
		.padding = padding};
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

int main(void)
{
	struct random random = random_start(8, RANDOM_TEST, 0, 0);
	struct error error;
	if (kernels_select(&kernels, &error))
		return 1;
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
