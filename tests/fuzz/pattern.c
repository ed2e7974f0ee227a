/* A text, searched by the kinds of patterns that recipes have. Taken: one is found. */
#include "common/fuzz.h"

#include "scrape/pattern.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static int check(void *context, const char *text, const regmatch_t matches[PATTERN_GROUPS])
{
	size_t *found = context;
	assert(matches[0].rm_so >= 0 && matches[0].rm_eo - matches[0].rm_so <= PATTERN_LENGTH_MAXIMUM);
	for (int i = 1; i < PATTERN_GROUPS; i++)
		assert(matches[i].rm_so < 0 || (matches[i].rm_so <= matches[i].rm_eo && matches[i].rm_eo <= matches[0].rm_eo));
	assert(memchr(text, 0, (size_t)matches[0].rm_eo) == NULL);
	++*found;
	return 0;
}

bool fuzz_try(const unsigned char *bytes, size_t size)
{
	static const char *const patterns[] = {"\"(https?://[^\"]+\\.(jpe?g|png))\",([0-9]+),([0-9]+)", "(a|ab)(c|bcd)*$",
		"^/thumb(/.*)?/[0-9]+px-", "x*"};
	enum { PATTERNS = sizeof patterns / sizeof *patterns };
	static regex_t compiled[PATTERNS];
	static bool ready;
	bool taken = false;
	char *text = fuzz_text(bytes, size);
	for (int i = 0; i < PATTERNS; i++) {
		size_t found = 0;
		double seconds = 1;
		if (!ready && pattern_compile(&compiled[i], patterns[i], NULL))
			abort();
		if (pattern_find(&compiled[i], (const char *)bytes, size, check, &found, &seconds) == 0)
			taken |= found && i + 1 < PATTERNS;
		free(pattern_replace(&compiled[i], "\\2<\\1>\\9\\", text, &seconds));
	}
	ready = true;
	free(text);
	return taken;
}
