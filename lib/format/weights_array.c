#include "format/weights_file.h"

#include "base/bytes.h"

#include <stdio.h>
#include <string.h>

enum { SHAPE_TEXT_SIZE = 128 };

static void write_shape(char out[SHAPE_TEXT_SIZE], int rank, const hsize_t *dimensions)
{
	size_t used = (size_t)snprintf(out, SHAPE_TEXT_SIZE, "(");
	for (int i = 0; i < rank && used < SHAPE_TEXT_SIZE; i++)
		used += (size_t)snprintf(out + used, SHAPE_TEXT_SIZE - used, "%s%llu",
			i ? ", " : "", (unsigned long long)dimensions[i]);
	if (used < SHAPE_TEXT_SIZE)
		snprintf(out + used, SHAPE_TEXT_SIZE - used, ")");
}

/* What the bytes of an array are: numbers that HDF5 converts, or a bfloat16 each, which are opaque
 * to it: h5py has no other type for them, and Keras' reader goes by the attribute "dtype". */
enum numbers { NUMBERS_OF_HDF5, NUMBERS_BFLOAT16 };

/* An opened array. Its checks come before its values are read. */
struct weights_array {
	const struct weights_file *file;
	const char *name;
	const struct parameter *parameter;
	hid_t dataset, creation; /* its creation property list */
	enum numbers numbers;
};

/* The first check: for the shape of a virtual dataset HDF5 would open the files that it refers
 * to. */
static int check_storage(const struct weights_array *array)
{
	H5D_layout_t layout = H5Pget_layout(array->creation);
	int external = H5Pget_external_count(array->creation);
	if (layout == H5D_VIRTUAL)
		return weights_refuse(array->file, array->name,
			"is a virtual dataset, which is not supported");
	if (external > 0)
		return weights_refuse(array->file, array->name,
			"has its values in another file (external storage), which is not "
			"supported");
	if (external < 0 || layout < 0)
		return weights_refuse(array->file, array->name, "its layout cannot be read");
	return 0;
}

static bool is_bfloat16(const struct weights_array *array)
{
	struct text_list names = {0};
	bool is_named = weights_read_names(array->file, array->dataset, "dtype", &names) &&
		names.count == 1 && strcmp(names.items[0], "bfloat16") == 0;
	text_list_free(&names);
	return is_named;
}

static int check_type(struct weights_array *array)
{
	static const char *const kinds[] = {
		[H5T_INTEGER] = "integers",
		[H5T_TIME] = "times",
		[H5T_STRING] = "strings",
		[H5T_BITFIELD] = "bit fields",
		[H5T_OPAQUE] = "opaque bytes",
		[H5T_COMPOUND] = "compound values",
		[H5T_REFERENCE] = "references",
		[H5T_ENUM] = "enumerated values",
		[H5T_VLEN] = "values of variable length",
		[H5T_ARRAY] = "arrays",
	};
	hid_t type = H5Dget_type(array->dataset);
	H5T_class_t class = H5Tget_class(type);
	size_t size = H5Tget_size(type);
	H5Tclose(type);
	if (class == H5T_FLOAT && (size == 2 || size == 4 || size == 8))
		return 0;
	if (class == H5T_INTEGER && array->parameter->rank == 0) /* a count */
		return 0;
	if (class == H5T_OPAQUE && size == 2 && is_bfloat16(array)) {
		array->numbers = NUMBERS_BFLOAT16;
		return 0;
	}
	if (class == H5T_FLOAT)
		return weights_refuse(array->file, array->name,
			"has numbers of %zu bytes; 2, 4 and 8 are supported", size);
	return weights_refuse(array->file, array->name, "has %s, not floating-point numbers",
		class > H5T_NO_CLASS && class < H5T_NCLASSES ? kinds[class]
							     : "values of an unknown type");
}

static int check_shape(const struct weights_array *array)
{
	const struct parameter *parameter = array->parameter;
	hsize_t dimensions[H5S_MAX_RANK] = {0}, needed[4] = {0};
	hid_t space = H5Dget_space(array->dataset);
	int rank = H5Sget_simple_extent_dims(space, dimensions, NULL);
	H5Sclose(space);
	bool same = rank == parameter->rank;
	for (int i = 0; i < parameter->rank; i++) {
		needed[i] = (hsize_t)parameter->shape[i];
		same = same && dimensions[i] == needed[i];
	}
	if (same)
		return 0;
	char got[SHAPE_TEXT_SIZE], expected[SHAPE_TEXT_SIZE];
	write_shape(got, rank, dimensions);
	write_shape(expected, parameter->rank, needed);
	return weights_refuse(array->file, array->name, "has shape %s; %s of layer '%s' needs %s",
		got, parameter->name, parameter->layer, expected);
}

/* Number of chunks of `dimensions` that the parameter needs; 0 if a chunk is larger than the
 * parameter or empty. */
static hsize_t count_chunks(const struct parameter *parameter, int rank, const hsize_t *dimensions)
{
	hsize_t count = rank == parameter->rank;
	for (int i = 0; i < rank && count; i++) {
		hsize_t whole = (hsize_t)parameter->shape[i];
		count *= dimensions[i] > 0 && dimensions[i] <= whole
			? (whole + dimensions[i] - 1) / dimensions[i]
			: 0;
	}
	return count;
}

/* After check_shape. A large chunk would be decompressed completely; a missing one would be read as
 * zeros. */
static int check_chunks(const struct weights_array *array)
{
	hsize_t dimensions[H5S_MAX_RANK] = {0}, stored = 0;
	int rank = H5Pget_chunk(array->creation, H5S_MAX_RANK, dimensions);
	hsize_t needed = count_chunks(array->parameter, rank, dimensions);
	char text[SHAPE_TEXT_SIZE];
	write_shape(text, rank, dimensions);
	if (needed == 0)
		return weights_refuse(array->file, array->name,
			"has chunks of %s, larger than the array", text);
	hid_t space = H5Dget_space(array->dataset);
	bool counted = H5Dget_num_chunks(array->dataset, space, &stored) >= 0;
	H5Sclose(space);
	return counted && stored == needed
		? 0
		: weights_refuse(array->file, array->name, "some of its values are missing");
}

static int check_filters(const struct weights_array *array)
{
	int count = H5Pget_nfilters(array->creation);
	for (int i = 0; i < count; i++) {
		unsigned flags;
		size_t values = 0;
		char name[64] = "";
		H5Z_filter_t filter = H5Pget_filter2(array->creation, (unsigned)i, &flags, &values,
			NULL, sizeof name, name, NULL);
		name[sizeof name - 1] = 0;
		if (filter != H5Z_FILTER_DEFLATE && filter != H5Z_FILTER_SHUFFLE &&
			filter != H5Z_FILTER_FLETCHER32)
			return weights_refuse(array->file, array->name,
				"is stored with filter %d '%s'; deflate, shuffle and fletcher32 "
				"are supported",
				(int)filter, name);
	}
	return count < 0 ? weights_refuse(array->file, array->name, "its filters cannot be read")
			 : 0;
}

static int check_values_stored(const struct weights_array *array)
{
	H5D_space_status_t status;
	if (H5Pget_layout(array->creation) == H5D_CHUNKED)
		return check_filters(array) || check_chunks(array) ? -1 : 0;
	if (H5Dget_space_status(array->dataset, &status) < 0 ||
		status != H5D_SPACE_STATUS_ALLOCATED)
		return weights_refuse(array->file, array->name, "some of its values are missing");
	return 0;
}

/* Whether the values are contiguous floats of native byte order in the file: then only their offset
 * is needed. */
static bool is_contiguous(const struct weights_array *array, struct weights_location *location)
{
	haddr_t offset = H5Dget_offset(array->dataset);
	size_t bytes = array->parameter->count * sizeof(float);
	hid_t type = H5Dget_type(array->dataset);
	bool contiguous = H5Tequal(type, H5T_NATIVE_FLOAT) > 0 &&
		H5Pget_layout(array->creation) == H5D_CONTIGUOUS &&
		H5Dget_storage_size(array->dataset) == bytes && bytes <= array->file->size &&
		offset <= array->file->size - bytes; /* no offset is the largest number */
	H5Tclose(type);
	*location = contiguous ? (struct weights_location){.offset = (size_t)offset}
			       : (struct weights_location){.converted = true};
	return contiguous;
}

/* A bfloat16 is the upper half of a float. They are read to the end of the space for the floats, so
 * that none is overwritten before it is converted. */
static bool read_bfloat16(const struct weights_array *array, float *values)
{
	size_t count = array->parameter->count;
	unsigned char *bytes = (unsigned char *)values + 2 * count;
	hid_t type = H5Dget_type(array->dataset);
	bool good = H5Dread(array->dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes) >= 0;
	H5Tclose(type);
	for (size_t i = 0; good && i < count; i++) {
		uint32_t bits = (uint32_t)load_u16(bytes + 2 * i) << 16;
		memcpy(&values[i], &bits, sizeof bits);
	}
	return good;
}

static bool read_values(const struct weights_array *array, float *values)
{
	return array->numbers == NUMBERS_BFLOAT16
		? read_bfloat16(array, values)
		: H5Dread(array->dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT,
			  values) >= 0;
}

static int find_values(const struct weights_array *array, float *values,
	struct weights_location *location)
{
	if (is_contiguous(array, location) || read_values(array, values))
		return 0;
	return weights_refuse(array->file, array->name, "its values cannot be read");
}

/* Must be closed also on failure. */
static int open_array(struct weights_array *array, const struct weights_file *file,
	const char *name, const struct parameter *parameter)
{
	*array = (struct weights_array){file, name, parameter, -1, -1, NUMBERS_OF_HDF5};
	int found = weights_find(file, name);
	if (found == 1)
		array->dataset = H5Dopen2(file->id, name, H5P_DEFAULT);
	if (array->dataset < 0)
		return found < 0 ? -1 : weights_refuse(file, name, "is missing or not an array");
	array->creation = H5Dget_create_plist(array->dataset);
	return check_storage(array);
}

static void close_array(const struct weights_array *array)
{
	if (array->dataset < 0)
		return;
	H5Pclose(array->creation);
	H5Dclose(array->dataset);
}

int weights_check_shape(const struct weights_file *file, const char *name,
	const struct parameter *parameter)
{
	struct weights_array array;
	bool good = open_array(&array, file, name, parameter) == 0 && check_shape(&array) == 0;
	close_array(&array);
	return good ? 0 : -1;
}

int weights_read_array(const struct weights_file *file, const char *name,
	const struct parameter *parameter, float *values, struct weights_location *location)
{
	struct weights_array array;
	bool good = open_array(&array, file, name, parameter) == 0 && check_type(&array) == 0 &&
		check_shape(&array) == 0 && check_values_stored(&array) == 0 &&
		find_values(&array, values, location) == 0;
	close_array(&array);
	return good ? 0 : -1;
}
