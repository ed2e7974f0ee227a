#include "format/layer_format.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { COUNT_MAXIMUM = 1 << 24 };

void config_error(struct config_reader *reader, const char *key, const char *reason)
{
	if (!reader->failed)
		error_set(reader->error, reader->object, "%s %s", key, reason);
	reader->failed = true;
}

/* ---- remarks ---- */

static void add_remark(struct config_reader *reader, struct text_list *list, const char *format,
	va_list arguments)
{
	char text[256];
	int used = snprintf(text, sizeof text, "layer '%.64s': ", reader->name);
	vsnprintf(text + used, sizeof text - (size_t)used, format, arguments);
	if (text_list_add(list, text, reader->error))
		reader->failed = true;
}

void config_refuse_training(struct config_reader *reader, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	if (reader->remarks)
		add_remark(reader, &reader->remarks->refusals, format, arguments);
	va_end(arguments);
}

void config_note(struct config_reader *reader, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	if (reader->remarks)
		add_remark(reader, &reader->remarks->notes, format, arguments);
	va_end(arguments);
}

/* ---- values ---- */

json_t *config_value(const struct config_reader *reader, const char *key)
{
	json_t *value = json_object_get(reader->config, key);
	return json_is_null(value) ? NULL : value;
}

int config_parse_count(struct config_reader *reader, const char *key, const json_t *value)
{
	json_int_t number = json_integer_value(value);
	if (json_is_integer(value) && number >= 1 && number <= COUNT_MAXIMUM)
		return (int)number;
	config_error(reader, key, "is not a whole number from 1 to 16777216");
	return 1;
}

int config_count(struct config_reader *reader, const char *key)
{
	return config_parse_count(reader, key, config_value(reader, key));
}

void config_pair(struct config_reader *reader, const char *key, int *height, int *width)
{
	json_t *value = config_value(reader, key);
	if (!value)
		return;
	if (!json_is_array(value)) {
		*height = *width = config_parse_count(reader, key, value);
	} else if (json_array_size(value) == 2) {
		*height = config_parse_count(reader, key, json_array_get(value, 0));
		*width = config_parse_count(reader, key, json_array_get(value, 1));
	} else {
		config_error(reader, key, "is not a pair of numbers");
	}
}

bool config_flag(struct config_reader *reader, const char *key, bool default_value)
{
	json_t *value = config_value(reader, key);
	if (value && !json_is_boolean(value))
		config_error(reader, key, "is neither true nor false");
	return value ? json_is_true(value) : default_value;
}

float config_number(struct config_reader *reader, const char *key, double default_value,
	double minimum, double maximum)
{
	json_t *value = config_value(reader, key);
	if (!value)
		return (float)default_value;
	double number = json_number_value(value);
	if (json_is_number(value) && number >= minimum && number <= maximum)
		return (float)number;
	config_error(reader, key, "is out of range");
	return (float)default_value;
}

int config_choice(struct config_reader *reader, const char *key, const char *const *names,
	int default_index)
{
	json_t *value = config_value(reader, key);
	const char *text = json_string_value(value);
	if (!value)
		return default_index;
	for (int i = 0; text && names[i]; i++)
		if (strcmp(names[i], text) == 0)
			return i;
	char reason[128];
	snprintf(reason, sizeof reason, "'%.64s' is not supported", text ? text : "(no text)");
	config_error(reader, key, reason);
	return default_index;
}

void config_require(struct config_reader *reader, const char *key, const char *expected)
{
	json_t *value = config_value(reader, key);
	if (value && (!json_is_string(value) || strcmp(json_string_value(value), expected)))
		config_error(reader, key, "is not supported");
}

void config_require_false(struct config_reader *reader, const char *key)
{
	json_t *value = config_value(reader, key);
	if (value && !json_is_false(value))
		config_error(reader, key, "is not supported");
}

void config_last_axis(struct config_reader *reader, int default_axis)
{
	json_t *axis = config_value(reader, "axis");
	if (json_is_array(axis) && json_array_size(axis) == 1)
		axis = json_array_get(axis, 0);
	json_int_t number = axis ? json_integer_value(axis) : default_axis;
	if ((axis && !json_is_integer(axis)) || number < -1 || number == 0 || number > 3)
		config_error(reader, "axis", "is not the last one");
	else if (number > 0)
		reader->axis = (int)number;
}

int config_constants(struct config_reader *reader, const char *key, const json_t *value,
	float numbers[LAYER_CONSTANTS])
{
	if (!value)
		return 0;
	if (json_is_object(value)) /* an array of NumPy */
		value = json_object_get(json_object_get(value, "config"), "value");
	while (json_is_array(value) && json_array_size(value) == 1 &&
		json_is_array(json_array_get(value, 0))) /* [[[a, b, c]]], by broadcasting */
		value = json_array_get(value, 0);
	size_t count = json_is_array(value) ? json_array_size(value) : 1;
	if (count < 1 || count > LAYER_CONSTANTS) {
		config_error(reader, key, "is not a list of 1 to 4 numbers");
		return 0;
	}
	for (size_t i = 0; i < count; i++) {
		const json_t *item = json_is_array(value) ? json_array_get(value, i) : value;
		numbers[i] = (float)json_number_value(item);
		if (!json_is_number(item) || !isfinite(numbers[i]))
			config_error(reader, key, "is neither a number nor a list of numbers");
	}
	return (int)count;
}
_Static_assert(LAYER_CONSTANTS == 4, "as in the message");

/* ---- activations ---- */

/* Keras 2's hard sigmoid has another slope, and no name in Keras 3, whose names are written. */
static bool find_activation(struct config_reader *reader, const char *name,
	struct activation *activation)
{
	if (!activation_find(name, activation))
		return false;
	if (activation->kind != ACTIVATION_HARD_SIGMOID || !reader->is_keras2)
		return true;
	*activation = activation_default(ACTIVATION_KERAS2_HARD_SIGMOID);
	config_refuse_training(reader, "Keras 3 has no name for the hard_sigmoid of Keras 2");
	return true;
}

/* An activation layer as an activation: {"class_name": "LeakyReLU", "config": {...}}. */
static bool read_activation_object(struct config_reader *reader, const json_t *object,
	struct layer *layer)
{
	struct config_reader inner = *reader;
	struct layer read;
	inner.class_name = json_string_value(json_object_get(object, "class_name"));
	inner.config = json_object_get(object, "config");
	if (!inner.class_name || !json_is_object(inner.config) ||
		json_object_get(inner.config, "activation"))
		return false;
	if (layer_read(&inner, &read, layer->name) == 0 && read.kind == LAYER_ACTIVATION)
		layer->activation = read.activation;
	else if (!inner.failed)
		return false;
	reader->failed |= inner.failed;
	return true;
}

void config_activation(struct config_reader *reader, struct layer *layer)
{
	json_t *value = config_value(reader, "activation");
	if (!value || reader->failed || read_activation_object(reader, value, layer))
		return;
	if (json_is_object(value))
		value = json_object_get(value, "config");
	const char *name = json_string_value(value);
	if (name && find_activation(reader, name, &layer->activation))
		return;
	char reason[128];
	snprintf(reason, sizeof reason, "'%.64s' is not supported", name ? name : "(no name)");
	config_error(reader, "activation", reason);
}

/* ---- regularizers ---- */

/* A factor of L1 or L2, `unsaid` if it is missing. */
static float read_factor(struct config_reader *reader, json_t *config, const char *name,
	double unsaid)
{
	struct config_reader inner = *reader;
	inner.config = config;
	float factor = config_number(&inner, name, unsaid, 0, 1e6);
	reader->failed |= inner.failed;
	return factor;
}

void config_penalty(struct config_reader *reader, struct layer *layer, const char *key, int index)
{
	char full[64];
	snprintf(full, sizeof full, "%s_regularizer", key);
	json_t *value = config_value(reader, full), *config = json_object_get(value, "config");
	const char *name = json_string_value(
		json_is_object(value) ? json_object_get(value, "class_name") : value);
	struct penalty *penalty = &layer->penalties[index];
	if (!value)
		return;
	if (name && (!strcmp(name, "L1") || !strcmp(name, "l1")))
		penalty->l1 = read_factor(reader, config, "l1", 0.01);
	else if (name && (!strcmp(name, "L2") || !strcmp(name, "l2")))
		penalty->l2 = read_factor(reader, config, "l2", 0.01);
	else if (name && (!strcmp(name, "L1L2") || !strcmp(name, "l1_l2")))
		*penalty = (struct penalty){read_factor(reader, config, "l1",
						    json_is_object(value) ? 0 : 0.01),
			read_factor(reader, config, "l2", json_is_object(value) ? 0 : 0.01)};
	else
		config_refuse_training(reader, "%s '%.64s' is not supported", full,
			name ? name : "(no name)");
}
