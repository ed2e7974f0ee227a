#include "format/files.h"

#include "base/array.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

const struct model_file *model_files_find(const struct model_files *files, const char *name)
{
	for (int i = 0; i < files->count; i++)
		if (strcmp(files->items[i].name, name) == 0)
			return &files->items[i];
	return NULL;
}

size_t model_files_size(const struct model_files *files)
{
	size_t size = 0;
	for (int i = 0; i < files->count; i++)
		size += files->items[i].bytes ? files->items[i].size : 0;
	return size;
}

const char *model_files_path(const struct model_files *files, const struct model_file *file,
	char *out, size_t size)
{
	if (files->is_folder)
		snprintf(out, size, "%s/%s", files->path, file->name);
	else
		snprintf(out, size, "%.*s%s", (int)(text_base_name(files->path) - files->path),
			files->path, file->name);
	return out;
}

int model_files_add(struct model_files *files, const char *name, struct error *error)
{
	if (files->count == MODEL_FILES_MAXIMUM)
		return error_set(error, files->path, "has more than %d files of a model",
			MODEL_FILES_MAXIMUM);
	struct model_file *items = array_grow(files->items, (size_t)files->count, sizeof *items);
	if (!items)
		return error_memory(error, files->path);
	files->items = items;
	items[files->count] = (struct model_file){0};
	snprintf(items[files->count++].name, sizeof items->name, "%s", name);
	return 0;
}
