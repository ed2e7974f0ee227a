#include "dataset/unique_file.h"

#include "base/file.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Returns 1, 0 or -1. */
static int has_content(const char *path, const void *bytes, size_t size, struct error *error)
{
	unsigned char *existing;
	size_t existing_size;
	struct error problem;
	if (file_read(path, size, &existing, &existing_size, &problem))
		return problem.kind == ERROR_MACHINE ? error_copy(error, &problem) : 0;
	bool same = existing_size == size && memcmp(existing, bytes, size) == 0;
	free(existing);
	return same;
}

/* The number is inserted before the extension; a leading dot does not start an extension. */
static char *numbered_path(const char *folder, const char *name, int number)
{
	const char *dot = strrchr(name, '.');
	int stem = dot && dot > name ? (int)(dot - name) : (int)strlen(name);
	char *file_name = number > 1 ? text_format("%.*s-%d%s", stem, name, number, name + stem)
				     : text_format("%s", name);
	char *path = file_name ? file_join(folder, file_name) : NULL;
	free(file_name);
	return path;
}

int unique_file_write(const char *folder, const char *name, const void *bytes, size_t size,
	struct error *error)
{
	if (file_make_folder(folder, error))
		return -1;
	for (int number = 1;; number++) {
		char *path = numbered_path(folder, name, number);
		if (!path)
			return error_memory(error, folder);
		bool is_new = !file_exists(path);
		int same = is_new ? 0 : has_content(path, bytes, size, error);
		int result = is_new ? output_bytes(path, bytes, size, error) : same < 0 ? -1 : 0;
		free(path);
		if (is_new || same)
			return result;
	}
}
