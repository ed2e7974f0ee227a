/* Weights in HDF5. HDF5 1.10 may crash on strings of variable length, which h5py writes: such files
 * are read in another process, as in the tools; all others are parsed in this one, where the fuzzer
 * sees crashes and coverage. */
#include "common/fuzz.h"

#include "format/weights.h"
#include "model/model.h"
#include "tap.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static struct network *network;
static size_t value_count;

static void make_network(void)
{
	struct graph graph;
	if (architecture_read(&graph, fixture("model/plain.json"), NULL, NULL) ||
		network_create(&network, &graph, NETWORK_PREDICT, 1, NULL, NULL))
		abort();
	graph_free(&graph);
	for (int i = 0; i < network_parameter_count(network); i++)
		value_count += network_parameter(network, i).count;
}

/* Checks that the values are inside the file or converted. */
static int parse(const unsigned char *bytes, size_t size, struct error *error)
{
	int count = network_parameter_count(network);
	float *values = malloc(value_count * sizeof *values);
	struct weights_location *places = calloc((size_t)count, sizeof *places);
	if (!values || !places)
		abort();
	int result = weights_parse(bytes, size, "weights", network, values, places, error);
	for (int i = 0; result == 0 && i < count; i++)
		assert(places[i].converted ||
			places[i].offset + network_parameter(network, i).count * sizeof *values <=
				size);
	free(values);
	free(places);
	return result;
}

bool fuzz_try(const unsigned char *bytes, size_t size)
{
	struct error error = {0};
	if (!network)
		make_network();
	int result = memmem(bytes, size, "GCOL", 4)
		? weights_read(network, fuzz_file(bytes, size), &error)
		: parse(bytes, size, &error);
	return result == 0 || fuzz_refused(&error);
}
