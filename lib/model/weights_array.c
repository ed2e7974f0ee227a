#include "model/weights.h"

#include <stdio.h>

enum { SHAPE_TEXT_SIZE = 128 };

static void write_shape(char out[SHAPE_TEXT_SIZE], int rank, const hsize_t *sides)
{
	size_t used = (size_t)snprintf(out, SHAPE_TEXT_SIZE, "(");
	for (int i = 0; i < rank && used < SHAPE_TEXT_SIZE; i++)
		used += (size_t)snprintf(out + used, SHAPE_TEXT_SIZE - used, "%s%llu", i ? ", " : "",
			(unsigned long long)sides[i]);
	if (used < SHAPE_TEXT_SIZE)
		snprintf(out + used, SHAPE_TEXT_SIZE - used, ")");
}

/* An array that was opened, and nothing of it read. */
struct array {
	const struct weights_file *file;
	const char *name;
	const struct parameter *parameter;
	hid_t dataset, creation; /* its property list */
};

/* Before anything else: a virtual dataset has no shape until HDF5 has opened the files that it is made of. */
static int check_place(const struct array *array)
{
	H5D_layout_t layout = H5Pget_layout(array->creation);
	int external = H5Pget_external_count(array->creation);
	if (layout == H5D_VIRTUAL)
		return weights_refuse(array->file, array->name, "is a virtual dataset, made of others: it is not read");
	if (external > 0)
		return weights_refuse(array->file, array->name, "has its values in another file (external storage): it is not read");
	if (external < 0 || layout < 0)
		return weights_refuse(array->file, array->name, "its layout cannot be read");
	return 0;
}

static int check_type(const struct array *array)
{
	static const char *const kinds[] = {
		[H5T_INTEGER] = "integers", [H5T_TIME] = "times", [H5T_STRING] = "texts", [H5T_BITFIELD] = "bit fields",
		[H5T_OPAQUE] = "opaque bytes", [H5T_COMPOUND] = "compound values", [H5T_REFERENCE] = "references",
		[H5T_ENUM] = "enumerated values", [H5T_VLEN] = "values of variable length", [H5T_ARRAY] = "arrays",
	};
	hid_t type = H5Dget_type(array->dataset);
	H5T_class_t class = H5Tget_class(type);
	size_t size = H5Tget_size(type);
	H5Tclose(type);
	if (class == H5T_FLOAT && (size == 2 || size == 4 || size == 8))
		return 0;
	if (class == H5T_FLOAT)
		return weights_refuse(array->file, array->name, "holds numbers of %zu bytes; 2, 4 and 8 are read", size);
	return weights_refuse(array->file, array->name, "holds %s, not floating-point numbers",
		class > H5T_NO_CLASS && class < H5T_NCLASSES ? kinds[class] : "values of an unknown type");
}

static int check_shape(const struct array *array)
{
	const struct parameter *parameter = array->parameter;
	hsize_t sides[H5S_MAX_RANK] = {0}, needed[4] = {0};
	hid_t space = H5Dget_space(array->dataset);
	int rank = H5Sget_simple_extent_dims(space, sides, NULL);
	H5Sclose(space);
	bool same = rank == parameter->rank;
	for (int i = 0; i < parameter->rank; i++) {
		needed[i] = (hsize_t)parameter->shape[i];
		same = same && sides[i] == needed[i];
	}
	if (same)
		return 0;
	char got[SHAPE_TEXT_SIZE], expected[SHAPE_TEXT_SIZE];
	write_shape(got, rank, sides);
	write_shape(expected, parameter->rank, needed);
	return weights_refuse(array->file, array->name, "has shape %s; %s of layer '%s' needs %s", got, parameter->name,
		parameter->layer, expected);
}

/* How many chunks of `sides` the parameter fills; 0 where they do not fit it. */
static hsize_t count_chunks(const struct parameter *parameter, int rank, const hsize_t *sides)
{
	hsize_t count = rank == parameter->rank;
	for (int i = 0; i < rank && count; i++) {
		hsize_t whole = (hsize_t)parameter->shape[i];
		count *= sides[i] > 0 && sides[i] <= whole ? (whole + sides[i] - 1) / sides[i] : 0;
	}
	return count;
}

/* After check_shape. A chunk is unpacked whole, however little of it is needed; of one that is missing HDF5 gives zeros. */
static int check_chunks(const struct array *array)
{
	hsize_t sides[H5S_MAX_RANK] = {0}, stored = 0;
	int rank = H5Pget_chunk(array->creation, H5S_MAX_RANK, sides);
	hsize_t needed = count_chunks(array->parameter, rank, sides);
	char text[SHAPE_TEXT_SIZE];
	write_shape(text, rank, sides);
	if (needed == 0)
		return weights_refuse(array->file, array->name, "is stored in chunks of %s, larger than itself", text);
	hid_t space = H5Dget_space(array->dataset);
	bool counted = H5Dget_num_chunks(array->dataset, space, &stored) >= 0;
	H5Sclose(space);
	return counted && stored == needed ? 0 : weights_refuse(array->file, array->name, "its values are not all there");
}

static int check_filters(const struct array *array)
{
	int count = H5Pget_nfilters(array->creation);
	for (int i = 0; i < count; i++) {
		unsigned flags;
		size_t values = 0;
		char name[64] = "";
		H5Z_filter_t filter = H5Pget_filter2(array->creation, (unsigned)i, &flags, &values, NULL, sizeof name, name, NULL);
		name[sizeof name - 1] = 0;
		if (filter != H5Z_FILTER_DEFLATE && filter != H5Z_FILTER_SHUFFLE && filter != H5Z_FILTER_FLETCHER32)
			return weights_refuse(array->file, array->name,
				"is packed by filter %d '%s'; deflate, shuffle and fletcher32 are read", (int)filter, name);
	}
	return count < 0 ? weights_refuse(array->file, array->name, "its filters cannot be read") : 0;
}

static int check_packing(const struct array *array)
{
	H5D_space_status_t status;
	if (H5Pget_layout(array->creation) == H5D_CHUNKED)
		return check_filters(array) || check_chunks(array) ? -1 : 0;
	if (H5Dget_space_status(array->dataset, &status) < 0 || status != H5D_SPACE_STATUS_ALLOCATED)
		return weights_refuse(array->file, array->name, "its values are not all there");
	return 0;
}

/* Whether the values lie in one piece as memory has them: then to look them up is all there is to do. */
static bool is_plain(const struct array *array, struct weights_place *place)
{
	haddr_t offset = H5Dget_offset(array->dataset);
	size_t bytes = array->parameter->count * sizeof(float);
	hid_t type = H5Dget_type(array->dataset);
	bool plain = H5Tequal(type, H5T_NATIVE_FLOAT) > 0 && H5Pget_layout(array->creation) == H5D_CONTIGUOUS &&
		H5Dget_storage_size(array->dataset) == bytes && bytes <= array->file->size &&
		offset <= array->file->size - bytes; /* none is the largest number */
	H5Tclose(type);
	*place = plain ? (struct weights_place){.offset = (size_t)offset} : (struct weights_place){.converted = true};
	return plain;
}

static int find_values(const struct array *array, float *values, struct weights_place *place)
{
	if (is_plain(array, place) || H5Dread(array->dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0)
		return 0;
	return weights_refuse(array->file, array->name, "its values cannot be read");
}

int weights_read_array(const struct weights_file *file, const char *name, const struct parameter *parameter, float *values,
	struct weights_place *place)
{
	int found = weights_find(file, name);
	struct array array = {file, name, parameter, found == 1 ? H5Dopen2(file->id, name, H5P_DEFAULT) : -1, -1};
	if (array.dataset < 0)
		return found < 0 ? -1 : weights_refuse(file, name, "is missing or no array");
	array.creation = H5Dget_create_plist(array.dataset);
	bool good = check_place(&array) == 0 && check_type(&array) == 0 && check_shape(&array) == 0 &&
		check_packing(&array) == 0 && find_values(&array, values, place) == 0;
	H5Pclose(array.creation);
	H5Dclose(array.dataset);
	return good ? 0 : -1;
}
