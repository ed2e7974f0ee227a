#include "base/data.h"

#include "base/file.h"

#include <stdlib.h>

enum { FOLDERS = 3 };

/* The folders in the order in which they are looked at; NULL: there is no such. */
static void find_folders(const char *folders[FOLDERS])
{
	folders[0] = "data";
	folders[1] = getenv("MILLRACE_DATA");
	folders[2] = DATA_FOLDER;
}

char *data_find(const char *name, struct error *error)
{
	const char *folders[FOLDERS];
	find_folders(folders);
	for (int i = 0; i < FOLDERS; i++) {
		if (!folders[i])
			continue;
		char *path = file_join(folders[i], name);
		if (!path) {
			error_memory(error, name);
			return NULL;
		}
		if (file_exists(path))
			return path;
		free(path);
	}
	error_set(error, name, "not found in data, $MILLRACE_DATA or " DATA_FOLDER);
	return NULL;
}

static int add_new(struct text_list *names, const struct text_list *found, struct error *error)
{
	for (size_t i = 0; i < found->count; i++)
		if (text_list_find(names, found->items[i]) < 0 &&
			text_list_add(names, found->items[i], error))
			return -1;
	return 0;
}

int data_list(const char *name, struct text_list *names, struct error *error)
{
	const char *folders[FOLDERS];
	int result = 0;
	find_folders(folders);
	for (int i = 0; i < FOLDERS && result == 0; i++) {
		struct text_list found = {0};
		char *path = folders[i] ? file_join(folders[i], name) : NULL;
		if (folders[i] && !path)
			result = error_memory(error, name);
		else if (path && file_is_folder(path) &&
			(file_list(path, FILE_REGULAR, &found, error) ||
				add_new(names, &found, error)))
			result = -1;
		text_list_free(&found);
		free(path);
	}
	text_list_sort(names);
	return result;
}
