#include "draw/json_fields.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int field_error(const struct json_fields *fields, const char *format, ...)
{
	char reason[sizeof fields->error->reason];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(reason, sizeof reason, format, arguments);
	va_end(arguments);
	return error_set(fields->error, fields->label, "%s", reason);
}

static int find_word(const char *const *words, const char *text)
{
	for (int i = 0; words[i]; i++)
		if (strcmp(words[i], text) == 0)
			return i;
	return -1;
}

int fields_check_keys(const struct json_fields *fields, const char *const *keys)
{
	const char *key;
	json_t *value;
	if (!json_is_object(fields->object))
		return field_error(fields, "is not an object {...}");
	json_object_foreach ((json_t *)fields->object, key, value)
		if (find_word(keys, key) < 0)
			return field_error(fields, "unknown key \"%s\"", key);
	return 0;
}

int value_number(const struct json_fields *fields, const char *key, const json_t *value, double low,
	double high, double *number)
{
	if (!json_is_number(value))
		return field_error(fields, "\"%s\": not a number", key);
	double got = json_number_value(value);
	if (!(got >= low && got <= high))
		return field_error(fields, "\"%s\": %g is not from %g to %g", key, got, low, high);
	*number = got;
	return 0;
}

int field_number(const struct json_fields *fields, const char *key, double low, double high,
	double *value)
{
	const json_t *found = json_object_get(fields->object, key);
	return found ? value_number(fields, key, found, low, high, value) : 0;
}

int field_flag(const struct json_fields *fields, const char *key, bool *value)
{
	const json_t *found = json_object_get(fields->object, key);
	if (found && !json_is_boolean(found))
		return field_error(fields, "\"%s\": neither true nor false", key);
	if (found)
		*value = json_is_true(found);
	return 0;
}

int value_point(const struct json_fields *fields, const char *key, const json_t *value,
	struct point *point)
{
	if (!json_is_array(value) || json_array_size(value) < 2)
		return field_error(fields, "\"%s\": not a pair [x, y]", key);
	if (value_number(fields, key, json_array_get(value, 0), -1000, 1000, &point->x))
		return -1;
	return value_number(fields, key, json_array_get(value, 1), -1000, 1000, &point->y);
}

int field_point(const struct json_fields *fields, const char *key, struct point *value)
{
	const json_t *found = json_object_get(fields->object, key);
	if (found && json_array_size(found) > 2)
		return field_error(fields, "\"%s\": not a pair [x, y]", key);
	return found ? value_point(fields, key, found, value) : 0;
}

int field_text(const struct json_fields *fields, const char *key, const char **text)
{
	const json_t *found = json_object_get(fields->object, key);
	*text = NULL;
	if (found && !json_is_string(found))
		return field_error(fields, "\"%s\": not a text", key);
	if (found)
		*text = json_string_value(found);
	return 0;
}

int field_choice(const struct json_fields *fields, const char *key, const char *const *words,
	int *index)
{
	const char *text;
	if (field_text(fields, key, &text))
		return -1;
	if (!text)
		return 0;
	int found = find_word(words, text);
	if (found < 0)
		return field_error(fields, "\"%s\": unknown word \"%s\"", key, text);
	*index = found;
	return 0;
}

int field_name(const struct json_fields *fields, const char *key, char *out, size_t size)
{
	const char *text;
	if (field_text(fields, key, &text))
		return -1;
	if (!text)
		return 0;
	if (!*text || strlen(text) >= size)
		return field_error(fields, "\"%s\": not of 1 to %zu bytes", key, size - 1);
	strcpy(out, text);
	return 0;
}

int field_array(const struct json_fields *fields, const char *key, size_t most,
	const json_t **array)
{
	const json_t *found = json_object_get(fields->object, key);
	*array = found;
	if (found && !json_is_array(found))
		return field_error(fields, "\"%s\": not an array [...]", key);
	if (json_array_size(found) > most)
		return field_error(fields, "\"%s\": more than %zu", key, most);
	return 0;
}
