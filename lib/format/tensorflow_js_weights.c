/* Which array of TensorFlow.js' files is which parameter. */
#include "format/tensorflow_js.h"
#include "format/tensorflow_js_manifest.h"

#include <stdlib.h>
#include <string.h>

enum { SHAPE_TEXT_SIZE = 128 };

/* The array of a parameter; -1: there is none. A layer of a flattened model has the names of the
 * models around it before its own, so that its own is the longest end that an array has. (Another
 * layer's, if it were that, is then missed there.) */
static int find_array(const struct tensorflow_js_manifest *manifest, const struct network *network,
	const struct parameter *parameter)
{
	const struct layer *layer = &network_graph(network)->layers[parameter->layer_index];
	bool is_nested = strstr(layer->group, "/layers/");
	const char *end = layer->name;
	int found = tensorflow_js_manifest_find(manifest, end, parameter->name);
	while (is_nested && found < 0 && (end = strchr(end, '_')))
		found = tensorflow_js_manifest_find(manifest, ++end, parameter->name);
	return found;
}

static bool has_shape(const struct tensorflow_js_array *array, const struct parameter *parameter)
{
	bool same = json_array_size(array->shape) == (size_t)parameter->rank;
	for (int i = 0; same && i < parameter->rank; i++)
		same = json_integer_value(json_array_get(array->shape, (size_t)i)) ==
			parameter->shape[i];
	return same;
}

/* "(3, 3, 16, 32)", perhaps cut. */
static void write_sides(char text[SHAPE_TEXT_SIZE], const long long *sides, int rank)
{
	size_t used = (size_t)snprintf(text, SHAPE_TEXT_SIZE, "(");
	for (int i = 0; i < rank && used < SHAPE_TEXT_SIZE; i++)
		used += (size_t)snprintf(text + used, SHAPE_TEXT_SIZE - used, "%s%lld",
			i ? ", " : "", sides[i]);
	if (used < SHAPE_TEXT_SIZE)
		snprintf(text + used, SHAPE_TEXT_SIZE - used, ")");
}

static int refuse_shape(const struct tensorflow_js_manifest *manifest,
	const struct tensorflow_js_array *array, const struct parameter *parameter)
{
	enum { SHOWN = 8 };
	char got[SHAPE_TEXT_SIZE], expected[SHAPE_TEXT_SIZE];
	long long sides[SHOWN], needed[SHOWN];
	int rank = (int)json_array_size(array->shape);
	for (int i = 0; i < SHOWN; i++)
		sides[i] = json_integer_value(json_array_get(array->shape, (size_t)i));
	for (int i = 0; i < parameter->rank; i++)
		needed[i] = parameter->shape[i];
	write_sides(got, sides, rank < SHOWN ? rank : SHOWN);
	write_sides(expected, needed, parameter->rank);
	return tensorflow_js_refuse(manifest, array->name,
		"has shape %s; %s of layer '%s' needs %s", got, parameter->name, parameter->layer,
		expected);
}

static int read_parameter(const struct tensorflow_js_manifest *manifest,
	const struct network *network, const struct parameter *parameter, bool *used, float *values)
{
	char object[2 * LAYER_NAME_SIZE];
	int found = find_array(manifest, network, parameter);
	snprintf(object, sizeof object, "%s/%s", parameter->layer, parameter->name);
	if (found < 0)
		return tensorflow_js_refuse(manifest, object, "is missing");
	const struct tensorflow_js_array *array = &manifest->arrays[found];
	if (used[found])
		return tensorflow_js_refuse(manifest, array->name, "is that of two layers");
	used[found] = true;
	if (!has_shape(array, parameter))
		return refuse_shape(manifest, array, parameter);
	if (array->storage == STORED_INT32 && strcmp(parameter->name, "count"))
		return tensorflow_js_refuse(manifest, array->name,
			"has whole numbers, not floating-point numbers");
	tensorflow_js_manifest_decode(manifest, array, values);
	return 0;
}

static int read_parameters(const struct tensorflow_js_manifest *manifest,
	const struct network *network, bool *used, float *values)
{
	for (int i = 0; i < network_parameter_count(network); i++) {
		struct parameter parameter = network_parameter(network, i);
		if (read_parameter(manifest, network, &parameter, used, values))
			return -1;
		values += parameter.count;
	}
	for (size_t i = 0; i < manifest->array_count; i++)
		if (!used[i])
			return tensorflow_js_refuse(manifest, manifest->arrays[i].name,
				"is of no layer of the model");
	return 0;
}

int tensorflow_js_weights(const json_t *root, const struct model_files *files,
	const struct network *network, float *values, struct error *error)
{
	struct tensorflow_js_manifest manifest;
	struct error unwanted;
	bool *used = NULL;
	int result = tensorflow_js_manifest_read(&manifest, root, files, error ? error : &unwanted);
	if (result == 0) {
		used = calloc(manifest.array_count + 1, sizeof *used);
		result = used ? read_parameters(&manifest, network, used, values)
			      : error_memory(error, files->path);
	}
	free(used);
	tensorflow_js_manifest_free(&manifest);
	return result;
}
