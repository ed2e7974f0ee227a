/* A text as a field of one line, as a number, and as JSON. Accepted: it is UTF-8. */
#include "common/fuzz.h"

#include "base/json.h"
#include "base/text.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void check_field(const char *text)
{
	char *field, shown[40];
	size_t size;
	FILE *stream = open_memstream(&field, &size);
	if (!stream)
		abort();
	text_write_field(stream, text);
	if (fclose(stream))
		abort();
	assert(strcspn(field, "\t\n\r\033") == size && text_is_utf8(field));
	assert(text_read_field(field) && strcmp(field, text) == 0);
	assert(text_is_utf8(text_printable(shown, sizeof shown, text)));
	free(field);
}

static void check_numbers(const char *text)
{
	int64_t integer;
	uint64_t natural;
	double real;
	if (text_to_unsigned(text, &natural) && natural <= INT64_MAX)
		assert(text_to_integer(text, &integer) && integer == (int64_t)natural);
	if (text_to_integer(text, &integer))
		assert(text_to_real(text, &real) && real == (double)integer);
	if (text_to_real(text, &real))
		assert(isfinite(real));
}

bool fuzz_try(const unsigned char *bytes, size_t size)
{
	char *text = fuzz_text(bytes, size), *unread = fuzz_text(bytes, size);
	json_t *value = json_text(text);
	bool accepted = text_is_utf8(text);
	assert(json_is_string(value) && (!accepted || strcmp(json_string_value(value), text) == 0));
	assert(accepted || !text_is_class_name(text));
	check_field(text);
	check_numbers(text);
	(void)text_read_field(unread);
	json_decref(value);
	free(unread);
	free(text);
	return accepted;
}
