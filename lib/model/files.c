#include "model/files.h"

#include <string.h>

const struct model_file *model_files_find(const struct model_files *files, const char *name)
{
	for (int i = 0; i < files->count; i++)
		if (strcmp(files->items[i].name, name) == 0)
			return &files->items[i];
	return NULL;
}
