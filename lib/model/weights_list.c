#include "model/weights.h"

#include "model/keras.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STRING_MAXIMUM = 4096 };

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

static int list_legacy(const struct weights_file *file, const char *base, struct text_list *arrays)
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
	return result;
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

/* Counts the arrays in the groups BASE/LAYER/vars. */
static int count_arrays(const struct weights_file *file, const char *base, long long *count)
{
	char name[256], path[WEIGHTS_PATH_SIZE];
	long long layers = 0;
	if (add_entries(file, base, &layers))
		return -1;
	*count = 0;
	for (long long i = 0; i < layers; i++) {
		if (H5Lget_name_by_idx(file->id, base, H5_INDEX_NAME, H5_ITER_INC, (hsize_t)i, name,
			    sizeof name, H5P_DEFAULT) < 0)
			return weights_refuse(file, base, "cannot be read");
		snprintf(path, sizeof path, "%s/%s/vars", base, name);
		if (add_entries(file, path, count))
			return -1;
	}
	return 0;
}

/* Keras 3 layout: base/GROUP/vars/0, 1, ... */
static int list_keras3(const struct weights_file *file, const char *base,
	const struct network *network, struct text_list *arrays)
{
	char path[WEIGHTS_PATH_SIZE], group[KERAS_GROUP_SIZE],
		previous_group[KERAS_GROUP_SIZE] = "";
	snprintf(path, sizeof path, "%s/separable_conv2d", base);
	int separable = weights_find(file, path);
	long long count;
	if (separable < 0 || count_arrays(file, base, &count))
		return -1;
	if (count != network_parameter_count(network))
		return weights_refuse(file, base, "has %lld weight arrays; the network has %d",
			count, network_parameter_count(network));
	for (int i = 0, number = 0; i < count; i++, number++) {
		keras_group(network_architecture(network),
			network_parameter(network, i).layer_index, separable == 1, group);
		if (strcmp(group, previous_group))
			number = 0;
		memcpy(previous_group, group, sizeof previous_group);
		snprintf(path, sizeof path, "%s/%s/vars/%d", base, group, number);
		if (text_list_add(arrays, path, file->error))
			return -1;
	}
	return 0;
}

static bool is_legacy(const struct weights_file *file, const char *group)
{
	return H5Aexists_by_name(file->id, group, "layer_names", H5P_DEFAULT) > 0 ||
		H5Aexists_by_name(file->id, group, "layer_names0", H5P_DEFAULT) > 0;
}

int weights_list(const struct weights_file *file, const struct network *network,
	struct text_list *arrays)
{
	static const char *const keras3[] = {"/layers", "/_layer_checkpoint_dependencies"};
	if (is_legacy(file, "/"))
		return list_legacy(file, "", arrays);
	int found = weights_find(file, "/model_weights");
	if (found == 1 && is_legacy(file, "/model_weights"))
		return list_legacy(file, "/model_weights", arrays);
	for (size_t i = 0; found >= 0 && i < sizeof keras3 / sizeof *keras3; i++)
		if ((found = weights_find(file, keras3[i])) == 1)
			return list_keras3(file, keras3[i], network, arrays);
	return found < 0
		? -1
		: error_set(file->error, file->path, "has no weights in a layout of Keras");
}
