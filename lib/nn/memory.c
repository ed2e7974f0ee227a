/* When the values and gradients of a network are needed, and where they lie.
 *
 * Time counts operations: operation i runs forward at time i and backward at time 2 count - i; the
 * loss is computed at time `count`. */
#include "nn/memory.h"

#include "nn/chain.h"

#include <stdlib.h>

enum { FOREVER = 1 << 30 };

static const struct value *output_of(const struct network *network)
{
	return node_value(network, network->graph.node_count);
}

static int forward_time(const struct network *network, const struct operation *operation)
{
	return (int)(operation - network->operations);
}

static int backward_time(const struct network *network, const struct operation *operation)
{
	return 2 * network->operation_count - forward_time(network, operation);
}

/* The last time that a value is read. */
static int last_read(const struct network *network, const struct value *value)
{
	if (network->mode == NETWORK_EXPLAIN)
		return FOREVER;
	if (value->wants_gradient && value->producer)
		return backward_time(network, value->producer);
	int last = value->last_use < 0 ? 0 : value->last_use;
	/* In training all are searched for what is not finite, before backward. */
	if (value == output_of(network) || network->mode == NETWORK_TRAIN)
		last = network->operation_count;
	for (int i = 0; i <= value->last_use && network->mode == NETWORK_TRAIN; i++)
		for (int k = 0; k < network->operations[i].input_count; k++)
			if (network->operations[i].inputs[k] == value &&
				network->operations[i].output_value->wants_gradient &&
				backward_time(network, &network->operations[i]) > last)
				last = backward_time(network, &network->operations[i]);
	return last;
}

static int add_place(struct network *network, const struct value *value, int first, int last)
{
	network->places[network->place_count] =
		(struct place){.count = (size_t)network->batch * shape_count(value->shape),
			.first = first,
			.last = last};
	return network->place_count++;
}

static void place_values(struct network *network)
{
	for (int i = 1; i < network->value_count; i++) {
		struct value *value = &network->values[i];
		const struct operation *producer = value->producer;
		int last = last_read(network, value);
		if (producer->is_chained)
			continue;
		if (!producer->is_fused) {
			value->place =
				add_place(network, value, forward_time(network, producer), last);
			continue;
		}
		/* Its values are computed from its input where they are read. */
		value->place = producer->inputs[0]->place;
		if (value->place >= 0 && network->places[value->place].last < last)
			network->places[value->place].last = last;
	}
}

/* A value's gradient is needed from its last user's backward to its producer's. What an in-place
 * operation is the first to write lies where the gradient of its output was. */
static void place_gradient(struct network *network, struct value *value)
{
	int first = value->last_use < 0
		? network->operation_count
		: backward_time(network, &network->operations[value->last_use]);
	int last = value->producer ? backward_time(network, value->producer) : FOREVER;
	const struct operation *user =
		value->last_use < 0 ? NULL : &network->operations[value->last_use];
	/* As the network's output it gets the first gradient before any operation runs. */
	if (value == output_of(network)) {
		first = network->operation_count;
		user = NULL;
	}
	if (user && user->kind->in_place && user->inputs[0] == value &&
		network->mode == NETWORK_TRAIN) {
		value->gradient_place = user->output_value->gradient_place;
		if (network->places[value->gradient_place].last < last)
			network->places[value->gradient_place].last = last;
	} else {
		value->gradient_place = add_place(network, value, first, last);
	}
}

/* Whether the gradient that operation `index` has for its input `k` is added to what is there: an
 * operation after it, or an input before it, reads the same value. For explaining any may be the
 * first. */
static bool adds_gradient(const struct network *network, int index, int k)
{
	const struct operation *operation = &network->operations[index];
	const struct value *value = operation->inputs[k];
	if (value->uses < 2)
		return false;
	if (network->mode == NETWORK_EXPLAIN || value->last_use > index ||
		value == output_of(network))
		return true;
	for (int i = 0; i < k; i++)
		if (operation->inputs[i] == value)
			return true;
	return false;
}

static void place_gradients(struct network *network)
{
	for (int i = network->operation_count; i-- > 0;) {
		struct operation *operation = &network->operations[i];
		struct value *value = operation->output_value;
		if (!value->wants_gradient)
			continue;
		place_gradient(network, value);
		for (int k = 0; k < operation->input_count; k++)
			operation->spare_places[k] =
				operation->inputs[k]->wants_gradient && adds_gradient(network, i, k)
				? add_place(network, operation->inputs[k],
					  backward_time(network, operation),
					  backward_time(network, operation))
				: -1;
	}
	if (network->values[0].wants_gradient)
		place_gradient(network, &network->values[0]);
}

/* ---- all memory ---- */

/* `count` floats for each worker, rounded up to whole cache lines. */
static float *take_for_workers(struct network *network, size_t *count)
{
	size_t workers = (size_t)parallel_threads(network->pool);
	*count = (*count + CHANNEL_BLOCK) / CHANNEL_BLOCK * CHANNEL_BLOCK;
	return arena_floats(&network->arena,
		*count > SIZE_MAX / workers ? SIZE_MAX : *count * workers);
}

/* How large the memory is that operations share is known after the first time. */
static void lay_out(struct network *network, size_t shared)
{
	struct arena *arena = &network->arena;
	size_t batch = (size_t)network->batch;
	network->weights = arena_floats(arena, network->weight_count);
	if (network->mode == NETWORK_TRAIN) {
		network->gradients = arena_floats(arena, network->trainable_count);
		network->first_moments = arena_floats(arena, network->trainable_count);
		network->second_moments = arena_floats(arena, network->trainable_count);
		network->span_norms =
			arena_doubles(arena, (size_t)spans_of(network->trainable_count));
		network->spare_gradients = arena_floats(arena, network->spare_gradient_count);
	}
	network->input = network->mode != NETWORK_PREDICT
		? arena_floats(arena, batch * shape_count(network->graph.input))
		: NULL;
	network->shared = arena_floats(arena, shared);
	network->leaves = arena_floats(arena, network->leaf_count);
	network->scratch_count = network->ring_count = 0;
	for (int i = 0; i < network->operation_count; i++) {
		struct operation *operation = &network->operations[i];
		if (operation->kind->allocate_buffers)
			operation->kind->allocate_buffers(network, operation);
		if (is_chain(operation))
			chain_allocate(network, operation);
	}
	network->probabilities = arena_floats(arena, batch * (size_t)network_outputs(network));
	network->scratch = take_for_workers(network, &network->scratch_count);
	network->rings = take_for_workers(network, &network->ring_count);
}

static float *at_place(const struct network *network, int place)
{
	return place < 0 ? NULL : network->shared + network->places[place].offset;
}

static void set_pointers(struct network *network)
{
	for (int i = 0; i < network->parameter_count; i++)
		network->parameters[i].values = network->weights + network->offsets[i];
	for (int i = 0; i < network->value_count; i++) {
		struct value *value = &network->values[i];
		value->memory = at_place(network, value->place);
		value->gradient = at_place(network, value->gradient_place);
	}
	for (int i = 0; i < network->operation_count; i++)
		network->operations[i].output = network->operations[i].is_fused
			? NULL
			: network->operations[i].output_value->memory;
}

/* The largest layer with several uses. */
static size_t spare_gradient_count(const struct network *network)
{
	size_t largest = 0;
	for (int layer = 0; layer < network->graph.layer_count; layer++) {
		size_t count = 0;
		int uses = 0;
		for (int i = 0; i < network->graph.node_count; i++)
			uses += network->graph.nodes[i].layer == layer;
		for (int i = 0; i < network->parameter_count; i++)
			if (network->parameters[i].layer_index == layer)
				count += network->parameters[i].count;
		largest = uses > 1 && count > largest ? count : largest;
	}
	return largest;
}

int allocate_memory(struct network *network, struct error *error)
{
	size_t inputs = 0, values = (size_t)network->value_count;
	for (int i = 0; i < network->operation_count; i++)
		inputs += (size_t)network->operations[i].input_count;
	network->places = calloc(2 * values + inputs, sizeof *network->places);
	if (!network->places)
		return error_memory(error, "network");
	place_values(network);
	place_gradients(network);
	network->spare_gradient_count = spare_gradient_count(network);
	size_t shared = arena_share(network->places, network->place_count);
	lay_out(network, shared);
	network->arena.used = 0;
	lay_out(network, shared);
	network->memory = arena_allocate(&network->arena);
	if (!network->memory)
		return error_memory(error, "network");
	lay_out(network, shared);
	set_pointers(network);
	return 0;
}
