#include "fuzz.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

const char *fuzz_file(const unsigned char *bytes, size_t size)
{
	static char path[32];
	static int file = -1;
	if (file < 0)
		file = memfd_create("fuzz", MFD_CLOEXEC);
	if (file < 0 || ftruncate(file, 0) || pwrite(file, bytes, size, 0) != (ssize_t)size)
		abort();
	snprintf(path, sizeof path, "/proc/self/fd/%d", file);
	return path;
}

char *fuzz_text(const unsigned char *bytes, size_t size)
{
	char *text = strndup((const char *)bytes, size);
	if (!text)
		abort();
	return text;
}

bool fuzz_refused(const struct error *error)
{
	assert(memchr(error->object, 0, sizeof error->object));
	assert(*error->reason && memchr(error->reason, 0, sizeof error->reason));
	return false;
}
