#include "model/form.h"

#include "model/archive.h"

#include <string.h>

/* ---- models of other programs ---- */

struct foreign {
	const char *ending;
	size_t offset; /* of the bytes that such a file has */
	const char *bytes;
	const char *reason;
};

static const struct foreign foreign[] = {
	{".onnx", 0, NULL,
		"is an ONNX model, which is only written here; open the Keras model that it was "
		"made from"},
	{".tflite", 4, "TFL3",
		"is a TensorFlow Lite model; open the Keras model that it was made from (Teachable "
		"Machine: export as TensorFlow, Keras)"},
	{".pb", 0, NULL,
		"is a TensorFlow SavedModel or graph; save it from Keras as .keras or .h5"},
	{".pt", 0, NULL, "is a PyTorch model; PyTorch files hold no architecture that can be read"},
	{".pth", 0, NULL,
		"is a PyTorch model; PyTorch files hold no architecture that can be read"},
	{".safetensors", 8, "{\"",
		"is a safetensors file, which is only written here; open the model that it was "
		"made "
		"from"},
};

static bool is_foreign(const struct foreign *row, const struct model_file *file)
{
	size_t length = strlen(file->name), ending = strlen(row->ending);
	size_t size = row->bytes ? strlen(row->bytes) : 0;
	return (length > ending && strcmp(file->name + length - ending, row->ending) == 0) ||
		(size && file->size >= row->offset + size &&
			memcmp(file->bytes + row->offset, row->bytes, size) == 0);
}

/* ---- forms ---- */

/* HDF5's signature is at 0, 512, 1024, 2048, ... (its file format specification, III.A). */
static bool is_hdf5(const struct model_file *file)
{
	static const char signature[] = "\x89HDF\r\n\x1a\n";
	for (size_t at = 0; at + 8 <= file->size; at = at ? 2 * at : 512)
		if (memcmp(file->bytes + at, signature, 8) == 0)
			return true;
	return false;
}

static bool is_json(const struct model_file *file)
{
	const char *text = (const char *)file->bytes;
	size_t at = 0;
	while (at < file->size && at < 64 && strchr(" \t\r\n", text[at]) && text[at])
		at++;
	return at < file->size && text[at] == '{';
}

int form_recognize(const struct model_file *file, const char *path, struct error *error)
{
	if (file->size == 0)
		return error_set(error, path, "is empty");
	/* An archive may have an HDF5 file, not compressed, at one of these places. */
	if (is_hdf5(file) && !archive_is_zip(file))
		return FORM_HDF5;
	if (is_json(file))
		return FORM_JSON;
	for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
		if (is_foreign(&foreign[i], file))
			return error_set(error, path, "%s", foreign[i].reason);
	if (archive_is_zip(file))
		return FORM_ZIP;
	return error_set(error, path,
		"is not a model: neither HDF5, JSON, nor a zip archive such as .keras");
}

/* ---- Teachable Machine ---- */

static bool is_class(const json_t *object, const char *name)
{
	const char *class_name = json_string_value(json_object_get(object, "class_name"));
	return class_name && strcmp(class_name, name) == 0;
}

/* Layer `index`, from the end if below 0, of a model's list. */
static const json_t *layer_at(const json_t *model, int index)
{
	const json_t *list = json_object_get(json_object_get(model, "config"), "layers");
	size_t size = json_array_size(list);
	return json_array_get(list, index < 0 ? size - (size_t)-index : (size_t)index);
}

/* Models may begin with an input layer. */
static int count_layers(const json_t *model)
{
	const json_t *list = json_object_get(json_object_get(model, "config"), "layers");
	return (int)json_array_size(list) - is_class(layer_at(model, 0), "InputLayer");
}

bool form_is_teachable_machine(const json_t *model)
{
	const json_t *front = layer_at(model, -2), *head = layer_at(model, -1);
	const json_t *last = layer_at(head, -1), *config = json_object_get(last, "config");
	const char *activation = json_string_value(json_object_get(config, "activation"));
	return is_class(model, "Sequential") && count_layers(model) == 2 &&
		is_class(front, "Sequential") &&
		is_class(layer_at(front, -1), "GlobalAveragePooling2D") &&
		is_class(head, "Sequential") && count_layers(head) == 2 &&
		is_class(layer_at(head, -2), "Dense") && is_class(last, "Dense") && activation &&
		strcmp(activation, "softmax") == 0 &&
		json_is_false(json_object_get(config, "use_bias"));
}
