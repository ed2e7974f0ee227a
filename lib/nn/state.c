/* What training changes, for checkpoints and averaged weights. */
#include "nn/run.h"

struct training_state network_training_state(struct network *network)
{
	network->weights_changed = true;
	return (struct training_state){
		.weights = network->weights,
		.first_moments = network->first_moments,
		.second_moments = network->second_moments,
		.weight_count = network->weight_count,
		.moment_count = network->trainable_count,
		.beta1_power = &network->beta1_power,
		.beta2_power = &network->beta2_power,
	};
}

void network_average_weights(struct network *network, float *average, float amount)
{
	interpolate_values(network, average, network->weights, amount, network->weight_count);
}

struct other_weights {
	struct network *network;
	float *values;
};

static void exchange_span(void *context, int index, int worker)
{
	(void)worker;
	const struct other_weights *other = context;
	struct span span = span_of(other->network->weight_count, index);
	float *ours = other->network->weights + span.first, *theirs = other->values + span.first;
	for (size_t i = 0; i < span.count; i++) {
		float value = ours[i];
		ours[i] = theirs[i];
		theirs[i] = value;
	}
}

void network_exchange_weights(struct network *network, float *other)
{
	struct other_weights task = {network, other};
	parallel_for(network->pool, spans_of(network->weight_count), exchange_span, &task);
	network->weights_changed = true;
}
