/* The legacy layout of Keras: a list of the layers, and for each a list of its arrays.
 *
 * As Keras does, layers are matched by their order, where those without weights do not count, so
 * that names may differ; where that does not fit, by name, and what else the file has is not read.
 */
#include "format/weights_file.h"

#include "base/array.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The layers of a file that have weights. */
struct listed_layers {
	struct text_list names, arrays; /* arrays: of all layers, one after the other */
	size_t *ends;                   /* by layer: index of the array after its last one */
};

/* States of random generators, which Keras 2 lists among the weights of random layers. */
static bool is_random_state(const char *name)
{
	const char *last = strrchr(name, '/') ? strrchr(name, '/') + 1 : name;
	return strncmp(last, "StateVar", 8) == 0 || strncmp(last, "seed_generator_state", 20) == 0;
}

static int add_arrays(const struct weights_file *file, const char *group,
	const struct text_list *names, struct text_list *arrays)
{
	for (size_t i = 0; i < names->count; i++) {
		char path[WEIGHTS_PATH_SIZE];
		if (is_random_state(names->items[i]))
			continue;
		snprintf(path, sizeof path, "%.600s/%.400s", group, names->items[i]);
		if (arrays->count == WEIGHTS_ARRAYS_MAXIMUM)
			return weights_refuse(file, path, "too many arrays");
		if (text_list_add(arrays, path, file->error))
			return -1;
	}
	return 0;
}

/* Adds a layer of the file, unless it has no weights. */
static int add_layer(const struct weights_file *file, const char *base, const char *name,
	struct listed_layers *layers)
{
	struct text_list names = {0};
	char path[WEIGHTS_PATH_SIZE];
	size_t first = layers->arrays.count;
	snprintf(path, sizeof path, "%s/%s", base, name);
	int found = weights_find(file, path);
	hid_t group = found == 1 ? H5Gopen2(file->id, path, H5P_DEFAULT) : -1;
	if (group < 0)
		return found < 0 ? -1 : weights_refuse(file, path, "is listed but missing");
	bool good = weights_read_names(file, group, "weight_names", &names);
	H5Gclose(group);
	int result =
		good ? 0 : weights_refuse(file, path, "its attribute weight_names cannot be read");
	if (result == 0)
		result = add_arrays(file, path, &names, &layers->arrays);
	text_list_free(&names);
	if (result || layers->arrays.count == first)
		return result;
	size_t *ends = array_grow(layers->ends, layers->names.count, sizeof *ends);
	if (!ends)
		return error_memory(file->error, file->path);
	layers->ends = ends;
	ends[layers->names.count] = layers->arrays.count;
	return text_list_add(&layers->names, name, file->error);
}

/* Theano's convolution mirrors its kernels; Keras converts them. */
static int check_backend(const struct weights_file *file, hid_t group, const char *base)
{
	struct text_list names = {0};
	bool is_theano = weights_read_names(file, group, "backend", &names) && names.count == 1 &&
		strcmp(names.items[0], "theano") == 0;
	text_list_free(&names);
	return is_theano ? weights_refuse(file, *base ? base : "/",
				   "was written with the backend theano, which is not supported")
			 : 0;
}

static int read_layers(const struct weights_file *file, const char *base,
	struct listed_layers *layers)
{
	struct text_list names = {0};
	hid_t group = H5Gopen2(file->id, *base ? base : "/", H5P_DEFAULT);
	bool good = group >= 0 && weights_read_names(file, group, "layer_names", &names);
	int result = good ? check_backend(file, group, base)
			  : weights_refuse(file, "layer_names", "cannot be read");
	if (group >= 0)
		H5Gclose(group);
	for (size_t i = 0; result == 0 && i < names.count; i++)
		result = add_layer(file, base, names.items[i], layers);
	text_list_free(&names);
	return result;
}

/* ---- the network's layers ---- */

/* The name that a parameter's layer, or the outermost model around it, has in the file. */
static const char *name_in_file(const struct network *network, int parameter)
{
	int index = network_parameter(network, parameter).layer_index;
	const struct layer *layer = &network_graph(network)->layers[index];
	return *layer->outermost ? layer->outermost : layer->name;
}

/* Whether the file's layers have the names of the network's, in their order. */
static bool has_names(const struct listed_layers *layers, const struct network *network)
{
	size_t count = layers->names.count, i = 0;
	const char *last = "";
	for (int k = 0; k < network_parameter_count(network); k++) {
		const char *name = name_in_file(network, k);
		bool is_next = strcmp(name, last) != 0;
		if (is_next && (i == count || strcmp(layers->names.items[i++], name)))
			return false;
		last = name;
	}
	return i == count;
}

/* ---- matching ---- */

typedef int matching(const struct weights_file *file, const struct listed_layers *layers,
	const struct network *network, struct text_list *arrays);

/* Appends the arrays of all the file's layers. */
static int list_in_order(const struct weights_file *file, const struct listed_layers *layers,
	const struct network *network, struct text_list *arrays)
{
	for (size_t i = 0; i < layers->arrays.count; i++)
		if (text_list_add(arrays, layers->arrays.items[i], file->error))
			return -1;
	return weights_order_nested(file, network, arrays);
}

/* Appends the arrays of the layers that have the names of the network's. */
static int list_by_name(const struct weights_file *file, const struct listed_layers *layers,
	const struct network *network, struct text_list *arrays)
{
	const char *last = "";
	for (int k = 0; k < network_parameter_count(network); k++) {
		const char *name = name_in_file(network, k);
		int found = strcmp(name, last) ? text_list_find(&layers->names, name) : -1;
		size_t first = found > 0 ? layers->ends[found - 1] : 0;
		last = name;
		for (size_t i = first; found >= 0 && i < layers->ends[found]; i++)
			if (text_list_add(arrays, layers->arrays.items[i], file->error))
				return -1;
	}
	return weights_order_nested(file, network, arrays);
}

static bool has_shapes(const struct weights_file *file, const struct network *network,
	const struct text_list *arrays)
{
	int count = network_parameter_count(network);
	bool fits = arrays->count == (size_t)count;
	for (int i = 0; fits && i < count; i++) {
		struct parameter parameter = network_parameter(network, i);
		fits = weights_check_shape(file, arrays->items[i], &parameter) == 0;
	}
	return fits;
}

/* If nothing fits, in order, so that the error is that of what does not. */
static int match_layers(const struct weights_file *file, const struct listed_layers *layers,
	const struct network *network, struct text_list *arrays)
{
	static matching *const ways[] = {list_in_order, list_by_name};
	struct error unwanted;
	struct weights_file attempt = *file;
	attempt.error = &unwanted;
	for (int i = 0; i < 2; i++) {
		if (ways[i](&attempt, layers, network, arrays) == 0 &&
			has_shapes(&attempt, network, arrays))
			return 0;
		text_list_free(arrays);
	}
	return list_in_order(file, layers, network, arrays);
}

int weights_list_legacy(const struct weights_file *file, const char *base,
	const struct network *network, struct text_list *arrays)
{
	struct listed_layers layers = {0};
	int result = read_layers(file, base, &layers);
	if (result == 0)
		result = has_names(&layers, network) ? list_in_order(file, &layers, network, arrays)
						     : match_layers(file, &layers, network, arrays);
	text_list_free(&layers.names);
	text_list_free(&layers.arrays);
	free(layers.ends);
	return result;
}
