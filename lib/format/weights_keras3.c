/* The layouts of Keras 3 and of the last versions of Keras 2: a group per layer, named after its
 * class. */
#include "format/weights_file.h"

#include "format/keras.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAXIMUM = 16 };

/* FOLDER/GROUP/vars/0, 1, ..., where a nested model's group is GROUP/FOLDER/GROUP. */
struct layout {
	const char *folder;
	char separator;  /* '\\' on Windows, where the path of a group is the name of one */
	bool is_doubled; /* a layer with weights counts twice in the numbers of the groups */
};

/* ---- the number of arrays ---- */

/* Adds the number of entries of group `path`, which may be missing. */
static int add_entries(const struct weights_file *file, const char *path, long long *count)
{
	H5G_info_t group;
	int found = weights_find(file, path);
	if (found < 1)
		return found;
	if (H5Gget_info_by_name(file->id, path, &group, H5P_DEFAULT) < 0 ||
		group.nlinks > WEIGHTS_ARRAYS_MAXIMUM)
		return weights_refuse(file, path, "cannot be read");
	*count += (long long)group.nlinks;
	return 0;
}

/* Counts the arrays in the groups BASE/LAYER/vars, and in those of nested models. `groups` counts
 * all groups that were visited. */
static int count_arrays(const struct weights_file *file, const char *base, const char *folder,
	int depth, long long *groups, long long *count)
{
	char name[256], path[WEIGHTS_PATH_SIZE];
	long long layers = 0;
	if (add_entries(file, base, &layers))
		return -1;
	*groups += layers;
	if (depth == DEPTH_MAXIMUM || *groups > WEIGHTS_ARRAYS_MAXIMUM)
		return weights_refuse(file, base, "has too many groups");
	for (long long i = 0; i < layers; i++) {
		if (H5Lget_name_by_idx(file->id, base, H5_INDEX_NAME, H5_ITER_INC, (hsize_t)i, name,
			    sizeof name, H5P_DEFAULT) < 0)
			return weights_refuse(file, base, "cannot be read");
		snprintf(path, sizeof path, "%.700s/%s/vars", base, name);
		if (add_entries(file, path, count))
			return -1;
		snprintf(path, sizeof path, "%.700s/%s/%s", base, name, folder);
		if (count_arrays(file, path, folder, depth + 1, groups, count))
			return -1;
	}
	return 0;
}

/* Counts the arrays in the groups "FOLDER\\GROUP/vars" and "FOLDER\\GROUP\\FOLDER\\GROUP/vars". */
static int count_windows_arrays(const struct weights_file *file, const char *folder,
	long long *count)
{
	char name[512], path[WEIGHTS_PATH_SIZE];
	size_t length = strlen(folder);
	long long groups = 0;
	if (add_entries(file, "/", &groups))
		return -1;
	for (long long i = 0; i < groups; i++) {
		if (H5Lget_name_by_idx(file->id, "/", H5_INDEX_NAME, H5_ITER_INC, (hsize_t)i, name,
			    sizeof name, H5P_DEFAULT) < 0)
			return weights_refuse(file, "/", "cannot be read");
		snprintf(path, sizeof path, "/%s/vars", name);
		if (strncmp(name, folder, length) == 0 && name[length] == '\\' &&
			add_entries(file, path, count))
			return -1;
	}
	return 0;
}

/* Returns 1 where the file has such a layout, with the number of its arrays. */
static int find_layout(const struct weights_file *file, struct layout *layout, long long *count)
{
	static const char *const folders[] = {"layers", "_layer_checkpoint_dependencies"};
	char base[64];
	long long groups = 0;
	*count = 0;
	for (int i = 0; i < 2; i++) {
		snprintf(base, sizeof base, "/%s", folders[i]);
		*layout = (struct layout){folders[i], '/', i == 1};
		int found = weights_find(file, base);
		if (found)
			return found < 0 || count_arrays(file, base, folders[i], 0, &groups, count)
				? -1
				: 1;
	}
	for (int i = 0; i < 2 && *count == 0; i++) {
		*layout = (struct layout){folders[i], '\\', i == 1};
		if (count_windows_arrays(file, folders[i], count))
			return -1;
	}
	return *count > 0;
}

/* ---- doubled numbers ---- */

/* Keras 2.12 to 2.14 number the entries of a dictionary that has each layer with weights twice:
 * dense, dense_2, dense_4. These are the groups that have weights, of layers and nested models,
 * "functional" and "functional/layers/conv2d", in their order. */
struct doubled_groups {
	struct text_list names;
	int numbers[GRAPH_NODES_MAXIMUM]; /* in the file */
};

/* The number at the end of a group's name, 0 if there is none; the length of what is before it. */
static int split_number(const char *name, size_t length, size_t *stem)
{
	size_t digits = length;
	while (digits > 0 && name[digits - 1] >= '0' && name[digits - 1] <= '9')
		digits--;
	bool is_numbered = digits > 0 && digits < length && name[digits - 1] == '_';
	*stem = is_numbered ? digits - 1 : length;
	return is_numbered ? atoi(name + digits) : 0;
}

static int find_group(const struct doubled_groups *groups, const char *path, size_t stem,
	int number)
{
	char name[LAYER_PATH_SIZE + 16];
	snprintf(name, sizeof name, number ? "%.*s_%d" : "%.*s", (int)stem, path, number);
	return text_list_find(&groups->names, name);
}

/* The number in the file of the group that the first `length` bytes of `path` name: two after the
 * last one of its class that has weights, and one more for each between them that has none. -1
 * with an error. */
static int doubled_number(struct doubled_groups *groups, const char *path, size_t length,
	struct error *error)
{
	char name[LAYER_PATH_SIZE];
	size_t stem;
	int number = split_number(path, length, &stem), previous = number - 1;
	int found = find_group(groups, path, stem, number), added = (int)groups->names.count;
	if (found >= 0)
		return groups->numbers[found];
	while (previous >= 0 && (found = find_group(groups, path, stem, previous)) < 0)
		previous--;
	snprintf(name, sizeof name, "%.*s", (int)length, path);
	if (added == GRAPH_NODES_MAXIMUM)
		return error_set(error, name, "is one of too many groups");
	if (text_list_add(&groups->names, name, error))
		return -1;
	return groups->numbers[added] =
		       found < 0 ? number : groups->numbers[found] + 1 + number - previous;
}

/* ---- paths ---- */

/* Adds the group `path`[begin..end - 1] of a layer or nested model to the file's path. */
static int add_group(char file_path[WEIGHTS_PATH_SIZE], const struct layout *layout,
	const char *path, size_t begin, size_t end, struct doubled_groups *groups,
	struct error *error)
{
	size_t used = strlen(file_path), stem = end;
	char suffix[16] = "";
	if (layout->is_doubled) {
		int number = doubled_number(groups, path, end, error);
		if (number < 0)
			return -1;
		split_number(path, end, &stem);
		if (number)
			snprintf(suffix, sizeof suffix, "_%d", number);
	}
	snprintf(file_path + used, WEIGHTS_PATH_SIZE - used, "%c%s%c%.*s%s",
		used ? layout->separator : '/', layout->folder, layout->separator,
		(int)(stem - begin), path + begin, suffix);
	return 0;
}

/* Appends the path of array `number` of a layer whose group is `group`,
 * "functional/layers/conv2d". */
static int add_array(const struct weights_file *file, const struct layout *layout,
	const char *group, int number, struct doubled_groups *groups, struct text_list *arrays)
{
	char path[WEIGHTS_PATH_SIZE] = "";
	size_t length = strlen(group);
	for (size_t begin = 0, end; begin < length; begin = end + strlen("/layers/")) {
		const char *next = strstr(group + begin, "/layers/");
		end = next ? (size_t)(next - group) : length;
		if (add_group(path, layout, group, begin, end, groups, file->error))
			return -1;
	}
	size_t used = strlen(path);
	snprintf(path + used, sizeof path - used, "/vars/%d", number);
	return text_list_add(arrays, path, file->error);
}

static int list_arrays(const struct weights_file *file, const struct layout *layout,
	const struct network *network, struct text_list *arrays)
{
	const struct graph *graph = network_graph(network);
	char flat[KERAS_GROUP_SIZE];
	int result = 0;
	struct doubled_groups *groups = calloc(1, sizeof *groups);
	if (!groups)
		return error_memory(file->error, file->path);
	for (int i = 0, number = 0, previous = -1;
		result == 0 && i < network_parameter_count(network); i++, number++) {
		int layer = network_parameter(network, i).layer_index;
		const char *group = graph->layers[layer].group;
		if (layer != previous)
			number = 0;
		previous = layer;
		if (!*group)
			keras_group(graph, layer, flat);
		result = add_array(file, layout, *group ? group : flat, number, groups, arrays);
	}
	text_list_free(&groups->names);
	free(groups);
	return result;
}

/* Whether all the arrays are there. -1: one is refused. */
static int find_arrays(const struct weights_file *file, const struct text_list *arrays)
{
	int found = 1;
	for (size_t i = 0; found == 1 && i < arrays->count; i++)
		found = weights_find(file, arrays->items[i]);
	return found;
}

int weights_list_keras3(const struct weights_file *file, const struct network *network,
	struct text_list *arrays)
{
	struct layout layout;
	long long count;
	char base[64];
	int found = find_layout(file, &layout, &count);
	if (found < 1)
		return found;
	snprintf(base, sizeof base, "/%s", layout.folder);
	if (count != network_parameter_count(network))
		return weights_refuse(file, base, "has %lld weight arrays; the network has %d",
			count, network_parameter_count(network));
	int result = list_arrays(file, &layout, network, arrays);
	if (result || !layout.is_doubled || (found = find_arrays(file, arrays)))
		return result || found < 0 ? -1 : 1;
	text_list_free(arrays);
	layout.is_doubled = false;
	return list_arrays(file, &layout, network, arrays) ? -1 : 1;
}
