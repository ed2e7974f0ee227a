#include "model/reading.h"

#include "model/find_files.h"
#include "model/parse.h"
#include "sandbox/child.h"

#include <stdlib.h>
#include <string.h>

/* Generous limits for a valid model: HDF5's own memory; copies of values that are decompressed,
 * unshuffled and converted. */
enum { MEMORY_BASE = 96 << 20, MEMORY_FACTOR = 8, BYTES_PER_SECOND = 64 << 20 };

enum { PATH_SIZE = 1024 }; /* of a file, in messages */

/* Weights may be stored in fewer bytes than floats, or compressed. */
enum { VALUES_BASE = 64 << 20, VALUES_FACTOR = 16 };

struct model_reading {
	struct parse_request request;
	struct child child;
	bool has_ended; /* the child */
};

static int parse_task(void *context, struct error *error)
{
	const struct model_reading *reading = context;
	return parse_model(&reading->request, error);
}

static void free_reading(struct model_reading *reading)
{
	struct parse_request *request = &reading->request;
	child_memory_free(request->results, sizeof *request->results);
	child_memory_free(request->values, request->values_size);
	model_files_close(&request->files);
	free(reading);
}

/* A file of weights alone may have any name. */
static int open_files(struct parse_request *request, const struct reading_request *from,
	struct error *error)
{
	return from->network ? model_files_open_weights(&request->files, from->path, error)
			     : model_files_open(&request->files, from->path, error);
}

static int start(struct model_reading *reading, const struct reading_request *from,
	struct error *error)
{
	struct parse_request *request = &reading->request;
	*request = (struct parse_request){.width = from->width,
		.height = from->height,
		.network = from->network,
		.announce = child_announce};
	if (open_files(request, from, error))
		return -1;
	/* jansson asks for random numbers, which the child may not. */
	json_object_seed(0);
	size_t total = model_files_size(&request->files);
	request->values_size = VALUES_BASE + VALUES_FACTOR * total;
	request->values = child_memory(request->values_size);
	request->results = child_memory(sizeof *request->results);
	if (!request->values || !request->results)
		return error_memory(error, from->path);
	struct child_limits limits = {MEMORY_BASE + MEMORY_FACTOR * total,
		1 + (unsigned)(total / BYTES_PER_SECOND)};
	return child_start(&reading->child, parse_task, reading, &limits, error) ? -1 : 0;
}

struct model_reading *reading_start(const struct reading_request *request, struct error *error)
{
	struct model_reading *reading = calloc(1, sizeof *reading);
	if (!reading)
		error_memory(error, request->path);
	else if (start(reading, request, error)) {
		free_reading(reading);
		reading = NULL;
	}
	return reading;
}

/* ---- the child ---- */

/* The file that has the weights, or MODEL, for messages. */
static const char *weights_path(const struct parse_request *request, char *out, size_t size)
{
	const struct model_files *files = &request->files;
	int index = files->weights;
	if (index < 0 || index == files->main)
		return files->path;
	return model_files_path(files, &files->items[index], out, size);
}

static int wait_for_child(struct model_reading *reading, struct error *error)
{
	char path[PATH_SIZE];
	int result = child_wait(&reading->child, error);
	reading->has_ended = true;
	if (result == CHILD_DIED)
		error_set(error, weights_path(&reading->request, path, sizeof path),
			"cannot be read: a damaged file, or out of memory");
	return result ? -1 : 0;
}

/* ---- the graph ---- */

static void copy_word(char out[16], const char shared[16])
{
	memcpy(out, shared, 16);
	out[15] = 0;
}

/* The hints are untrusted too: a string needs its end, and a bool is 0 or 1. */
static void copy_hints(struct model_hints *out, const struct model_hints *shared)
{
	unsigned char machine, input;
	memcpy(&machine, &shared->is_teachable_machine, 1);
	memcpy(&input, &shared->input.is_known, 1);
	out->is_teachable_machine = machine == 1;
	memcpy(out->loss, shared->loss, sizeof out->loss);
	out->loss[sizeof out->loss - 1] = 0;
	out->input.is_known = input == 1;
	out->input.minimum = shared->input.minimum;
	out->input.maximum = shared->input.maximum;
	copy_word(out->input.mode, shared->input.mode);
	copy_word(out->input.fit, shared->input.fit);
	copy_word(out->input.filter, shared->input.filter);
}

/* They become names of folders. */
static int check_labels(const struct text_list *labels, struct error *error)
{
	for (size_t i = 0; i < labels->count; i++)
		if (!text_is_class_name(labels->items[i]))
			return error_set(error, "labels", "are damaged");
	return 0;
}

int reading_wait(struct model_reading *reading, struct reading_parts *parts, struct error *error)
{
	const struct parse_results *results = reading->request.results;
	*parts = (struct reading_parts){0};
	if (!child_await(&reading->child)) {
		int result = wait_for_child(reading, error);
		return result ? -1 : error_set(error, reading->request.files.path, "is damaged");
	}
	copy_hints(&parts->hints, &results->hints);
	if (graph_image_read(&parts->graph, &results->graph, error) ||
		text_block_read(&results->refusals, &parts->remarks.refusals, error) ||
		text_block_read(&results->notes, &parts->remarks.notes, error) ||
		text_block_read(&results->labels, &parts->labels, error) ||
		check_labels(&parts->labels, error)) {
		reading_parts_free(parts);
		return error_within(error, reading->request.files.path);
	}
	return 0;
}

void reading_parts_free(struct reading_parts *parts)
{
	graph_free(&parts->graph);
	architecture_remarks_free(&parts->remarks);
	text_list_free(&parts->labels);
	*parts = (struct reading_parts){0};
}

/* ---- the weights ---- */

/* Address of the values of parameter `index`: in the file, or `values` if they were converted; NULL
 * for an invalid location. */
static const void *locate(const struct parse_request *request, int index, size_t size,
	const float *values)
{
	/* Untrusted: a malicious file may control the child. */
	struct weights_location location = request->results->locations[index];
	int number = request->results->weights_file;
	size_t used = (size_t)((const char *)values - (const char *)request->values);
	if (location.converted)
		return size <= request->values_size && used <= request->values_size - size ? values
											   : NULL;
	if (number < 0 || number >= request->files.count)
		return NULL;
	const struct model_file *file = &request->files.items[number];
	return file->bytes && size <= file->size && location.offset <= file->size - size
		? file->bytes + location.offset
		: NULL;
}

static int copy_values(const struct parse_request *request, struct network *network,
	struct error *error)
{
	char path[PATH_SIZE];
	const float *values = request->values;
	for (int i = 0; i < network_parameter_count(network); i++) {
		struct parameter parameter = network_parameter(network, i);
		const void *found = locate(request, i, parameter.count * sizeof *values, values);
		if (!found)
			return error_set(error, weights_path(request, path, sizeof path),
				"is a damaged HDF5 file");
		if (!network_set_parameter(network, i, found))
			return error_set(error, weights_path(request, path, sizeof path),
				"%s of layer '%s' has a value that is not finite", parameter.name,
				parameter.layer);
		values += parameter.count;
	}
	return 0;
}

int reading_finish(struct model_reading *reading, struct network *network, struct error *error)
{
	int result = reading->has_ended ? 0 : wait_for_child(reading, error);
	if (result == 0 && network)
		result = copy_values(&reading->request, network, error);
	free_reading(reading);
	return result;
}

int weights_read(struct network *network, const char *path, struct error *error)
{
	struct model_reading *reading =
		reading_start(&(struct reading_request){.path = path, .network = network}, error);
	return reading ? reading_finish(reading, network, error) : -1;
}
