#include "base/json.h"

#include "base/text.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Set where this thread had no memory for jansson, which goes on without a byte of a string or
 * without a key. */
static _Thread_local bool ran_out;

static void *allocate(size_t size)
{
	void *memory = malloc(size);
	ran_out |= !memory;
	return memory;
}

__attribute__((constructor)) static void watch_memory(void)
{
	json_set_alloc_funcs(allocate, free);
}

json_t *json_text(const char *text)
{
	if (text_is_utf8(text))
		return json_string(text);
	size_t size = 4 * strlen(text) + 1;
	char *printable = malloc(size);
	json_t *value = printable ? json_string(text_printable(printable, size, text)) : NULL;
	free(printable);
	return value;
}

json_t *json_number(double value)
{
	return isfinite(value) ? json_real(value) : json_null();
}

json_t *json_add_member(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value) == 0)
		return object;
	json_decref(object);
	return NULL;
}

json_t *json_add_item(json_t *array, json_t *value)
{
	if (json_array_append_new(array, value) == 0)
		return array;
	json_decref(array);
	return NULL;
}

char *json_print(const json_t *value, size_t flags)
{
	ran_out = false;
	char *text = json_dumps(value, flags);
	if (!ran_out)
		return text;
	free(text);
	return NULL;
}

json_t *json_parse(const void *text, size_t size, size_t flags, const char *name,
	struct error *error)
{
	json_error_t problem;
	ran_out = false;
	json_t *value = json_loadb(text, size, flags, &problem);
	if (ran_out) {
		json_decref(value);
		error_memory(error, name);
		return NULL;
	}
	if (!value)
		error_set(error, name, "not valid JSON: line %d: %s", problem.line, problem.text);
	return value;
}
