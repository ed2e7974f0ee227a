/* A regular expression, and after its line a text to search. Accepted: there is a match. */
#include "common/fuzz.h"

#include "recipe/pattern.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static int check(void *context, const char *text, const regmatch_t matches[PATTERN_GROUPS])
{
	size_t *found = context;
	assert(matches[0].rm_so >= 0 &&
		matches[0].rm_eo - matches[0].rm_so <= PATTERN_LENGTH_MAXIMUM);
	for (int i = 1; i < PATTERN_GROUPS; i++)
		assert(matches[i].rm_so < 0 ||
			(matches[i].rm_so <= matches[i].rm_eo &&
				matches[i].rm_eo <= matches[0].rm_eo));
	assert(memchr(text, 0, (size_t)matches[0].rm_eo) == NULL);
	++*found;
	return 0;
}

bool fuzz_try(const unsigned char *bytes, size_t size)
{
	regex_t regex;
	struct error error = {0};
	const unsigned char *end = memchr(bytes, '\n', size);
	size_t length = end ? (size_t)(end - bytes) : size, rest = end ? size - length - 1 : 0,
	       found = 0;
	double seconds = 0.1;
	char *pattern = fuzz_text(bytes, length), *text = fuzz_text(bytes + size - rest, rest);
	if (pattern_compile(&regex, pattern, &error) == 0) {
		(void)!pattern_find(&regex, (const char *)bytes + size - rest, rest, check, &found,
			&seconds);
		free(pattern_replace(&regex, "\\2<\\1>\\9\\", text, &seconds));
		regfree(&regex);
	} else {
		(void)fuzz_refused(&error);
	}
	free(pattern);
	free(text);
	return found > 0;
}
