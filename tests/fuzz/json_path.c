/* A JSON path, and after its line the JSON. Accepted: the path is valid and finds something. */
#include "common/fuzz.h"

#include "recipe/json_path.h"

#include <stdlib.h>
#include <string.h>

static int count_value(void *context, const char *name, json_t *value)
{
	size_t *count = context;
	(void)name;
	*count += json_typeof(value) <= JSON_NULL;
	return 0;
}

bool fuzz_try(const unsigned char *bytes, size_t size)
{
	struct json_path path;
	struct error error = {0};
	const unsigned char *end = memchr(bytes, '\n', size);
	size_t length = end ? (size_t)(end - bytes) : size, found = 0, budget = 1000;
	json_t *value =
		json_loadb((const char *)bytes + length, size - length, JSON_DECODE_ANY, NULL);
	char *text = fuzz_text(bytes, length);
	bool good = json_path_parse(&path, text, &error) == 0 || fuzz_refused(&error);
	if (good && value)
		(void)!json_path_select(&path, value, count_value, &found, &budget);
	json_path_free(&path);
	free(text);
	json_decref(value);
	return found > 0;
}
