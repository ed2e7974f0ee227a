#include "nn/finite.h"

#include "nn/normalization.h"

struct finite_search {
	const struct network *network;
	int n;
	bool all;         /* else only where it has to be */
	atomic_int found; /* the lowest index of what is not finite */
};

static void note_index(struct finite_search *search, int index)
{
	int known = atomic_load(&search->found);
	while (index < known && !atomic_compare_exchange_weak(&search->found, &known, index))
		;
}

/* Whether an operation's output is finite in one sample; `row` is scratch memory for a row of a
 * fused normalisation. */
static bool output_is_finite(const struct network *network, const struct operation *operation,
	int sample, float *row)
{
	const struct kernels *kernels = network->kernels;
	size_t count = shape_count(operation->out),
	       line = (size_t)operation->out.width * (size_t)operation->out.channels;
	if (!operation->is_fused)
		return kernels->finite(operation->output + (size_t)sample * count, count);
	const float *x = operation->input + (size_t)sample * count;
	for (int y = 0; y < operation->out.height; y++, x += line) {
		copy_normalized(kernels, operation, row, x, operation->out.width,
			operation->out.channels);
		if (!kernels->finite(row, line))
			return false;
	}
	return true;
}

/* What backward checks, or a normalisation has statistics of, is checked here only when something
 * is not finite. */
static void search_output(void *context, int index, int worker)
{
	struct finite_search *search = context;
	const struct network *network = search->network;
	const struct operation *operation = &network->operations[index / search->n];
	bool good = operation->kind != &normalization_kind ||
		normalization_is_finite(network->kernels, operation);
	if (search->all ||
		!(operation->checks_finite || operation->fused_output_normalization ||
			operation->is_fused))
		good = good &&
			output_is_finite(network, operation, index % search->n,
				worker_scratch(network, worker));
	if (!good)
		note_index(search, index / search->n);
}

/* The first layer whose output is not finite, or -1. */
int bad_output(const struct network *network, int n, bool all)
{
	struct finite_search search = {.network = network,
		.n = n,
		.all = all,
		.found = network->operation_count};
	parallel_for(network->pool, network->operation_count * n, search_output, &search);
	int found = search.found;
	return found < network->operation_count
		? network->graph.nodes[network->operations[found].node].layer
		: -1;
}

struct finite_check {
	const struct network *network;
	const float *values; /* of all parameters */
	size_t count;
	atomic_bool not_finite;
};

static void search_span(void *context, int index, int worker)
{
	(void)worker;
	struct finite_check *check = context;
	struct span span = span_of(check->count, index);
	if (!check->network->kernels->finite(check->values + span.first, span.count))
		check->not_finite = true;
}

/* The first layer with a value that is not finite in an array of `count` values or gradients of
 * parameters, or -1. */
int bad_array(const struct network *network, const float *values, size_t count)
{
	struct finite_check check = {.network = network, .values = values, .count = count};
	parallel_for(network->pool, spans_of(count), search_span, &check);
	int layer = -1;
	for (int i = 0; i < network->parameter_count && check.not_finite; i++) {
		const struct parameter *parameter = &network->parameters[i];
		if (network->offsets[i] < count && (layer < 0 || parameter->layer_index < layer) &&
			!network->kernels->finite(values + network->offsets[i], parameter->count))
			layer = parameter->layer_index;
	}
	return layer;
}

int network_bad_layer(const struct network *network)
{
	return bad_array(network, network->weights, network->weight_count);
}
