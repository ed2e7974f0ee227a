#include "train/regression.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MEMORY = 10, STEPS_MAXIMUM = 200, HALVINGS_MAXIMUM = 20 };
static const double sufficient_decrease = 1e-4, least_decrease = 1e-6;

/* A point of the search: arrays as the weights. */
struct point {
	float *weights, *gradient;
	double value; /* mean loss and penalty */
};

/* The last steps, and what the gradient changed by in each (Nocedal 1980). */
struct memory {
	float *steps[MEMORY], *changes[MEMORY];
	double products[MEMORY]; /* of the two */
	int count, next;
};

struct search {
	const struct regression *regression;
	double penalty;
	size_t size;
	float *block; /* all arrays below */
	struct point points[2];
	struct memory memory;
	float *direction;
	float *logits;    /* (count, classes) */
	float *residuals; /* (count, classes): gradient by the logits */
	float *padded;    /* (count, padded classes) */
};

size_t regression_weights(const struct regression *regression)
{
	return ((size_t)regression->width + 1) * (size_t)padded_channels(regression->classes);
}

void regression_predict(const struct regression *regression, const float *weights, float *logits)
{
	int pitch = padded_channels(regression->classes);
	struct product product = {.x = regression->features,
		.x_row = regression->row,
		.x_inner = 1,
		.w = weights,
		.w_row = pitch,
		.out = logits,
		.out_row = regression->classes,
		.initial = weights + (size_t)regression->width * (size_t)pitch,
		.count = regression->count,
		.outer = 1,
		.inner = regression->width,
		.width = regression->classes};
	regression->kernels->product(&product);
}

/* ---- the value and its gradient ---- */

/* Of the samples from `first` to `end`, as parts of the mean over all that are fitted to. */
static double add_loss(const struct search *search, int first, int end)
{
	const struct regression *regression = search->regression;
	int fitted = regression->count - (regression->held_end - regression->held_first),
	    classes = regression->classes, n = end - first;
	size_t offset = (size_t)first * (size_t)classes, size = (size_t)n * (size_t)classes;
	const float *targets = regression->targets + offset;
	float *residuals = search->residuals + offset, part = (float)n / (float)fitted;
	if (n == 0)
		return 0;
	loss_gradient(regression->kernels, regression->options, residuals, search->logits + offset,
		targets, n, classes);
	for (size_t i = 0; i < size; i++)
		residuals[i] *= part;
	return mean_loss(regression->kernels, regression->options, search->logits + offset, targets,
		       n, classes) *
		n / fitted;
}

static void pad_residuals(const struct search *search)
{
	size_t classes = (size_t)search->regression->classes,
	       pitch = (size_t)padded_channels((int)classes);
	for (int i = 0; i < search->regression->count; i++)
		memcpy(search->padded + (size_t)i * pitch, search->residuals + (size_t)i * classes,
			classes * sizeof *search->padded);
}

/* The transposed features times the residuals; the bias' feature is 1. */
static void compute_gradient(const struct search *search, float *gradient)
{
	const struct regression *regression = search->regression;
	int pitch = padded_channels(regression->classes);
	static const float one = 1;
	struct product product = {.x = regression->features,
		.x_row = 1,
		.x_inner = regression->row,
		.w = search->padded,
		.w_row = pitch,
		.out = gradient,
		.out_row = pitch,
		.count = regression->width,
		.outer = 1,
		.inner = regression->count,
		.width = regression->classes};
	regression->kernels->product(&product);
	product.x = &one;
	product.x_inner = 0;
	product.out = gradient + (size_t)regression->width * (size_t)pitch;
	product.count = 1;
	regression->kernels->product(&product);
}

static void evaluate(const struct search *search, struct point *point)
{
	const struct regression *regression = search->regression;
	size_t kernel = search->size - (size_t)padded_channels(regression->classes);
	double squares = 0;
	regression_predict(regression, point->weights, search->logits);
	point->value = add_loss(search, 0, regression->held_first) +
		add_loss(search, regression->held_end, regression->count);
	pad_residuals(search);
	compute_gradient(search, point->gradient);
	for (size_t i = 0; i < kernel; i++) {
		squares += (double)point->weights[i] * (double)point->weights[i];
		point->gradient[i] += (float)(2 * search->penalty) * point->weights[i];
	}
	point->value += search->penalty * squares;
}

/* ---- the direction ---- */

static double dot(const float *a, const float *b, size_t size)
{
	double sum = 0;
	for (size_t i = 0; i < size; i++)
		sum += (double)a[i] * (double)b[i];
	return sum;
}

static void add(float *to, double factor, const float *from, size_t size)
{
	for (size_t i = 0; i < size; i++)
		to[i] += (float)factor * from[i];
}

/* Nocedal's two loops: the inverse of the curvature that the memory knows, times -gradient. */
static void find_direction(struct search *search, const float *gradient)
{
	const struct memory *memory = &search->memory;
	float *direction = search->direction;
	size_t size = search->size;
	double factors[MEMORY];
	for (size_t i = 0; i < size; i++)
		direction[i] = -gradient[i];
	for (int i = 1; i <= memory->count; i++) {
		int k = (memory->next - i + MEMORY) % MEMORY;
		factors[k] = dot(memory->steps[k], direction, size) / memory->products[k];
		add(direction, -factors[k], memory->changes[k], size);
	}
	int last = (memory->next - 1 + MEMORY) % MEMORY;
	double scale = memory->count
		? memory->products[last] / dot(memory->changes[last], memory->changes[last], size)
		: 1 / (1 + sqrt(dot(gradient, gradient, size)));
	for (size_t i = 0; i < size; i++)
		direction[i] *= (float)scale;
	for (int i = memory->count; i >= 1; i--) {
		int k = (memory->next - i + MEMORY) % MEMORY;
		double factor = dot(memory->changes[k], direction, size) / memory->products[k];
		add(direction, factors[k] - factor, memory->steps[k], size);
	}
}

/* Only a step along which the gradient grows says something of a convex function's curvature. */
static void remember(struct search *search, const struct point *from, const struct point *to)
{
	struct memory *memory = &search->memory;
	float *step = memory->steps[memory->next], *change = memory->changes[memory->next];
	for (size_t i = 0; i < search->size; i++) {
		step[i] = to->weights[i] - from->weights[i];
		change[i] = to->gradient[i] - from->gradient[i];
	}
	double product = dot(step, change, search->size);
	if (!(product > 1e-10 * dot(change, change, search->size)))
		return;
	memory->products[memory->next] = product;
	memory->next = (memory->next + 1) % MEMORY;
	memory->count += memory->count < MEMORY;
}

/* Halves the step until the value decreases enough (Armijo 1966). Returns whether it does. */
static bool step_down(const struct search *search, const struct point *from, struct point *to)
{
	double slope = dot(from->gradient, search->direction, search->size), length = 1;
	for (int i = 0; i < HALVINGS_MAXIMUM && slope < 0; i++, length /= 2) {
		memcpy(to->weights, from->weights, search->size * sizeof *to->weights);
		add(to->weights, length, search->direction, search->size);
		evaluate(search, to);
		if (to->value <= from->value + sufficient_decrease * length * slope)
			return true;
	}
	return false;
}

/* Returns the point with the result. */
static const struct point *descend(struct search *search)
{
	struct point *from = &search->points[0], *to = &search->points[1];
	evaluate(search, from);
	for (int step = 0; step < STEPS_MAXIMUM; step++) {
		find_direction(search, from->gradient);
		if (!step_down(search, from, to))
			break;
		remember(search, from, to);
		bool is_done = from->value - to->value <= least_decrease * from->value;
		struct point *other = from;
		from = to;
		to = other;
		if (is_done)
			break;
	}
	return from;
}

static float *take(float **block, size_t size)
{
	float *array = *block;
	*block += size;
	return array;
}

static int search_create(struct search *search, const struct regression *regression, double penalty,
	struct error *error)
{
	size_t size = regression_weights(regression), count = (size_t)regression->count,
	       logits = count * (size_t)regression->classes,
	       padded = count * (size_t)padded_channels(regression->classes);
	*search = (struct search){.regression = regression, .penalty = penalty, .size = size};
	search->block =
		calloc((2 * MEMORY + 5) * size + 2 * logits + padded, sizeof *search->block);
	if (!search->block)
		return error_memory(error, "features");
	float *block = search->block;
	for (int i = 0; i < 2; i++)
		search->points[i] = (struct point){take(&block, size), take(&block, size), 0};
	for (int i = 0; i < MEMORY; i++) {
		search->memory.steps[i] = take(&block, size);
		search->memory.changes[i] = take(&block, size);
	}
	search->direction = take(&block, size);
	search->padded = take(&block, padded);
	search->residuals = take(&block, logits);
	search->logits = take(&block, logits);
	return 0;
}

int regression_fit(const struct regression *regression, double penalty, float *weights,
	struct error *error)
{
	struct search search;
	if (search_create(&search, regression, penalty, error))
		return -1;
	memcpy(search.points[0].weights, weights, search.size * sizeof *weights);
	memcpy(weights, descend(&search)->weights, search.size * sizeof *weights);
	free(search.block);
	return 0;
}
