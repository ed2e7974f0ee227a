#include "format/keras.h"

#include "base/file.h"
#include "base/json.h"
#include "format/layer_format.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *keras_class(const char *class_name)
{
	static const char *const names[][2] = {
		{"Convolution2D", "Conv2D"},
		{"AtrousConvolution2D", "Conv2D"},
		{"AtrousConv2D", "Conv2D"},
		{"SeparableConvolution2D", "SeparableConv2D"},
		{"MaxPool2D", "MaxPooling2D"},
		{"AvgPool2D", "AveragePooling2D"},
		{"GlobalMaxPool2D", "GlobalMaxPooling2D"},
		{"GlobalAvgPool2D", "GlobalAveragePooling2D"},
		{"BatchNormalizationV1", "BatchNormalization"},
		{"BatchNormalizationV2", "BatchNormalization"},
	};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(class_name, names[i][0]) == 0)
			return names[i][1];
	return class_name;
}

/* Whether a word begins at text[i]: a capital letter after a small one, or before one. */
static bool begins_word(const char *text, size_t i)
{
	return i > 0 && isupper((unsigned char)text[i]) &&
		(islower((unsigned char)text[i - 1]) || islower((unsigned char)text[i + 1]));
}

void keras_snake_case(const char *class_name, char out[KERAS_GROUP_SIZE])
{
	size_t length = 0;
	for (size_t i = 0; class_name[i] && length + 2 < KERAS_GROUP_SIZE; i++) {
		if (begins_word(class_name, i))
			out[length++] = '_';
		out[length++] = (char)tolower((unsigned char)class_name[i]);
	}
	out[length] = 0;
}

void keras_group(const struct graph *graph, int index, char out[KERAS_GROUP_SIZE])
{
	enum layer_kind kind = graph->layers[index].kind;
	int previous = 0;
	for (int i = 0; i < index; i++)
		previous += graph->layers[i].kind == kind;
	keras_snake_case(layer_format(kind)->class_name, out);
	if (previous)
		snprintf(out + strlen(out), KERAS_GROUP_SIZE - strlen(out), "_%d", previous);
}

int keras_write_json(json_t *value, const char *path, struct error *error)
{
	char *text =
		json_print(value, JSON_INDENT(2) | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(15));
	json_decref(value);
	if (!text)
		return error_memory(error, path);
	struct output output;
	int result = output_open(&output, path, error);
	if (result == 0) {
		fprintf(output.stream, "%s\n", text);
		result = output_commit(&output, error);
	}
	free(text);
	return result;
}
