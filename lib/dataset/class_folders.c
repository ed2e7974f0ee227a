#include "dataset/class_folders.h"

#include "base/array.h"
#include "base/file.h"

#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAXIMUM = 16 }; /* symbolic links can form cycles */

int dataset_files_add(struct dataset_files *files, const char *path, size_t source, int label,
	struct error *error)
{
	struct dataset_file *larger = array_grow(files->files, files->count, sizeof *larger);
	if (!larger)
		return error_memory(error, path);
	files->files = larger;
	char *copy = strdup(path);
	if (!copy)
		return error_memory(error, path);
	files->files[files->count++] =
		(struct dataset_file){.path = copy, .source = copy + source, .label = label};
	return 0;
}

void dataset_files_free(struct dataset_files *files)
{
	for (size_t i = 0; i < files->count; i++) {
		free(files->files[i].path);
		free(files->files[i].more_labels);
		free(files->files[i].weights);
	}
	free(files->files);
	text_list_free(&files->classes);
	*files = (struct dataset_files){0};
}

/* The recursive scan of a class folder. */
struct folder_scan {
	struct dataset_files *files;
	size_t source; /* offset of the source name in every path */
	int label;
};

static int add_tree(const struct folder_scan *scan, const char *folder, int depth,
	struct error *error);

static int add_entries(const struct folder_scan *scan, const char *folder, enum file_kind kind,
	int depth, struct error *error)
{
	struct text_list names = {0};
	int result = file_list(folder, kind, &names, error);
	for (size_t i = 0; result == 0 && i < names.count; i++) {
		char *path = file_join(folder, names.items[i]);
		if (!path)
			result = error_memory(error, folder);
		else if (kind == FILE_FOLDER)
			result = add_tree(scan, path, depth + 1, error);
		else
			result = dataset_files_add(scan->files, path, scan->source, scan->label,
				error);
		free(path);
	}
	text_list_free(&names);
	return result;
}

static int add_tree(const struct folder_scan *scan, const char *folder, int depth,
	struct error *error)
{
	if (depth > DEPTH_MAXIMUM)
		return error_set(error, folder, "folders nested more than %d deep", DEPTH_MAXIMUM);
	if (add_entries(scan, folder, FILE_REGULAR, depth, error))
		return -1;
	return add_entries(scan, folder, FILE_FOLDER, depth, error);
}

int dataset_files_add_folder(struct dataset_files *files, const char *folder, struct error *error)
{
	struct folder_scan scan = {files, 0, -1};
	size_t old_count = files->count;
	if (add_tree(&scan, folder, 0, error))
		return -1;
	return files->count > old_count ? 0 : error_set(error, folder, "holds no files");
}

static int add_class(struct dataset_files *files, const char *folder, const char *name,
	struct error *error)
{
	char *path = file_join(folder, name);
	if (!path)
		return error_memory(error, folder);
	struct folder_scan scan = {files, strlen(path) - strlen(name),
		text_list_find(&files->classes, name)};
	int result;
	if (!text_is_class_name(name))
		result = error_set(error, path, "is not a valid class name");
	else if (scan.label < 0)
		result = error_set(error, path, "is not a known class");
	else
		result = add_tree(&scan, path, 0, error);
	free(path);
	return result;
}

/* Removes a name from the list, if it is in it. */
static void remove_name(struct text_list *names, const char *name)
{
	int index = text_list_find(names, name);
	if (index >= 0)
		text_list_remove(names, (size_t)index);
}

int class_folders_read(struct dataset_files *files, const char *folder, struct error *error)
{
	struct text_list names = {0};
	int result = file_list(folder, FILE_FOLDER, &names, error);
	remove_name(&names, "predict");
	if (result == 0 && names.count == 0)
		result = error_set(error, folder, "holds no class folders");
	bool is_new = files->classes.count == 0;
	for (size_t i = 0; result == 0 && is_new && i < names.count; i++)
		result = text_list_add(&files->classes, names.items[i], error);
	for (size_t i = 0; result == 0 && i < names.count; i++)
		result = add_class(files, folder, names.items[i], error);
	text_list_free(&names);
	return result;
}
