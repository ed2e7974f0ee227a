/* Tasks of a backward pass that goes through whole samples. With few threads a task does all for a
 * group of samples (leaves.h), which it then reads from memory once. With many there are tasks for
 * some rows of a group's gradient of the weights, and others for the input of each sample. */
#include "nn/convolution.h"

#include <string.h>

struct samples_backward {
	struct network *network;
	const struct operation *operation;
	int n;
	float *gradient, *input_gradient;
	const struct sample_backward *backward;
	int rows; /* of a leaf */
	int groups, parts;
	bool is_split; /* the input has tasks of its own */
};

/* Rows of the gradient of the weights, by filters. */
static int weight_rows(const struct network *network, const struct operation *operation)
{
	return (int)(network->parameters[operation->first_parameter].count /
		(size_t)operation->middle.channels);
}

static void fused_backward_sample(void *context, int sample, int worker)
{
	(void)worker;
	const struct samples_backward *task = context;
	size_t count = shape_count(task->operation->out), first = (size_t)sample * count;
	fused_backward(task->network->kernels, task->operation, task->gradient + first,
		(ptrdiff_t)first, count);
}

/* Some rows of a leaf. */
struct leaf_part {
	const struct samples_backward *task;
	int first, end;
	float *scratch;
};

static struct leaf_block block_of(const struct leaf_part *part)
{
	size_t width = (size_t)part->task->backward->width;
	return (struct leaf_block){.first = (size_t)part->first * width,
		.length = (size_t)(part->end - part->first) * width,
		.rows = 1};
}

static void run_samples(const struct leaf_part *part, int sample, int samples, float *leaf,
	bool wants_input, bool fuses)
{
	const struct samples_backward *task = part->task;
	const struct sample_work work = {
		.network = task->network,
		.operation = task->operation,
		.sample = sample,
		.samples = samples,
		.fuses = fuses,
		.gradient = task->gradient + (size_t)sample * shape_count(task->operation->out),
		.leaf = leaf,
		.first_row = part->first,
		.end_row = part->end,
		.dx = wants_input && task->input_gradient
			? task->input_gradient + (size_t)sample * shape_count(task->operation->in)
			: NULL,
		.scratch = part->scratch,
	};
	task->backward->function(&work);
}

static void sum_leaf(void *context, int first, int end, float *leaf)
{
	const struct leaf_part *part = context;
	const struct samples_backward *task = part->task;
	const struct leaf_block block = block_of(part);
	memset(leaf + block.first, 0, block.length * sizeof *leaf);
	int samples = task->backward->whole_leaves ? end - first : 1;
	for (int sample = first; sample < end; sample += samples)
		run_samples(part, sample, samples, leaf, !task->is_split, !task->is_split);
}

/* First a part of a group's leaves each, then a sample's input. */
static void backward_task(void *context, int index, int worker)
{
	const struct samples_backward *task = context;
	int leaf_tasks = task->groups * task->parts, number = index % task->parts;
	struct leaf_part part = {task, part_begin(number, task->parts, task->rows),
		part_begin(number + 1, task->parts, task->rows),
		worker_scratch(task->network, worker)};
	if (index >= leaf_tasks) {
		run_samples(&part, index - leaf_tasks, 1, NULL, true, !task->is_split);
		return;
	}
	const struct leaf_block block = block_of(&part);
	leaf_sum_group(&convolution_of(task->operation)->leaves, task->network->kernels, task->n,
		index / task->parts, &block, 1, sum_leaf, &part);
}

void backward_by_samples(struct network *network, const struct operation *operation, int n,
	float *gradient, const struct sample_backward *backward)
{
	float *input_gradient = operation->input_gradients[0];
	enum { TASKS = 2 }; /* for each thread */
	struct samples_backward task = {network, operation, n, gradient, input_gradient, backward,
		.rows = weight_rows(network, operation) + 1, .parts = 1};
	int threads = parallel_threads(network->pool);
	if (trains(network, operation)) {
		task.groups = leaf_groups(&convolution_of(operation)->leaves, n);
		task.is_split = threads > 1 && task.groups < TASKS * threads;
		task.parts = parts_of(network->pool, task.groups, TASKS,
			task.is_split ? backward->most_parts : 1);
	}
	if (task.is_split)
		parallel_for(network->pool, n, fused_backward_sample, &task);
	bool samples = input_gradient && (task.is_split || task.groups == 0);
	parallel_for(network->pool, task.groups * task.parts + (samples ? n : 0), backward_task,
		&task);
	if (trains(network, operation))
		collect_leaves(network, operation, n, backward->width);
}

void collect_leaves(const struct network *network, const struct operation *operation, int n,
	int width)
{
	int channels = operation->middle.channels, rows = weight_rows(network, operation);
	const float *sums = convolution_of(operation)->leaves.arrays;
	const size_t *offsets = network->offsets + operation->first_parameter;
	leaf_join_groups(&convolution_of(operation)->leaves, network->kernels, network->pool, n);
	if (channels == width)
		memcpy(network->gradients + offsets[0], sums,
			(size_t)rows * (size_t)width * sizeof *sums);
	else
		compact_rows(network->gradients + offsets[0], sums, rows, channels, width);
	if (operation->layer->use_bias)
		memcpy(network->gradients + offsets[1], sums + (size_t)rows * (size_t)width,
			(size_t)channels * sizeof *sums);
}
