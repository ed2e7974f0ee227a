/* Text with JavaScript escapes. Accepted: there are some. */
#include "common/fuzz.h"

#include "recipe/unescape.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

bool fuzz_try(const unsigned char *bytes, size_t size)
{
	char *text = fuzz_text(bytes, size), *plain = fuzz_text(bytes, size);
	unescape(plain);
	assert(strlen(plain) <= strlen(text));
	bool accepted = strcmp(plain, text) != 0;
	free(text);
	free(plain);
	return accepted;
}
