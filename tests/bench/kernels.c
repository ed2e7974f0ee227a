/* kernels: throughput of each inner loop (kernels/kernels.h) on one thread, at sizes of the
 * original network. Prints lines for table.awk (table, column, row, unit, value), in GFLOP/s and
 * percent of the peak measured in the same run.
 *
 * Only operations that the result needs are counted, two for a multiplication and addition:
 * computed padding is not. Elementwise loops are memory-bound. */
#include "common/peak.h"
#include "common/workload.h"

#include "base/random.h"
#include "kernels/kernels.h"

#include <stdio.h>
#include <stdlib.h>

/* Size of a row in all benchmarks: 150 pixels of 64 channels. */
enum { PIXELS = 150, CHANNELS = 64, COUNT = PIXELS * CHANNELS, ROOM = 9 * CHANNELS * CHANNELS };

static const struct kernels *kernels;
static double peak;
static float *x, *y, *w, *out; /* ROOM floats each */
static uint8_t argmax[COUNT];
static struct sparse_entry entries[COUNT];
static int32_t counts[4 * PIXELS];

static void show(const char *name, double operations, void function(void *), void *context)
{
	double rate = operations * calls_per_second(function, context);
	printf("kernels, %s, one thread\tGFLOP/s\t%s\tGFLOP/s\t%.3f\n", kernels->name, name,
		rate / 1e9);
	printf("kernels, %s, one thread\t%% of peak\t%s\t%%\t%.2f\n", kernels->name, name,
		100 * rate / peak);
}

/* ---- products ---- */

static void run_product(void *context)
{
	kernels->product(context);
}

static void run_product_pool(void *context)
{
	kernels->product_pool(context, 150 * 3, argmax);
}

/* One row of a 3x3 convolution of stride 1. */
static void show_convolution(const char *name, int width, int channels, int filters)
{
	struct product product = {.x = x,
		.x_row = channels,
		.x_outer = (width + 2) * channels,
		.x_inner = 1,
		.w = w,
		.w_row = filters,
		.out = out,
		.out_row = filters,
		.count = width,
		.outer = 3,
		.inner = 3 * channels,
		.width = filters};
	show(name, 2.0 * width * filters * 9 * channels, run_product, &product);
}

static void show_products(void)
{
	show_convolution("product: row of convolution 3x3, 3 to 32 channels", 148, 3, 32);
	show_convolution("product: row of convolution 3x3, 32 to 32", 72, 32, 32);
	show_convolution("product: row of convolution 3x3, 32 to 64", 34, 32, 64);
	struct product pooled = {.x = x,
		.x_row = 3,
		.x_outer = 150 * 3,
		.x_inner = 1,
		.w = w,
		.w_row = 32,
		.out = out,
		.out_row = 32,
		.initial = y,
		.count = 74,
		.outer = 3,
		.inner = 9,
		.width = 32};
	show("product_pool: two of them, 3 to 32, pooled", 2.0 * 2 * 148 * 32 * 27,
		run_product_pool, &pooled);
	struct product pointwise = {.x = x,
		.x_row = 64,
		.x_inner = 1,
		.w = w,
		.w_row = 64,
		.out = out,
		.out_row = 64,
		.count = 72,
		.outer = 1,
		.inner = 64,
		.width = 64};
	show("product: row of convolution 1x1, 64 to 64", 2.0 * 72 * 64 * 64, run_product,
		&pointwise);
	struct product dense = {.x = x,
		.x_row = 289,
		.x_inner = 1,
		.w = w,
		.w_row = 64,
		.out = out,
		.out_row = 64,
		.count = 16,
		.outer = 1,
		.inner = 289,
		.width = 64};
	show("product: dense, 16 samples, 289 to 64", 2.0 * 16 * 289 * 64, run_product, &dense);
}

/* ---- Winograd's transforms of one tile ---- */

enum { TILES = 12, PLANE = TILES * CHANNELS + CHANNEL_BLOCK }; /* planes as in winograd.h */

static void run_winograd_input(void *context)
{
	(void)context;
	kernels->winograd_input(out, PLANE, x, (4 * TILES + 2) * CHANNELS, CHANNELS);
}

static void run_winograd_output(void *context)
{
	(void)context;
	kernels->winograd_output(out, x, PLANE, w, CHANNELS);
}

static void run_winograd_weights(void *context)
{
	(void)context;
	kernels->winograd_weights(out, PLANE, w, PLANE, CHANNELS);
}

static void run_winograd_output_adjoint(void *context)
{
	(void)context;
	kernels->winograd_output_adjoint(out, PLANE, x, (4 * TILES + 2) * CHANNELS, CHANNELS);
}

static void run_winograd_weights_adjoint(void *context)
{
	(void)context;
	kernels->winograd_weights_adjoint(out, CHANNELS, x, PLANE, CHANNELS, true);
}

/* Along one side the input's transform is 12 fused operations, 12 times; the output's 16
 * operations, 10 times, and its adjoint 8 fused ones, 10 times; the weights' 19, 9 times, and their
 * adjoint 15, 9 times. */
static void show_winograd(void)
{
	show("winograd_input: a tile of 64 channels", 12 * 24.0 * CHANNELS, run_winograd_input,
		NULL);
	show("winograd_output: a tile of 64 channels", (10 * 16.0 + 16) * CHANNELS,
		run_winograd_output, NULL);
	show("winograd_output_adjoint: a tile of 64 channels", 10 * 16.0 * CHANNELS,
		run_winograd_output_adjoint, NULL);
	show("winograd_weights: 64 filters, in doubles", 9 * 19.0 * CHANNELS, run_winograd_weights,
		NULL);
	show("winograd_weights_adjoint: 64 filters", (9 * 15.0 + 9) * CHANNELS,
		run_winograd_weights_adjoint, NULL);
}

/* ---- gradients of a max-pool ---- */

enum { WINDOWS = 36, FILTERS = 32, IN = 32, TILE = 32, PITCH = (2 * WINDOWS + 2) * IN };

static void run_sum_windows(void *context)
{
	(void)context;
	kernels->sum_windows(out, x, PITCH, entries, TILE, 3 * IN);
}

static void run_scatter_windows(void *context)
{
	kernels->scatter_windows(out, PITCH, w, context, IN);
}

static void run_sum_few_channels(void *context)
{
	kernels->sum_few_channels(out, context);
}

static void show_sparse(void)
{
	struct random random = random_start(2, RANDOM_TEST, 0, 0);
	for (int i = 0; i < TILE; i++)
		entries[i] = (struct sparse_entry){(int32_t)random_below(&random, 4 * IN) / IN * IN,
			random_uniform(&random)};
	for (int i = 0; i < 2 * WINDOWS * FILTERS; i++)
		argmax[i] = (uint8_t)random_below(&random, 4);
	struct few_channels few = {x, (2 * 2 * WINDOWS + 2) * 3, 3, y, FILTERS, argmax, FILTERS,
		FILTERS, FEW_CHANNELS_WINDOWS};
	show("sum_few_channels: 16 windows, 3 channels, 32 filters",
		2.0 * 27 * FILTERS * FEW_CHANNELS_WINDOWS, run_sum_few_channels, &few);
	show("sum_windows: 32 gradients, 32 channels", 2.0 * 9 * IN * TILE, run_sum_windows, NULL);
	/* Every filter has its largest value in one of the window's four pixels. */
	for (int window = 0; window < WINDOWS; window++)
		for (int f = 0; f < FILTERS; f++) {
			int pixel = window * 4 + (int)random_below(&random, 4);
			entries[pixel * FILTERS + counts[pixel]++] =
				(struct sparse_entry){f * 9 * IN, random_uniform(&random)};
		}
	struct sparse_gradients gradients = {entries, counts, WINDOWS, FILTERS};
	show("scatter_windows: row of 36 windows, 32 filters", 2.0 * 9 * IN * WINDOWS * FILTERS,
		run_scatter_windows, &gradients);
}

/* ---- elementwise ---- */

static void run_sum_channels(void *context)
{
	(void)context;
	kernels->sum_channels(out, x, PIXELS, CHANNELS);
}
static void run_add(void *context)
{
	(void)context;
	kernels->add(out, x, COUNT);
}
static void run_relu(void *context)
{
	(void)context;
	kernels->activate(&(struct activation){.kind = ACTIVATION_RELU}, x, COUNT);
}
static void run_sigmoid(void *context)
{
	(void)context;
	kernels->activate(&(struct activation){.kind = ACTIVATION_SIGMOID}, x, COUNT);
}

static void run_relu_backward(void *context)
{
	(void)context;
	kernels->activate_backward(&(struct activation){.kind = ACTIVATION_RELU}, x, y, COUNT);
}

static void run_normalize(void *context)
{
	kernels->normalize(out, x, context, PIXELS, CHANNELS);
}

static void run_sum_gradients(void *context)
{
	const struct gradient_sums sums = {out, out + CHANNELS, x, y, w, context, PIXELS, CHANNELS};
	kernels->sum_gradients(&sums);
}

static void run_normalize_backward(void *context)
{
	kernels->normalize_backward(y, x, context, w, w + CHANNELS, PIXELS, CHANNELS);
}

static void run_max_pool(void *context)
{
	(void)context;
	kernels->max_pool(x, x + COUNT, CHANNELS, out, argmax, PIXELS / 2, CHANNELS);
}

static void show_elementwise(void)
{
	struct affine affine = {w, w + CHANNELS, {.kind = ACTIVATION_RELU}};
	show("sum_channels", COUNT, run_sum_channels, NULL);
	show("normalize, with relu", 2.0 * COUNT, run_normalize, &affine);
	show("sum_gradients of batch normalisation, with relu", 4.0 * COUNT, run_sum_gradients,
		&affine);
	show("normalize_backward, with relu", 4.0 * COUNT, run_normalize_backward, &affine);
	show("add", COUNT, run_add, NULL);
	show("max_pool 2x2, comparisons", 3.0 * COUNT / 2, run_max_pool, NULL);
	show("relu, comparisons", COUNT, run_relu, NULL);
	show("relu backward", COUNT, run_relu_backward, NULL);
	show("sigmoid, 25 operations a value", 25.0 * COUNT, run_sigmoid, NULL);
}

/* ---- depthwise convolutions ---- */

static void run_depthwise(void *context)
{
	kernels->depthwise(context);
}

static void run_depthwise_weights(void *context)
{
	kernels->depthwise_weights(context, y, w);
}

/* A row of 28 outputs, same padding; relu6 is not counted. The gradient of the input is such a row
 * as well, of the weights turned. */
static void show_depthwise_kernel(int side, int step, int channels)
{
	enum { OUTPUTS = 28, SIDE = 5 };
	const float *rows[SIDE];
	char name[128];
	struct depthwise row = {.rows = rows,
		.columns = OUTPUTS * step,
		.step = step,
		.left = (side - step) / 2,
		.weights = w + channels,
		.height = side,
		.width = side,
		.channels = channels,
		.count = OUTPUTS,
		.bias = w,
		.out = out,
		.out_step = channels,
		.activation = {.kind = ACTIVATION_RELU6}};
	double operations = 2.0 * side * side * OUTPUTS * channels;
	for (int i = 0; i < side; i++)
		rows[i] = x + i * row.columns * channels;
	snprintf(name, sizeof name, "depthwise: %dx%d, stride %d, %d channels", side, side, step,
		channels);
	show(name, operations, run_depthwise, &row);
	snprintf(name, sizeof name, "depthwise_weights: %dx%d, stride %d, %d channels", side, side,
		step, channels);
	show(name, operations, run_depthwise_weights, &row);
}

static void show_depthwise(void)
{
	for (int side = 3; side <= 5; side += 2)
		for (int step = 1; step <= 2; step++)
			show_depthwise_kernel(side, step, 64);
	show_depthwise_kernel(3, 1, 24);
}

/* ---- optimizers ---- */

struct optimizer_run {
	enum optimizer optimizer;
	struct update update;
};

static void run_optimizer(void *context)
{
	const struct optimizer_run *run = context;
	kernels->optimizers[run->optimizer](&run->update);
}

/* Operations of one weight. */
static double optimizer_operations(enum optimizer optimizer)
{
	switch (optimizer) {
	case OPTIMIZER_SGD:
		return 4;
	case OPTIMIZER_RMSPROP:
		return 9;
	case OPTIMIZER_ADAM:
	case OPTIMIZER_ADAMW:
		return 13;
	case OPTIMIZER_LION:
		return 9;
	}
	return 0;
}

static void show_optimizers(void)
{
	struct optimizer_run run = {.update = {.weights = w,
					    .first = out,
					    .second = y,
					    .gradients = x,
					    .count = COUNT,
					    .scale = 1,
					    .learning_rate = 1e-9f,
					    .beta1 = 0.9f,
					    .beta2 = 0.999f,
					    .epsilon = 1e-7f}};
	for (int i = 0; i < OPTIMIZER_COUNT; i++) {
		run.optimizer = (enum optimizer)i;
		show(optimizer_row(run.optimizer)->name,
			optimizer_operations(run.optimizer) * COUNT, run_optimizer, &run);
	}
}

static float *values(uint64_t seed)
{
	struct random random = random_start(seed, RANDOM_TEST, 0, 0);
	float *array = aligned_alloc(64, ROOM * sizeof *array);
	require(!array, &(struct error){.object = "kernels", .reason = "out of memory"});
	for (int i = 0; i < ROOM; i++)
		array[i] = random_uniform(&random) - 0.5f;
	return array;
}

int main(void)
{
	struct error error;
	require(kernels_select(&kernels, &error), &error);
	x = values(1), y = values(2), w = values(3), out = values(4);
	peak = peak_rate();
	printf("kernels, %s, one thread\tGFLOP/s\tpeak: fused multiply-add on "
	       "registers\tGFLOP/s\t%.3f\n",
		kernels->name, peak / 1e9);
	show_products();
	show_winograd();
	show_sparse();
	show_elementwise();
	show_depthwise();
	for (int i = 0; i < ROOM; i++)
		y[i] = 1e-2f, out[i] = 1e-2f; /* moments that stay normal numbers */
	show_optimizers();
	free(x), free(y), free(w), free(out);
	return 0;
}
