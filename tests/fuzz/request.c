/* The path of a request to browse-dataset: a result is below the folder, and not hidden. */
#include "common/fuzz.h"

#include "base/file.h"
#include "browse/folder.h"
#include "tap.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

bool fuzz_try(const unsigned char *bytes, size_t size)
{
	static char *root;
	if (!root && !(root = realpath(fixture(""), NULL)))
		abort();
	char *url_path = fuzz_text(bytes, size), *path = folder_find(root, url_path);
	if (path)
		assert(file_exists(path) && strncmp(path, root, strlen(root)) == 0 &&
			!strstr(path + strlen(root), "/."));
	bool accepted = path;
	free(path);
	free(url_path);
	return accepted;
}
