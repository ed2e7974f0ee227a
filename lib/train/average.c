#include "train/average.h"

#include <stdlib.h>
#include <string.h>

enum { EVERY = 8 };

int average_create(struct average *average, struct network *network, double decay,
	struct error *error)
{
	struct training_state state = network_training_state(network);
	*average = (struct average){.decay = decay};
	average->weights = malloc(state.weight_count * sizeof *average->weights);
	if (!average->weights)
		return error_memory(error, "average of the weights");
	memcpy(average->weights, state.weights, state.weight_count * sizeof *average->weights);
	return 0;
}

static double decay_at(const struct average *average, uint64_t updates)
{
	double early = (1 + (double)updates) / (10 + (double)updates);
	return early < average->decay ? early : average->decay;
}

void average_complete(struct average *average, struct network *network, uint64_t updates)
{
	double kept = 1, decay = decay_at(average, updates);
	for (int i = 0; i < average->pending; i++)
		kept *= decay;
	if (average->weights && average->pending) {
		network_average_weights(network, average->weights, (float)(1 - kept));
		average->estimated_at = 0;
	}
	average->pending = 0;
}

void average_note(struct average *average, struct network *network, uint64_t updates)
{
	if (++average->pending == EVERY)
		average_complete(average, network, updates);
}

void average_exchange(struct average *average, struct network *network)
{
	if (average->weights)
		network_exchange_weights(network, average->weights);
}

bool average_is_valid(const struct average *average)
{
	return average->pending >= 0 && average->pending < EVERY;
}

void average_free(struct average *average)
{
	free(average->weights);
	*average = (struct average){0};
}
