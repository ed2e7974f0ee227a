/* Attributes of the HDF5 file of a whole model. */
#include "format/weights_file.h"

#include "format/architecture.h"

#include <stdlib.h>
#include <string.h>

/* Fixed-length text, at most as long as the file. */
static char *read_fixed(const struct weights_file *file, hid_t attribute, hid_t type)
{
	size_t size = H5Tget_size(type);
	char *text = size <= file->size ? calloc(size + 1, 1) : NULL;
	if (text && H5Aread(attribute, type, text) < 0) {
		free(text);
		text = NULL;
	}
	return text;
}

static char *read_variable(hid_t attribute, hid_t stored_type, hid_t space)
{
	hid_t type = weights_string_type(stored_type, H5T_VARIABLE);
	char *stored = NULL, *text = NULL;
	if (H5Aread(attribute, type, &stored) >= 0 && stored) {
		text = strdup(stored);
		H5Dvlen_reclaim(type, space, H5P_DEFAULT, &stored);
	}
	H5Tclose(type);
	return text;
}

/* The text of an attribute of the root, allocated; NULL if there is none that can be read. */
static char *read_text(const struct weights_file *file, const char *name)
{
	if (H5Aexists(file->id, name) <= 0)
		return NULL;
	hid_t attribute = H5Aopen(file->id, name, H5P_DEFAULT);
	if (attribute < 0)
		return NULL;
	hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
	char *text = NULL;
	if (H5Tget_class(type) == H5T_STRING && H5Sget_simple_extent_npoints(space) == 1)
		text = H5Tis_variable_str(type) > 0 ? read_variable(attribute, type, space)
						    : read_fixed(file, attribute, type);
	H5Sclose(space);
	H5Tclose(type);
	H5Aclose(attribute);
	return text;
}

int weights_read_attributes(struct weights_attributes *attributes, const void *bytes, size_t size,
	const char *path, struct error *error)
{
	struct weights_file file;
	*attributes = (struct weights_attributes){0};
	if (weights_file_open(&file, bytes, size, path, error))
		return -1;
	bool is_whole = H5Aexists(file.id, "model_config") > 0;
	*attributes = (struct weights_attributes){read_text(&file, "model_config"),
		read_text(&file, "training_config"), read_text(&file, "keras_version")};
	weights_file_close(&file);
	const char *model = attributes->model_config;
	if (!is_whole || (model && strlen(model) <= ARCHITECTURE_FILE_MAXIMUM))
		return 0;
	weights_attributes_free(attributes);
	return file.out_of_memory
		? error_set(error, path,
			  "needs more memory than is available, or than a valid file needs")
		: error_set(error, path, "its attribute model_config cannot be read");
}

void weights_attributes_free(struct weights_attributes *attributes)
{
	free(attributes->model_config);
	free(attributes->training_config);
	free(attributes->keras_version);
	*attributes = (struct weights_attributes){0};
}
