#include "parsed.h"

#include "fuzz.h"
#include "model/parse.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Of networks larger than this the weights are refused, as those of a file that is too small. */
enum { VALUES_SIZE = 1 << 18 };

/* HDF5 1.10 reads behind the messages of damaged files where it copies them. The tools' process for
 * that may crash: only what else is wrong is a finding. A name that the sanitizer looks for. */
const char *__asan_default_suppressions(void);
const char *__asan_default_suppressions(void)
{
	return "interceptor_via_fun:H5\n";
}

static void announce(void)
{
}

/* Large, and zero but for what was written last. */
static struct parse_results *empty_results(void)
{
	static struct parse_results *results;
	if (!results)
		results = mmap(NULL, sizeof *results, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (results == MAP_FAILED)
		abort();
	results->graph.layer_count = results->graph.node_count = results->graph.edge_count = 0;
	results->hints = (struct model_hints){0};
	results->refusals.size = results->notes.size = results->labels.size = 0;
	results->weights_file = 0;
	memset(results->locations, 0, sizeof results->locations);
	return results;
}

static void check_list(const struct text_block *block)
{
	struct text_list list = {0};
	assert(text_block_read(block, &list, NULL) == 0);
	text_list_free(&list);
}

static void check_locations(const struct parse_request *request, const struct network *network)
{
	const struct weights_location *locations = request->results->locations;
	size_t converted = 0;
	for (int i = 0; i < network_parameter_count(network); i++) {
		size_t size = network_parameter(network, i).count * sizeof(float);
		converted += size;
		assert(locations[i].converted ? converted <= request->values_size
					      : locations[i].offset <= request->files.items->size &&
					size <= request->files.items->size - locations[i].offset);
	}
}

static void check_results(const struct parse_request *request)
{
	const struct parse_results *results = request->results;
	struct network *network;
	struct graph graph;
	assert(graph_image_read(&graph, &results->graph, NULL) == 0);
	assert(memchr(results->hints.loss, 0, sizeof results->hints.loss));
	check_list(&results->refusals);
	check_list(&results->notes);
	check_list(&results->labels);
	graph_set_input(&graph, request->height, request->width);
	assert(network_create(&network, &graph, NETWORK_DESCRIBE, 1, NULL, NULL) == 0);
	check_locations(request, network);
	network_destroy(network);
	graph_free(&graph);
}

int fuzz_parse(const char *name, const unsigned char *bytes, size_t size, struct error *error)
{
	if (memmem(bytes, size, "GCOL", 4))
		return error_set(error, name, "has strings of variable length");
	struct model_file file = {.bytes = bytes, .size = size};
	struct parse_request request = {.files = {.path = name,
						.items = &file,
						.count = 1,
						.architecture = -1,
						.archive = -1},
		.width = 16,
		.height = 16,
		.announce = announce,
		.results = empty_results(),
		.values = malloc(VALUES_SIZE),
		.values_size = VALUES_SIZE};
	if (!request.values)
		abort();
	snprintf(file.name, sizeof file.name, "%s", name);
	int result = parse_model(&request, error);
	if (result == 0)
		check_results(&request);
	free(request.values);
	return result;
}
