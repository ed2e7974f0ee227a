/* A list of pictures with notes, as browse-dataset takes it. */
#include "common/fuzz.h"

#include "browse/listed.h"

#include <assert.h>

bool fuzz_try(const unsigned char *bytes, size_t size)
{
	struct listed listed;
	struct error error = {0};
	bool taken = listed_read(&listed, fuzz_file(bytes, size), &error) == 0 || fuzz_refused(&error);
	assert(!taken || listed.paths.count == listed.notes.count);
	listed_free(&listed);
	return taken;
}
