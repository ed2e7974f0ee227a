#include "export/export.h"

#include "base/json.h"
#include "export/formats.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *ending;
	bool is_several;
	export_writer *write;
} ROWS[] = {
#define ROW(format, name, ending, is_several, write) \
	[EXPORT_##format] = {ending, is_several, write},
	EXPORT_FORMATS(ROW)
#undef ROW
};

const char *const export_format_names[] = {
#define ROW(format, name, ending, is_several, write) name,
	EXPORT_FORMATS(ROW)
#undef ROW
		NULL};

int export_format_of(const char *path)
{
	const char *name = path ? text_base_name(path) : "-";
	size_t length = strlen(name);
	for (int format = 0; format < EXPORT_FORMAT_COUNT; format++) {
		size_t tail = strlen(ROWS[format].ending);
		if (length >= tail && strcmp(name + length - tail, ROWS[format].ending) == 0)
			return format;
	}
	return strchr(name, '.') ? -1 : EXPORT_ONNX;
}

bool export_is_several(enum export_format format)
{
	return ROWS[format].is_several;
}

int export_write(const struct export_model *model, enum export_format format, const char *path,
	struct error *error)
{
	return ROWS[format].write(model, path, error);
}

static json_t *add_input(json_t *metadata, const struct picture_settings *input)
{
	const struct input_values *values = &input->values;
	if (values->mode != INPUT_RANGE) {
		metadata = json_add_member(metadata, "input_mode",
			json_string(input_mode_names[values->mode]));
	} else {
		double minimum = values->offset[0], maximum = values->offset[0] + values->scale[0];
		metadata = json_add_member(metadata, "input_minimum", json_real(minimum));
		metadata = json_add_member(metadata, "input_maximum", json_real(maximum));
	}
	metadata = json_add_member(metadata, "input_fit", json_string(image_fit_names[input->fit]));
	return json_add_member(metadata, "input_interpolation",
		json_string(image_filter_names[input->filter]));
}

json_t *export_metadata(const struct export_model *model)
{
	struct shape input = network_graph(model->network)->input;
	json_t *labels = json_array();
	for (size_t i = 0; labels && i < model->labels->count; i++)
		labels = json_add_item(labels, json_string(model->labels->items[i]));
	json_t *metadata = json_pack("{s:o}", "labels", labels);
	if (input.is_vector)
		return metadata;
	metadata = json_add_member(metadata, "input_width", json_integer(input.width));
	metadata = json_add_member(metadata, "input_height", json_integer(input.height));
	return add_input(metadata, model->input);
}

char *export_metadata_text(const json_t *value)
{
	char *text = NULL;
	size_t size, index;
	json_t *item;
	FILE *stream = open_memstream(&text, &size);
	if (!stream)
		return NULL;
	json_array_foreach (value, index, item)
		fprintf(stream, "%s%s", index ? "\n" : "", json_string_value(item));
	if (json_is_string(value))
		fputs(json_string_value(value), stream);
	if (json_is_number(value))
		fprintf(stream, "%.9g", json_number_value(value));
	if (fclose(stream) == 0)
		return text;
	free(text);
	return NULL;
}
