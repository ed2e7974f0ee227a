/* robots.txt, and after its first NUL a path. Accepted: it has rules for this crawler. */
#include "common/fuzz.h"

#include "fetch/robots.h"

#include <stdlib.h>
#include <string.h>

bool fuzz_try(const unsigned char *bytes, size_t size)
{
	struct robots robots;
	const unsigned char *nul = memchr(bytes, 0, size);
	size_t length = nul ? (size_t)(nul - bytes) : size;
	char *path = nul ? fuzz_text(nul + 1, size - length - 1) : strdup("/a?b");
	if (!path || robots_parse(&robots, (const char *)bytes, length, "millrace", NULL))
		abort();
	bool accepted = robots.size > 0;
	(void)robots_allow(&robots, path);
	robots_free(&robots);
	free(path);
	return accepted;
}
