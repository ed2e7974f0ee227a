/* Batch normalisation: y = gamma (x - mean) / sqrt(variance + epsilon) + beta by channel (Ioffe and
 * Szegedy 2015). In training mean and variance are those of the batch, over n, height and width;
 * else the moving averages.
 *
 * Per channel y is an affine map of x, and the gradient of x is an affine map of x and of the
 * gradient of y. Between convolutions both are fused to save memory bandwidth: y is computed where
 * it is read (copy_normalized), and the gradient of x where the previous operation reads it
 * (fused_backward). The sums over the batch are taken over bands of rows, each small enough to be
 * read twice from the cache. Those of a leaf's samples are added up in the order of the bands, and
 * the leaves joined (leaves.h). */
#include "nn/normalization.h"

#include "nn/leaves.h"
#include "nn/plan.h"

#include <math.h>
#include <string.h>

/* The arrays of floats in normalization_of(operation)->statistics. forward: y = x SCALE + SHIFT;
 * backward: dx = g SCALE + x BY_INPUT + CONSTANT. */
enum statistic { MEAN, VARIANCE, SCALE, SHIFT, BY_INPUT, CONSTANT, STATISTICS };

/* The arrays of doubles of one band: forward, the sum of x, its mean rounded to a float, and the
 * sum of squares of the distances from that; backward, the sums of g and of (x - MEAN) g. */
enum band_sum { SUM, SQUARES, CENTRE, BAND_SUMS, PRODUCTS = SQUARES };

struct normalization {
	float *statistics; /* mean, variance, scale, shift and others, by channel */
	double *sums;      /* by channel, over bands of rows */
};

static struct normalization *normalization_of(const struct operation *operation)
{
	return operation->state;
}

static float *statistic(const struct operation *operation, enum statistic which)
{
	return normalization_of(operation)->statistics +
		(ptrdiff_t)which * padded_channels(operation->out.channels);
}

/* `band` counts through all samples. */
static double *band_sums(const struct operation *operation, int band, enum band_sum which)
{
	return normalization_of(operation)->sums +
		((ptrdiff_t)band * BAND_SUMS + which) * padded_channels(operation->out.channels);
}

static struct affine affine_of(const struct operation *operation)
{
	return (struct affine){statistic(operation, SCALE), statistic(operation, SHIFT),
		operation->activation};
}

struct norm {
	const float *gamma, *beta, *mean, *variance; /* gamma and beta may be NULL */
};

static struct norm parameters_of(const struct network *network, const struct layer *layer,
	int index)
{
	struct norm norm = {0};
	const struct parameter *parameter = &network->parameters[index];
	if (layer->scale)
		norm.gamma = parameter++->values;
	if (layer->center)
		norm.beta = parameter++->values;
	norm.mean = parameter++->values;
	norm.variance = parameter->values;
	return norm;
}

static float scale_of(const struct layer *layer, struct norm norm, float variance, int channel)
{
	return (norm.gamma ? norm.gamma[channel] : 1) / sqrtf(variance + layer->epsilon);
}

void fold_normalization(const struct network *network, const struct operation *operation,
	float *weights, float *bias, int rows, int width)
{
	const struct layer *layer = operation->normalization;
	struct norm norm = parameters_of(network, layer, operation->normalization_parameter);
	for (int c = 0; c < operation->middle.channels; c++) {
		float scale = scale_of(layer, norm, norm.variance[c], c);
		for (int i = 0; i < rows; i++)
			weights[(ptrdiff_t)i * width + c] *= scale;
		bias[c] = (bias[c] - norm.mean[c]) * scale + (norm.beta ? norm.beta[c] : 0);
	}
}

static void allocate_buffers(struct network *network, struct operation *operation)
{
	size_t channels = (size_t)padded_channels(operation->out.channels);
	normalization_of(operation)->statistics =
		arena_floats(&network->arena, STATISTICS * channels);
	normalization_of(operation)->sums = arena_doubles(&network->arena,
		(size_t)network->batch * (size_t)bands_of(operation->out) * BAND_SUMS * channels);
	request_scratch(network,
		2 * channels + shape_count(operation->out) / (size_t)operation->out.height);
}

struct normalization_task {
	struct network *network;
	struct operation *operation;
	int n;
	float *gradient;
};

/* ---- sums ---- */

/* Adds a row's sums to the band's and clears them. */
static void add_row(double *sums, float *row, int channels)
{
	for (int c = 0; c < channels; c++)
		sums[c] += (double)row[c];
	memset(row, 0, (size_t)channels * sizeof *row);
}

/* Statistics of one band of x, the values that the operation normalises. */
static void collect_statistics(const struct kernels *kernels, const struct operation *operation,
	const float *x, int index, float *scratch)
{
	int channels = operation->out.channels, width = operation->out.width;
	struct row_band band = row_band_of(operation->out, index);
	float *row = scratch, *centre = scratch + padded_channels(channels);
	double *sum = band_sums(operation, index, SUM),
	       *squares = band_sums(operation, index, SQUARES);
	memset(sum, 0, 2 * (size_t)padded_channels(channels) * sizeof *sum);
	memset(row, 0, (size_t)channels * sizeof *row);
	for (int y = 0; y < band.rows; y++) {
		kernels->sum_channels(row, x + (ptrdiff_t)y * width * channels, width, channels);
		add_row(sum, row, channels);
	}
	for (int c = 0; c < channels; c++) {
		centre[c] = (float)(sum[c] / (band.rows * width));
		band_sums(operation, index, CENTRE)[c] = (double)centre[c];
	}
	for (int y = 0; y < band.rows; y++) {
		kernels->sum_squares(row, x + (ptrdiff_t)y * width * channels, centre, width,
			channels);
		add_row(squares, row, channels);
	}
}

void collect_band_statistics(const struct kernels *kernels, const struct operation *operation,
	int band, float *scratch)
{
	collect_statistics(kernels, operation->fused_output_normalization,
		operation->output + row_band_of(operation->out, band).first, band, scratch);
}

static void collect_input_statistics(void *context, int index, int worker)
{
	const struct normalization_task *task = context;
	const struct operation *operation = task->operation;
	collect_statistics(task->network->kernels, operation,
		operation->input + row_band_of(operation->out, index).first, index,
		worker_scratch(task->network, worker));
}

/* The sums of one band's gradients; `gradient` is the batch's. */
static void collect_gradients(const struct kernels *kernels, const struct operation *operation,
	const float *gradient, int index, float *scratch)
{
	const struct affine affine = affine_of(operation);
	int channels = operation->out.channels, width = operation->out.width;
	struct row_band band = row_band_of(operation->out, index);
	float *row = scratch, *products = scratch + padded_channels(channels);
	struct gradient_sums sums = {row, products, gradient + band.first,
		operation->input + band.first, statistic(operation, MEAN), &affine, width,
		channels};
	memset(band_sums(operation, index, SUM), 0,
		2 * (size_t)padded_channels(channels) * sizeof(double));
	memset(row, 0, 2 * (size_t)padded_channels(channels) * sizeof *row);
	for (int y = 0; y < band.rows;
		y++, sums.gradient += width * channels, sums.x += width * channels) {
		kernels->sum_gradients(&sums);
		add_row(band_sums(operation, index, SUM), row, channels);
		add_row(band_sums(operation, index, PRODUCTS), products, channels);
	}
}

void collect_band_gradients(const struct kernels *kernels, const struct operation *operation,
	int band, float *scratch)
{
	collect_gradients(kernels, operation->fused_input_normalization,
		operation->input_gradients[0], band, scratch);
}

static void sum_band_gradients(void *context, int index, int worker)
{
	const struct normalization_task *task = context;
	collect_gradients(task->network->kernels, task->operation, task->gradient, index,
		worker_scratch(task->network, worker));
}

static double pixels(const struct operation *operation, int n)
{
	return (double)n * operation->out.height * operation->out.width;
}

/* Runs `body` with c at the channels of a block of CHANNEL_BLOCK. */
#define FOR_CHANNELS(c, operation, block) \
	for (int c = (block)*CHANNEL_BLOCK; \
		c < (operation)->out.channels && c < ((block) + 1) * CHANNEL_BLOCK; c++)

/* What a band adds to a sum of channel c. */
typedef double band_term(const struct operation *operation, int band, int c, double mean);

static double band_sum(const struct operation *operation, int band, int c, double mean)
{
	(void)mean;
	return band_sums(operation, band, SUM)[c];
}

static double band_products(const struct operation *operation, int band, int c, double mean)
{
	(void)mean;
	return band_sums(operation, band, PRODUCTS)[c];
}

/* About its own centre m a band of k values x has the second moment s; about the mean of all it has
 * s + 2 (m - mean) (sum of x - k m) + k (m - mean)^2. */
static double band_squares(const struct operation *operation, int band, int c, double mean)
{
	double centre = band_sums(operation, band, CENTRE)[c], offset = centre - mean;
	double size = row_band_of(operation->out, band).rows * operation->out.width;
	return band_sums(operation, band, SQUARES)[c] +
		offset * (2 * (band_sums(operation, band, SUM)[c] - size * centre) + size * offset);
}

/* The sum over the batch. */
static double sum_bands(const struct normalization_task *task, band_term *term, int c, double mean)
{
	struct leaf_tree tree = {0};
	for (int leaf = 0, i = 0; leaf < leaf_count(task->n); leaf++) {
		double sum = 0;
		for (int end = leaf_end(leaf, task->n) * bands_of(task->operation->out); i < end;
			i++)
			sum += term(task->operation, i, c, mean);
		leaf_tree_add(&tree, sum);
	}
	return leaf_tree_sum(&tree);
}

static void combine_moments(void *context, int block, int worker)
{
	(void)worker;
	const struct normalization_task *task = context;
	const struct operation *operation = task->operation;
	double count = pixels(operation, task->n);
	FOR_CHANNELS (c, operation, block) {
		double mean = sum_bands(task, band_sum, c, 0) / count;
		statistic(operation, MEAN)[c] = (float)mean;
		statistic(operation, VARIANCE)[c] =
			(float)(sum_bands(task, band_squares, c, mean) / count);
	}
}

static void for_bands(const struct normalization_task *task, parallel_task *work)
{
	parallel_for(task->network->pool, task->n * bands_of(task->operation->out), work,
		(void *)task);
}

static void for_channels(const struct normalization_task *task, parallel_task *work)
{
	parallel_for(task->network->pool,
		padded_channels(task->operation->out.channels) / CHANNEL_BLOCK, work, (void *)task);
}

/* ---- forward ---- */

void copy_normalized(const struct kernels *kernels, const struct operation *normalization,
	float *to, const float *from, int count, int channels)
{
	if (!normalization) {
		memcpy(to, from, (size_t)count * (size_t)channels * sizeof *to);
		return;
	}
	const struct affine affine = affine_of(normalization);
	kernels->normalize(to, from, &affine, count, channels);
}

static void forward_band(void *context, int index, int worker)
{
	(void)worker;
	const struct normalization_task *task = context;
	const struct operation *operation = task->operation;
	struct row_band band = row_band_of(operation->out, index);
	copy_normalized(task->network->kernels, operation, operation->output + band.first,
		operation->input + band.first, band.rows * operation->out.width,
		operation->out.channels);
}

static void forward(struct network *network, struct operation *operation, int n)
{
	int channels = operation->out.channels;
	struct norm norm = parameters_of(network, operation->layer, operation->first_parameter);
	float *mean = statistic(operation, MEAN), *variance = statistic(operation, VARIANCE);
	const struct normalization_task task = {network, operation, n, NULL};
	const struct operation *before = operation->inputs[0]->producer;
	if (network->training && !operation->is_inference) {
		if (!before || !before->collects_statistics ||
			before->fused_output_normalization != operation)
			for_bands(&task, collect_input_statistics);
		for_channels(&task, combine_moments);
	} else {
		memcpy(mean, norm.mean, (size_t)channels * sizeof *mean);
		memcpy(variance, norm.variance, (size_t)channels * sizeof *variance);
	}
	for (int c = 0; c < channels; c++) {
		float scale = scale_of(operation->layer, norm, variance[c], c);
		statistic(operation, SCALE)[c] = scale;
		statistic(operation, SHIFT)[c] = (norm.beta ? norm.beta[c] : 0) - mean[c] * scale;
	}
	if (!operation->is_fused)
		for_bands(&task, forward_band);
}

bool normalization_is_finite(const struct kernels *kernels, const struct operation *operation)
{
	static const enum statistic forward_statistics[] = {MEAN, VARIANCE, SCALE, SHIFT};
	bool finite = true;
	for (size_t i = 0; i < sizeof forward_statistics / sizeof *forward_statistics; i++)
		finite &= kernels->finite(statistic(operation, forward_statistics[i]),
			(size_t)operation->out.channels);
	return finite;
}

/* ---- backward ---- */

void fused_backward(const struct kernels *kernels, const struct operation *operation,
	float *gradient, ptrdiff_t first, size_t count)
{
	const struct operation *normalization = operation->fused_output_normalization;
	const float *y = operation->output + first;
	int channels = operation->out.channels;
	if (normalization) {
		const struct affine affine = affine_of(normalization);
		kernels->normalize_backward(gradient, y, &affine,
			statistic(normalization, BY_INPUT), statistic(normalization, CONSTANT),
			(int)(count / (size_t)channels), channels);
	}
	kernels->activate_backward(&operation->activation, y, gradient, count);
}

static void backward_band(void *context, int index, int worker)
{
	(void)worker;
	const struct normalization_task *task = context;
	const struct operation *operation = task->operation;
	const struct affine affine = affine_of(operation);
	struct row_band band = row_band_of(operation->out, index);
	task->network->kernels->normalize_backward(task->gradient + band.first,
		operation->input + band.first, &affine, statistic(operation, BY_INPUT),
		statistic(operation, CONSTANT), band.rows * operation->out.width,
		operation->out.channels);
}

/* With N pixels, r = 1 / sqrt(variance + epsilon) and h = (x - mean) r: d beta = sum g, d gamma =
 * sum g h and dx = gamma r (g - d beta / N - h d gamma / N). */
static void parameter_gradients(void *context, int block, int worker)
{
	(void)worker;
	const struct normalization_task *task = context;
	const struct operation *operation = task->operation;
	const struct layer *layer = operation->layer;
	float *gradients = task->network->gradients;
	const size_t *offsets = task->network->offsets + operation->first_parameter;
	FOR_CHANNELS (c, operation, block) {
		double scale = (double)statistic(operation, SCALE)[c];
		double r = 1 /
			sqrt((double)statistic(operation, VARIANCE)[c] + (double)layer->epsilon);
		double sum = sum_bands(task, band_sum, c, 0),
		       products = sum_bands(task, band_products, c, 0);
		double slope = -scale * r * products * r / pixels(operation, task->n);
		if (layer->scale)
			gradients[offsets[0] + (size_t)c] = (float)(products * r);
		if (layer->center)
			gradients[offsets[layer->scale] + (size_t)c] = (float)sum;
		statistic(operation, BY_INPUT)[c] = (float)slope;
		statistic(operation, CONSTANT)[c] =
			(float)(-scale * sum / pixels(operation, task->n) -
				slope * (double)statistic(operation, MEAN)[c]);
	}
}

/* Whether the operation that reads the output has collected the sums of its gradient. */
static bool is_collected(const struct network *network, const struct operation *operation)
{
	int last = operation->output_value->last_use;
	const struct operation *after = last < 0 ? NULL : &network->operations[last];
	return after && after->collects_gradients && after->fused_input_normalization == operation;
}

/* In place, unless the operation before does it (fused_backward). */
static void backward(struct network *network, struct operation *operation, int n, float *gradient)
{
	const struct normalization_task task = {network, operation, n, gradient};
	const struct operation *before = operation->inputs[0]->producer;
	bool measured = network->training && !operation->is_inference;
	if (trains(network, operation) || measured) {
		if (!is_collected(network, operation))
			for_bands(&task, sum_band_gradients);
		for_channels(&task, parameter_gradients);
	}
	if (!measured) /* mean and variance are constants */
		memset(statistic(operation, BY_INPUT), 0,
			2 * (size_t)padded_channels(operation->out.channels) * sizeof(float));
	if (operation->input_gradients[0] &&
		!(before && before->fused_output_normalization == operation))
		for_bands(&task, backward_band);
}

/* moving = momentum moving + (1 - momentum) of the batch; the variance is the biased one, as in
 * Keras. A mean over batches has the momentum that it takes. */
static void update_running_statistics(struct network *network, struct operation *operation)
{
	if (operation->is_inference)
		return;
	float momentum =
		network->batch_share > 0 ? 1 - network->batch_share : operation->layer->momentum;
	int first = operation->first_parameter + operation->layer->scale + operation->layer->center;
	float *mean = network_parameter_values(network, first),
	      *variance = network_parameter_values(network, first + 1);
	for (int c = 0; c < operation->out.channels; c++) {
		mean[c] = mean[c] * momentum + statistic(operation, MEAN)[c] * (1 - momentum);
		variance[c] =
			variance[c] * momentum + statistic(operation, VARIANCE)[c] * (1 - momentum);
	}
}

const struct operation_kind normalization_kind = {
	.state_size = sizeof(struct normalization),
	.allocate_buffers = allocate_buffers,
	.forward = forward,
	.backward = backward,
	.update_running_statistics = update_running_statistics,
	.in_place = true,
	.fuses_any_activation = true,
};

static void plan(struct planner *planner, int node)
{
	struct operation *operation =
		plan_append(planner, node, &normalization_kind, graph_layer(planner->graph, node));
	if (planner->network->mode != NETWORK_EXPLAIN)
		plan_fuse_activation(planner, operation);
}

const struct layer_operation operation_of_BATCH_NORMALIZATION = {&normalization_kind, plan};
