/* A URI reference: once resolved it is http or https without user information, and resolves to
 * itself. */
#include "common/fuzz.h"

#include "base/text.h"
#include "fetch/url.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void check_url(const char *url)
{
	char *resolved = url_resolve(NULL, url, NULL), *origin = url_origin(url),
	     *extended = url_set_parameter(url, "a", url);
	assert(strncmp(url, "http://", 7) == 0 || strncmp(url, "https://", 8) == 0);
	const char *host = strstr(url, "//") + 2;
	assert(!memchr(host, '@', strcspn(host, "/?#")) && text_is_utf8(url) &&
		strlen(url) <= URL_LENGTH_MAXIMUM);
	for (const char *p = url; *p; p++)
		assert((unsigned char)*p > ' ' && *p != 127);
	assert(resolved && strcmp(resolved, url) == 0 && origin && extended);
	assert(url_path_and_query(url)[0] == '/');
	free(resolved);
	free(origin);
	free(extended);
}

bool fuzz_try(const unsigned char *bytes, size_t size)
{
	struct error error = {0};
	char *reference = fuzz_text(bytes, size);
	char *absolute = url_resolve(NULL, reference, NULL);
	char *relative = url_resolve("http://example.org/a/b?c", reference, &error);
	bool accepted = relative || fuzz_refused(&error);
	if (absolute)
		check_url(absolute);
	if (relative)
		check_url(relative);
	free(reference);
	free(absolute);
	free(relative);
	return accepted;
}
