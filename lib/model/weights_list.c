#include "model/weights.h"

#include "model/keras.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STRING_MAXIMUM = 4096, DEPTH_MAXIMUM = 16 };

/* ---- lists of names in attributes ---- */

/* The type of strings in memory: pointers, or fixed-length strings of `width` bytes. Not derived
 * from the file's type, which may be damaged. */
static hid_t string_type(hid_t stored, size_t width)
{
	hid_t type = H5Tcopy(H5T_C_S1);
	H5Tset_size(type, width);
	H5Tset_strpad(type, H5T_STR_NULLPAD);
	H5Tset_cset(type, H5Tget_cset(stored));
	return type;
}

static bool add_fixed_strings(hid_t attribute, hid_t stored, size_t count, struct text_list *names)
{
	size_t width = H5Tget_size(stored);
	hid_t type = string_type(stored, width);
	char *buffer = calloc(count, width);
	bool good = buffer && H5Aread(attribute, type, buffer) >= 0;
	for (size_t i = 0; good && i < count; i++) {
		char text[STRING_MAXIMUM + 1] = "";
		memcpy(text, buffer + i * width, width);
		good = text_list_add(names, text, NULL) == 0;
	}
	free(buffer);
	H5Tclose(type);
	return good;
}

static bool add_variable_strings(hid_t attribute, hid_t stored, hid_t space, size_t count,
	struct text_list *names)
{
	hid_t type = string_type(stored, H5T_VARIABLE);
	char **buffer = calloc(count, sizeof *buffer);
	bool good = buffer && H5Aread(attribute, type, buffer) >= 0;
	for (size_t i = 0; good && i < count; i++)
		good = buffer[i] && strlen(buffer[i]) <= STRING_MAXIMUM &&
			text_list_add(names, buffer[i], NULL) == 0;
	if (buffer)
		H5Dvlen_reclaim(type, space, H5P_DEFAULT, buffer);
	free(buffer);
	H5Tclose(type);
	return good;
}

/* Whether the file is large enough for so many strings: each is stored in `width` bytes, or is a
 * reference of that size. */
static bool can_hold(const struct weights_file *file, hid_t type, hssize_t count)
{
	size_t width = H5Tget_size(type);
	return H5Tget_class(type) == H5T_STRING && count > 0 && count <= WEIGHTS_ARRAYS_MAXIMUM &&
		width > 0 && width <= STRING_MAXIMUM && (size_t)count * width <= file->size;
}

/* Appends the strings of attribute `name` of `object` to `names`. */
static bool read_strings(const struct weights_file *file, hid_t object, const char *name,
	struct text_list *names)
{
	hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
	if (attribute < 0)
		return false;
	hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
	hssize_t count = H5Sget_simple_extent_npoints(space);
	/* h5py writes an empty list as an empty array of numbers. */
	bool good = count == 0;
	if (can_hold(file, type, count) && names->count + (size_t)count <= WEIGHTS_ARRAYS_MAXIMUM)
		good = H5Tis_variable_str(type) > 0
			? add_variable_strings(attribute, type, space, (size_t)count, names)
			: add_fixed_strings(attribute, type, (size_t)count, names);
	H5Sclose(space);
	H5Tclose(type);
	H5Aclose(attribute);
	return good;
}

/* read_strings for a list that Keras may have split into name0, name1, ... */
static bool read_split_strings(const struct weights_file *file, hid_t object, const char *name,
	struct text_list *names)
{
	if (H5Aexists(object, name) > 0)
		return read_strings(file, object, name, names);
	for (int i = 0; i < WEIGHTS_ARRAYS_MAXIMUM; i++) {
		char part[64];
		snprintf(part, sizeof part, "%s%d", name, i);
		if (H5Aexists(object, part) <= 0)
			return i > 0;
		if (!read_strings(file, object, part, names))
			return false;
	}
	return false;
}

/* ---- paths of the arrays, in the order of the network's parameters ---- */

/* Legacy layout under `base` ("" or "/model_weights"). */
static int list_layer(const struct weights_file *file, const char *base, const char *layer,
	struct text_list *arrays)
{
	struct text_list names = {0};
	char path[WEIGHTS_PATH_SIZE];
	snprintf(path, sizeof path, "%s/%s", base, layer);
	int found = weights_find(file, path);
	hid_t group = found == 1 ? H5Gopen2(file->id, path, H5P_DEFAULT) : -1;
	if (group < 0)
		return found < 0 ? -1 : weights_refuse(file, path, "is listed but missing");
	bool good = read_split_strings(file, group, "weight_names", &names);
	H5Gclose(group);
	int result =
		good ? 0 : weights_refuse(file, path, "its attribute weight_names cannot be read");
	for (size_t i = 0; result == 0 && i < names.count; i++) {
		snprintf(path, sizeof path, "%s/%.400s/%.400s", base, layer, names.items[i]);
		result = arrays->count < WEIGHTS_ARRAYS_MAXIMUM
			? text_list_add(arrays, path, file->error)
			: weights_refuse(file, path, "too many arrays");
	}
	text_list_free(&names);
	return result;
}

static int list_legacy(const struct weights_file *file, const char *base,
	const struct network *network, struct text_list *arrays)
{
	struct text_list layers = {0};
	hid_t group = H5Gopen2(file->id, *base ? base : "/", H5P_DEFAULT);
	bool good = group >= 0 && read_split_strings(file, group, "layer_names", &layers);
	if (group >= 0)
		H5Gclose(group);
	int result = good ? 0 : weights_refuse(file, "layer_names", "cannot be read");
	for (size_t i = 0; result == 0 && i < layers.count; i++)
		result = list_layer(file, base, layers.items[i], arrays);
	text_list_free(&layers);
	return result ? -1 : weights_order_nested(file, network, arrays);
}

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

/* Counts the arrays in the groups "layers\\GROUP/vars", as Keras 3 writes them on Windows: the path
 * of a group is the name of one. */
static int count_windows_arrays(const struct weights_file *file, long long *count)
{
	char name[512], path[WEIGHTS_PATH_SIZE];
	long long groups = 0;
	if (add_entries(file, "/", &groups))
		return -1;
	for (long long i = 0; i < groups; i++) {
		if (H5Lget_name_by_idx(file->id, "/", H5_INDEX_NAME, H5_ITER_INC, (hsize_t)i, name,
			    sizeof name, H5P_DEFAULT) < 0)
			return weights_refuse(file, "/", "cannot be read");
		snprintf(path, sizeof path, "/%s/vars", name);
		if (strncmp(name, "layers\\", 7) == 0 && add_entries(file, path, count))
			return -1;
	}
	return 0;
}

/* A layout of Keras 3: FOLDER/GROUP/vars/0, 1, ..., where a nested model's group is
 * GROUP/FOLDER/GROUP. */
struct keras3_layout {
	const char *folder;
	char separator;
};

/* Appends the path of an array of a layer whose group is `group`, "functional/layers/conv2d". */
static int add_keras3(const struct weights_file *file, const struct keras3_layout *layout,
	const char *group, int number, struct text_list *arrays)
{
	char path[WEIGHTS_PATH_SIZE];
	size_t used = (size_t)snprintf(path, sizeof path, "/");
	for (const char *next; (next = strstr(group, "/layers/")); group = next + 8)
		used += (size_t)snprintf(path + used, sizeof path - used, "%s%c%.*s%c",
			layout->folder, layout->separator, (int)(next - group), group,
			layout->separator);
	snprintf(path + used, sizeof path - used, "%s%c%s/vars/%d", layout->folder,
		layout->separator, group, number);
	return text_list_add(arrays, path, file->error);
}

static int list_keras3(const struct weights_file *file, const struct keras3_layout *layout,
	long long count, const struct network *network, struct text_list *arrays)
{
	const struct graph *graph = network_graph(network);
	char flat[KERAS_GROUP_SIZE], base[64];
	snprintf(base, sizeof base, "/%s", layout->folder);
	if (count != network_parameter_count(network))
		return weights_refuse(file, base, "has %lld weight arrays; the network has %d",
			count, network_parameter_count(network));
	for (int i = 0, number = 0, previous = -1; i < count; i++, number++) {
		int layer = network_parameter(network, i).layer_index;
		const char *group = graph->layers[layer].group;
		if (layer != previous)
			number = 0;
		previous = layer;
		if (!*group)
			keras_group(graph, layer, flat);
		if (add_keras3(file, layout, *group ? group : flat, number, arrays))
			return -1;
	}
	return 0;
}

/* Returns 1 where the file has a layout of Keras 3, with the number of arrays. */
static int find_keras3(const struct weights_file *file, struct keras3_layout *layout,
	long long *count)
{
	static const char *const folders[] = {"layers", "_layer_checkpoint_dependencies"};
	char base[64];
	long long groups = 0;
	*count = 0;
	for (int i = 0; i < 2; i++) {
		snprintf(base, sizeof base, "/%s", folders[i]);
		*layout = (struct keras3_layout){folders[i], '/'};
		int found = weights_find(file, base);
		if (found)
			return found < 0 || count_arrays(file, base, folders[i], 0, &groups, count)
				? -1
				: 1;
	}
	*layout = (struct keras3_layout){"layers", '\\'};
	return count_windows_arrays(file, count) ? -1 : *count > 0;
}

static bool is_legacy(const struct weights_file *file, const char *group)
{
	return H5Aexists_by_name(file->id, group, "layer_names", H5P_DEFAULT) > 0 ||
		H5Aexists_by_name(file->id, group, "layer_names0", H5P_DEFAULT) > 0;
}

int weights_list(const struct weights_file *file, const struct network *network,
	struct text_list *arrays)
{
	struct keras3_layout layout;
	long long count;
	if (is_legacy(file, "/"))
		return list_legacy(file, "", network, arrays);
	int found = weights_find(file, "/model_weights");
	if (found == 1 && is_legacy(file, "/model_weights"))
		return list_legacy(file, "/model_weights", network, arrays);
	if (found >= 0)
		found = find_keras3(file, &layout, &count);
	if (found == 1)
		return list_keras3(file, &layout, count, network, arrays);
	return found < 0
		? -1
		: error_set(file->error, file->path, "has no weights in a layout of Keras");
}
