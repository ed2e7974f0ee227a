#include "dataset/place.h"

#include "base/file.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Returns 1, 0 or -1. */
static int holds(const char *path, const void *bytes, size_t size, struct error *error)
{
	unsigned char *there;
	size_t there_size;
	struct error problem;
	if (file_read(path, size, &there, &there_size, &problem))
		return problem.kind == ERROR_MACHINE ? error_because(error, &problem) : 0;
	bool same = there_size == size && memcmp(there, bytes, size) == 0;
	free(there);
	return same;
}

/* The number goes before the extension; a name's leading dot begins none. */
static char *numbered(const char *folder, const char *name, int number)
{
	const char *dot = strrchr(name, '.');
	int stem = dot && dot > name ? (int)(dot - name) : (int)strlen(name);
	char *alone = number > 1 ? text_format("%.*s-%d%s", stem, name, number, name + stem) : text_format("%s", name);
	char *path = alone ? file_join(folder, alone) : NULL;
	free(alone);
	return path;
}

int place_bytes(const char *folder, const char *name, const void *bytes, size_t size, struct error *error)
{
	if (file_make_folder(folder, error))
		return -1;
	for (int number = 1;; number++) {
		char *path = numbered(folder, name, number);
		if (!path)
			return error_memory(error, folder);
		bool free_name = !file_exists(path);
		int same = free_name ? 0 : holds(path, bytes, size, error);
		int result = free_name ? output_bytes(path, bytes, size, error) : same < 0 ? -1 : 0;
		free(path);
		if (free_name || same)
			return result;
	}
}
