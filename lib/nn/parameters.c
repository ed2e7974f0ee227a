/* The parameters of a network: where they lie, and what they are before training. */
#include "nn/parameters.h"

#include "base/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void add_parameter(struct network *network, int layer, int index,
	const struct parameter_shape *shape)
{
	const struct layer *source = &network->graph.layers[layer];
	struct parameter *parameter = &network->parameters[network->parameter_count++];
	*parameter = (struct parameter){.layer = source->name,
		.name = shape->name,
		.layer_index = layer,
		.rank = shape->rank,
		.count = 1,
		.trainable = !shape->is_statistic && !source->is_frozen,
		.initializer = shape->initializer,
		.penalty = source->penalties[index]};
	for (int i = 0; i < shape->rank; i++) {
		parameter->shape[i] = shape->sides[i];
		parameter->count *= (size_t)shape->sides[i];
	}
	network->has_penalties |=
		parameter->trainable && (parameter->penalty.l1 > 0 || parameter->penalty.l2 > 0);
}

/* Kernels: what weight decay reaches. */
static bool decays(const struct parameter *parameter)
{
	return parameter->initializer == INITIALIZER_GLOROT_UNIFORM;
}

/* Offsets of the parameters in the arrays: first those with weight decay, then the other trainable
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
					     : &network->weight_count) = used;
	}
}

int list_parameters(struct network *network, struct error *error)
{
	const struct graph *graph = &network->graph;
	size_t layers = (size_t)graph->layer_count;
	network->parameters = calloc(PARAMETERS_MAXIMUM * layers, sizeof *network->parameters);
	network->offsets = calloc(PARAMETERS_MAXIMUM * layers, sizeof *network->offsets);
	network->first_parameters = calloc(layers, sizeof *network->first_parameters);
	network->has_gradient = calloc(PARAMETERS_MAXIMUM * layers, sizeof *network->has_gradient);
	if (!network->parameters || !network->offsets || !network->first_parameters ||
		!network->has_gradient)
		return error_memory(error, "network");
	for (int i = 0; i < graph->layer_count; i++) {
		struct parameter_shape shapes[PARAMETERS_MAXIMUM];
		int node = graph_first_node(graph, i);
		int count = layer_parameters(&graph->layers[i],
			graph_shape(graph, network->shapes, graph_input(graph, node, 0)), shapes);
		network->first_parameters[i] = count ? network->parameter_count : -1;
		for (int k = 0; k < count; k++)
			add_parameter(network, i, k, &shapes[k]);
	}
	order_parameters(network);
	return 0;
}

/* ---- what they are before training ---- */

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

static void draw_weights(struct network *network, int index, uint64_t seed)
{
	enum { PIECE = 1 << 16 }; /* numbers drawn from one random sequence */
	const struct parameter *parameter = &network->parameters[index];
	/* A layer's second kernel has sequences of its own. */
	uint64_t kernel = (uint64_t)(index - network->first_parameters[parameter->layer_index])
		<< 32;
	float limit = glorot_limit(parameter), *values = network_parameter_values(network, index);
	struct random random;
	for (size_t k = 0; k < parameter->count; k++) {
		if (k % PIECE == 0)
			random = random_start(seed, RANDOM_INITIALIZE,
				(uint64_t)parameter->layer_index, kernel | k / PIECE);
		values[k] = random_between(&random, -limit, limit);
	}
}

void network_initialize(struct network *network, uint64_t seed)
{
	for (int i = 0; i < network->parameter_count; i++) {
		const struct parameter *parameter = &network->parameters[i];
		float *values = network_parameter_values(network, i);
		if (parameter->initializer == INITIALIZER_GLOROT_UNIFORM)
			draw_weights(network, i, seed);
		for (size_t k = 0; k < parameter->count &&
			parameter->initializer != INITIALIZER_GLOROT_UNIFORM;
			k++)
			values[k] = parameter->initializer == INITIALIZER_ONES;
	}
}

/* ---- accessors ---- */

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
	return network->weights + network->offsets[index];
}

const float *network_gradient(const struct network *network, int parameter)
{
	bool there = network->gradients && network->parameters[parameter].trainable;
	return there ? network->gradients + network->offsets[parameter] : NULL;
}

/* ---- what they are in a file ---- */

struct parameter_copy {
	const struct kernels *kernels;
	float *to;
	const unsigned char *from;
	size_t count;
	atomic_bool not_finite;
};

static void copy_span(void *context, int index, int worker)
{
	(void)worker;
	struct parameter_copy *copy = context;
	struct span span = span_of(copy->count, index);
	float *to = copy->to + span.first;
	memcpy(to, copy->from + span.first * sizeof *to, span.count * sizeof *to);
	if (!copy->kernels->finite(to, span.count))
		copy->not_finite = true;
}

bool network_set_parameter(struct network *network, int index, const void *values)
{
	struct parameter_copy copy = {.kernels = network->kernels,
		.to = network_parameter_values(network, index),
		.from = values,
		.count = network->parameters[index].count};
	parallel_for(network->pool, spans_of(copy.count), copy_span, &copy);
	return !copy.not_finite;
}

static bool is_same_parameter(struct parameter a, struct parameter b)
{
	return strcmp(a.layer, b.layer) == 0 && strcmp(a.name, b.name) == 0 && a.count == b.count;
}

int network_copy_parameters(struct network *to, const struct network *from)
{
	int copied = 0;
	for (int i = 0; i < network_parameter_count(to); i++)
		for (int k = 0; k < network_parameter_count(from); k++) {
			struct parameter target = network_parameter(to, i),
					 source = network_parameter(from, k);
			if (!is_same_parameter(target, source))
				continue;
			memcpy(network_parameter_values(to, i), source.values,
				source.count * sizeof *source.values);
			copied++;
		}
	return copied;
}
