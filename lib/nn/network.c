#include "nn/engine.h"

#include "base/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { ALIGNMENT = 64, SLACK = CHANNEL_BLOCK * sizeof(float) };

/* Sizes of hostile architectures stop here instead of wrapping around. */
static const size_t arena_limit = SIZE_MAX / 4;

static void *arena_take(struct arena *arena, size_t count, size_t size)
{
	if (arena->used > arena_limit || count > arena_limit / size) {
		arena->used = arena_limit + 1;
		return NULL;
	}
	char *place = arena->base ? arena->base + arena->used : NULL;
	arena->used += (count * size + SLACK + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	return place;
}

float *arena_floats(struct arena *arena, size_t count)
{
	return arena_take(arena, count, sizeof(float));
}

double *arena_doubles(struct arena *arena, size_t count)
{
	return arena_take(arena, count, sizeof(double));
}

uint8_t *arena_bytes(struct arena *arena, size_t count)
{
	return arena_take(arena, count, 1);
}

void request_scratch(struct network *network, size_t count)
{
	if (count > network->scratch_count)
		network->scratch_count = count;
}

float *worker_scratch(const struct network *network, int worker)
{
	return network->scratch + (size_t)worker * network->scratch_count;
}

void allocate_leaves(struct network *network, struct operation *operation, size_t size)
{
	operation->leaves = leaf_sums_plan(size, network->batch);
	operation->leaves.arrays =
		arena_floats(&network->arena, leaf_sums_floats(&operation->leaves, network->batch));
}

void join_leaves(const struct network *network, const struct operation *operation, int n)
{
	leaf_join_groups(&operation->leaves, network->kernels, network->pool, n);
}

void compact_rows(float *out, const float *x, int rows, int width, int stride)
{
	for (int i = 0; i < rows; i++)
		memcpy(out + (size_t)i * (size_t)width, x + (size_t)i * (size_t)stride,
			(size_t)width * sizeof *out);
}

void pad_rows(float *out, const float *x, int rows, int width, int stride)
{
	for (int i = 0; i < rows; i++, out += stride, x += width) {
		memcpy(out, x, (size_t)width * sizeof *out);
		memset(out + width, 0, (size_t)(stride - width) * sizeof *out);
	}
}

/* ---- memory ---- */

/* Assigns all buffers their place in the arena; with arena.base NULL it only computes the size. */
static void allocate_buffers(struct network *network)
{
	struct arena *arena = &network->arena;
	size_t batch = (size_t)network->batch, largest = 0;
	bool keeps = network->mode != NETWORK_PREDICT;
	arena->used = 0;
	network->values = arena_floats(arena, network->value_count);
	if (network->mode == NETWORK_TRAIN) {
		network->gradients = arena_floats(arena, network->trainable_count);
		network->first_moments = arena_floats(arena, network->trainable_count);
		network->second_moments = arena_floats(arena, network->trainable_count);
	}
	network->input = keeps
		? arena_floats(arena, batch * shape_count(network->architecture.input))
		: NULL;
	for (int i = 0; i < network->operation_count; i++) {
		struct operation *operation = &network->operations[i];
		size_t count = shape_count(operation->out);
		largest = count > largest ? count : largest;
		operation->output =
			keeps && !operation->is_fused ? arena_floats(arena, batch * count) : NULL;
		operation->kind->allocate_buffers(network, operation);
	}
	if (network->mode == NETWORK_EXPLAIN && shape_count(network->architecture.input) > largest)
		largest = shape_count(network->architecture.input);
	for (int i = 0; i < 2; i++)
		network->ping_pong[i] = arena_floats(arena, batch * largest);
	network->probabilities = arena_floats(arena, batch * (size_t)network_outputs(network));
	/* Whole cache lines for each worker. */
	network->scratch_count =
		(network->scratch_count + CHANNEL_BLOCK) / CHANNEL_BLOCK * CHANNEL_BLOCK;
	network->scratch = arena_take(arena, network->scratch_count,
		sizeof(float) * (size_t)parallel_threads(network->pool));
}

/* Page faults of thousands of small pages take longer than a forward pass, and TLB misses slow
 * training. This is advice: where the system has no huge pages, nothing changes. */
static void use_huge_pages(char *memory, size_t size)
{
	enum { HUGE_PAGE = 2 << 20 };
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE),
		  first = ((uintptr_t)memory + page - 1) / page * page;
	if (size >= HUGE_PAGE)
		madvise((void *)first, (uintptr_t)memory + size - first, MADV_HUGEPAGE);
}

static int allocate_memory(struct network *network, struct error *error)
{
	allocate_buffers(network);
	size_t size = network->arena.used;
	/* calloc's pages are allocated when first touched: a batch may be smaller than the
	 * largest. */
	network->memory = size <= arena_limit ? calloc(1, size + ALIGNMENT) : NULL;
	if (!network->memory)
		return error_memory(error, "network");
	use_huge_pages(network->memory, size);
	network->arena.base =
		network->memory + (ALIGNMENT - (uintptr_t)network->memory % ALIGNMENT);
	network->scratch_count = 0;
	allocate_buffers(network);
	for (int i = 0; i < network->parameter_count; i++)
		network->parameters[i].values = network->values + network->offsets[i];
	for (int i = 0; network->mode == NETWORK_PREDICT && i < network->operation_count; i++)
		network->operations[i].output = network->ping_pong[i % 2];
	return 0;
}

/* ---- parameters ---- */

static void add_parameter(struct network *network, int layer, const char *name, bool trainable,
	const int *shape, int rank)
{
	struct parameter *parameter = &network->parameters[network->parameter_count++];
	*parameter = (struct parameter){.layer = network->architecture.layers[layer].name,
		.name = name,
		.layer_index = layer,
		.rank = rank,
		.count = 1,
		.trainable = trainable};
	for (int i = 0; i < rank; i++) {
		parameter->shape[i] = shape[i];
		parameter->count *= (size_t)shape[i];
	}
}

static void add_layer_parameters(struct network *network, int index)
{
	const struct layer *layer = &network->architecture.layers[index];
	struct shape in = index ? network->shapes[index - 1] : network->architecture.input;
	int out = network->shapes[index].channels;
	const int kernel[] = {layer->kernel_height, layer->kernel_width, in.channels,
		layer->filters};
	if (layer->kind == LAYER_CONVOLUTION)
		add_parameter(network, index, "kernel", true, kernel, 4);
	else if (layer->kind == LAYER_DEPTHWISE_CONVOLUTION)
		add_parameter(network, index, "depthwise_kernel", true, kernel, 4);
	else if (layer->kind == LAYER_DENSE)
		add_parameter(network, index, "kernel", true, kernel + 2, 2);
	else if (layer->kind == LAYER_BATCH_NORMALIZATION) {
		if (layer->scale)
			add_parameter(network, index, "gamma", true, &out, 1);
		if (layer->center)
			add_parameter(network, index, "beta", true, &out, 1);
		add_parameter(network, index, "moving_mean", false, &out, 1);
		add_parameter(network, index, "moving_variance", false, &out, 1);
		return;
	} else
		return;
	if (layer->use_bias)
		add_parameter(network, index, "bias", true, &out, 1);
}

static bool decays(const struct parameter *parameter)
{
	return parameter->rank > 1;
}

/* Offsets of the parameters in `values`: first those with weight decay, then the other trainable
 * ones, then the rest. */
static void order_parameters(struct network *network)
{
	size_t used = 0;
	for (int group = 0; group < 3; group++) {
		for (int i = 0; i < network->parameter_count; i++) {
			const struct parameter *parameter = &network->parameters[i];
			if (group != (!parameter->trainable ? 2 : decays(parameter) ? 0 : 1))
				continue;
			network->offsets[i] = used;
			used += (size_t)padded_channels((int)(parameter->count % CHANNEL_BLOCK)) +
				parameter->count / CHANNEL_BLOCK * CHANNEL_BLOCK;
		}
		*(group == 0                 ? &network->decayed_count
				: group == 1 ? &network->trainable_count
					     : &network->value_count) = used;
	}
}

/* ---- making ---- */

static int build(struct network *network, const struct architecture *architecture,
	struct error *error)
{
	if (kernels_select(&network->kernels, error) ||
		architecture_copy(&network->architecture, architecture, error))
		return -1;
	if (architecture->layer_count < 1 || architecture->layer_count > LAYERS_MAXIMUM)
		return error_set(error, "architecture", "%d layers are not in 1..%d",
			architecture->layer_count, LAYERS_MAXIMUM);
	size_t layers = (size_t)architecture->layer_count;
	network->shapes = calloc(layers, sizeof *network->shapes);
	network->parameters = calloc(4 * layers, sizeof *network->parameters);
	network->offsets = calloc(4 * layers, sizeof *network->offsets);
	network->operations = calloc(2 * layers, sizeof *network->operations);
	network->operation_ends = calloc(layers, sizeof *network->operation_ends);
	if (!network->shapes || !network->parameters || !network->offsets || !network->operations ||
		!network->operation_ends)
		return error_memory(error, "network");
	if (architecture_shapes(&network->architecture, network->shapes, error))
		return -1;
	for (int i = 0; i < architecture->layer_count; i++)
		add_layer_parameters(network, i);
	order_parameters(network);
	plan_operations(network);
	return allocate_memory(network, error);
}

int network_create(struct network **out, const struct architecture *architecture,
	enum network_mode mode, int batch, struct parallel *pool, struct error *error)
{
	*out = NULL;
	if (batch < 1 || batch > 1 << 20)
		return error_set(error, "batch size", "%d is not in 1..%d", batch, 1 << 20);
	struct network *network = calloc(1, sizeof *network);
	if (!network)
		return error_memory(error, "network");
	network->mode = mode;
	network->batch = batch;
	network->pool = pool;
	if (build(network, architecture, error)) {
		network_destroy(network);
		return -1;
	}
	for (int i = 0; i < network->parameter_count; i++) {
		struct parameter *parameter = &network->parameters[i];
		float *values = network_parameter_values(network, i);
		if (strcmp(parameter->name, "gamma") == 0 ||
			strcmp(parameter->name, "moving_variance") == 0)
			for (size_t k = 0; k < parameter->count; k++)
				values[k] = 1;
	}
	network->weights_changed = true;
	*out = network;
	return 0;
}

void network_destroy(struct network *network)
{
	if (!network)
		return;
	architecture_free(&network->architecture);
	free(network->shapes);
	free(network->parameters);
	free(network->offsets);
	free(network->operations);
	free(network->operation_ends);
	free(network->memory);
	free(network);
}

/* Fans as Keras counts them: the last two dimensions times the receptive field. */
static float glorot_limit(const struct parameter *parameter)
{
	double field = 1;
	for (int i = 0; i < parameter->rank - 2; i++)
		field *= parameter->shape[i];
	double in = field * parameter->shape[parameter->rank - 2],
	       out = field * parameter->shape[parameter->rank - 1];
	return (float)sqrt(6 / (in + out));
}

void network_initialize(struct network *network, uint64_t seed)
{
	enum { PIECE = 1 << 16 }; /* numbers drawn from one random sequence */
	for (int i = 0; i < network->parameter_count; i++) {
		struct parameter *parameter = &network->parameters[i];
		bool ones = strcmp(parameter->name, "gamma") == 0 ||
			strcmp(parameter->name, "moving_variance") == 0;
		float limit = parameter->rank > 1 ? glorot_limit(parameter) : 0;
		float *values = network_parameter_values(network, i);
		struct random random;
		for (size_t k = 0; k < parameter->count; k++) {
			if (k % PIECE == 0)
				random = random_start(seed, RANDOM_INITIALIZE,
					(uint64_t)parameter->layer_index, k / PIECE);
			values[k] = ones    ? 1
				: limit > 0 ? random_between(&random, -limit, limit)
					    : 0;
		}
	}
}

void prepare_weights(struct network *network)
{
	network->weights_changed = false;
	for (int i = 0; i < network->operation_count; i++) {
		struct operation *operation = &network->operations[i];
		if (operation->kind->prepare)
			operation->kind->prepare(network, operation);
	}
}

/* ---- accessors ---- */

const struct architecture *network_architecture(const struct network *network)
{
	return &network->architecture;
}

const struct shape *network_shapes(const struct network *network)
{
	return network->shapes;
}

int network_outputs(const struct network *network)
{
	return (int)shape_count(network->shapes[network->architecture.layer_count - 1]);
}

int network_parameter_count(const struct network *network)
{
	return network->parameter_count;
}

struct parameter network_parameter(const struct network *network, int index)
{
	return network->parameters[index];
}

float *network_parameter_values(struct network *network, int index)
{
	network->weights_changed = true;
	return network->values + network->offsets[index];
}

const float *network_gradient(const struct network *network, int parameter)
{
	bool there = network->gradients && network->parameters[parameter].trainable;
	return there ? network->gradients + network->offsets[parameter] : NULL;
}
