/* The order of weights in the legacy layout of Keras, where a nested model has one list. */
#include "format/weights_file.h"

#include <stdlib.h>
#include <string.h>

/* Which parameters come first in the list: of all layers, those that an optimizer changes in the
 * layers that are not frozen (Keras 3); those that it may change (Keras 2, where a whole model was
 * frozen); none: layer by layer (Keras 3, likewise). */
enum order { TRAINED_FIRST, TRAINABLE_FIRST, LAYER_BY_LAYER, ORDERS };

/* The part of a path "model/bn/gamma:0" that names the array, without the number. */
static const char *last_name(const char *path, size_t *length)
{
	const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	*length = strcspn(name, ":");
	return name;
}

/* Whether a name is that of a statistic: "bn/moving_mean:0", or of Keras 1, "bn_running_mean". */
static bool names_statistic(const char *path)
{
	static const char *const names[] = {"moving_mean", "moving_variance", "mean", "variance",
		"count", "_running_mean", "_running_std"};
	size_t length;
	const char *name = last_name(path, &length);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		size_t size = strlen(names[i]);
		bool is_ending = *names[i] == '_';
		if (length >= size && (length == size || is_ending) &&
			strncmp(name + length - size, names[i], size) == 0)
			return true;
	}
	return false;
}

static bool comes_first(const struct network *network, int index, enum order order)
{
	struct parameter parameter = network_parameter(network, index);
	bool is_frozen = network_graph(network)->layers[parameter.layer_index].is_frozen;
	return order == LAYER_BY_LAYER ||
		(!names_statistic(parameter.name) && !(order == TRAINED_FIRST && is_frozen));
}

/* Writes the parameters first..end - 1 in an order. */
static void sort_parameters(const struct network *network, int first, int end, enum order order,
	int *sorted)
{
	int count = 0;
	for (int later = 0; later < 2; later++)
		for (int i = first; i < end; i++)
			if (comes_first(network, i, order) == !later)
				sorted[count++] = i;
}

/* Whether the name of a layer ends with that of `size` bytes: a layer of a flattened model has the
 * names of the models around it before its own. */
static bool ends_layer(const char *layer, const char *name, size_t size)
{
	size_t length = strlen(layer);
	return size > 0 && length >= size && strncmp(layer + length - size, name, size) == 0 &&
		(length == size || layer[length - size - 1] == '_');
}

/* Whether a path has the layer of this name: ".../LAYER/kernel", or of Keras 1, ".../LAYER_W". */
static bool names_layer(const char *path, const char *layer)
{
	size_t length;
	const char *last = last_name(path, &length), *begin = last - 1, *end = begin;
	while (length > 0 && last[length - 1] != '_')
		length--;
	while (begin > path && begin[-1] != '/')
		begin--;
	return ends_layer(layer, begin, (size_t)(end - begin)) ||
		(length > 0 && ends_layer(layer, last, length - 1));
}

/* How many of the arrays have the name of their parameter's layer; -1: one has the name of a
 * statistic and its parameter is none, or the other way round. */
static int rate(const struct network *network, char *const *paths, const int *sorted, int count)
{
	int named = 0;
	for (int i = 0; i < count; i++) {
		struct parameter parameter = network_parameter(network, sorted[i]);
		if (names_statistic(parameter.name) != names_statistic(paths[i]))
			return -1;
		named += names_layer(paths[i], parameter.layer);
	}
	return named;
}

/* The first parameter after `first` that is of another outermost layer. */
static int find_end(const struct network *network, int first)
{
	const struct layer *layers = network_graph(network)->layers;
	int count = network_parameter_count(network), end = first + 1;
	const struct layer *layer = &layers[network_parameter(network, first).layer_index];
	for (; end < count; end++) {
		const struct layer *next = &layers[network_parameter(network, end).layer_index];
		if (*layer->outermost ? strcmp(next->outermost, layer->outermost) != 0
				      : next != layer)
			break;
	}
	return end;
}

/* Sorts the paths first..end - 1 by the order that fits best. */
static int order_model(const struct weights_file *file, const struct network *network, int first,
	int end, char **paths, int *sorted, char **moved)
{
	int count = end - first, best = -1;
	enum order chosen = TRAINED_FIRST;
	for (enum order order = TRAINED_FIRST; order < ORDERS; order++) {
		sort_parameters(network, first, end, order, sorted);
		int rating = rate(network, paths + first, sorted, count);
		if (rating > best) {
			best = rating;
			chosen = order;
		}
	}
	if (best < 0)
		return weights_refuse(file, paths[first],
			"the weights from here on are not in the order of the layers");
	sort_parameters(network, first, end, chosen, sorted);
	memcpy(moved, paths + first, (size_t)count * sizeof *moved);
	for (int i = 0; i < count; i++)
		paths[sorted[i]] = moved[i];
	return 0;
}

/* Whether the parameters first..end - 1 are of more than one layer. */
static bool is_nested(const struct network *network, int first, int end)
{
	return network_parameter(network, first).layer_index !=
		network_parameter(network, end - 1).layer_index;
}

int weights_order_nested(const struct weights_file *file, const struct network *network,
	struct text_list *arrays)
{
	int count = network_parameter_count(network), result = 0;
	if (arrays->count != (size_t)count)
		return 0;
	int *sorted = calloc((size_t)count + 1, sizeof *sorted);
	char **moved = calloc((size_t)count + 1, sizeof *moved);
	if (!sorted || !moved)
		result = error_memory(file->error, file->path);
	for (int first = 0, end; result == 0 && first < count; first = end) {
		end = find_end(network, first);
		if (is_nested(network, first, end))
			result = order_model(file, network, first, end, arrays->items, sorted,
				moved);
	}
	free(sorted);
	free(moved);
	return result;
}
