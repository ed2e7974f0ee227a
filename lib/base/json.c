#include "base/json.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

json_t *json_text(const char *text)
{
	json_t *value = json_string(text);
	if (value)
		return value;
	size_t size = 4 * strlen(text) + 1;
	char *printable = malloc(size);
	value = printable ? json_string(text_printable(printable, size, text)) : NULL;
	free(printable);
	return value;
}
