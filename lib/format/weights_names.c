/* Lists of names in attributes of an HDF5 file. */
#include "format/weights_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STRING_MAXIMUM = 4096 };

hid_t weights_string_type(hid_t stored, size_t width)
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
	hid_t type = weights_string_type(stored, width);
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
	hid_t type = weights_string_type(stored, H5T_VARIABLE);
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
bool weights_read_names(const struct weights_file *file, hid_t object, const char *name,
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
