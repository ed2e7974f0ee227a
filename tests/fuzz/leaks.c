/* The list that split-dataset writes, as cnn-predict reads it. */
#include "common/fuzz.h"

#include "train/leaks.h"

#include <assert.h>

bool fuzz_try(const unsigned char *bytes, size_t size)
{
	struct leaks leaks;
	struct error error = {0};
	if (leaks_read(&leaks, fuzz_file(bytes, size), &error))
		return fuzz_refused(&error);
	for (size_t i = 0; i < leaks.count; i++)
		assert(leaks_contain(&leaks, leaks.digests[i]));
	leaks_free(&leaks);
	return true;
}
