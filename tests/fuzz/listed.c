/* A list of images with notes, as read by browse-dataset. */
#include "common/fuzz.h"

#include "browse/listed.h"

#include <assert.h>

bool fuzz_try(const unsigned char *bytes, size_t size)
{
	struct listed listed;
	struct error error = {0};
	bool accepted =
		listed_read(&listed, fuzz_file(bytes, size), &error) == 0 || fuzz_refused(&error);
	assert(!accepted || listed.paths.count == listed.notes.count);
	listed_free(&listed);
	return accepted;
}
