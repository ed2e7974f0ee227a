#include "dataset/class_folders.h"

#include "base/file.h"

#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAXIMUM = 16 }; /* links can lead in circles */

int dataset_files_add(struct dataset_files *files, const char *path, size_t source, int label, struct error *error)
{
	if (files->count == files->capacity) {
		size_t capacity = files->capacity ? 2 * files->capacity : 64;
		struct dataset_file *larger = realloc(files->files, capacity * sizeof *larger);
		if (!larger)
			return error_memory(error, path);
		files->files = larger;
		files->capacity = capacity;
	}
	char *copy = strdup(path);
	if (!copy)
		return error_memory(error, path);
	files->files[files->count++] = (struct dataset_file){.path = copy, .source = copy + source, .label = label};
	return 0;
}

void dataset_files_free(struct dataset_files *files)
{
	for (size_t i = 0; i < files->count; i++) {
		free(files->files[i].path);
		free(files->files[i].more);
		free(files->files[i].weights);
	}
	free(files->files);
	text_list_free(&files->classes);
	*files = (struct dataset_files){0};
}

/* A class folder being read. */
struct walk {
	struct dataset_files *files;
	size_t source; /* length of what stands before the source name in every path */
	int label;
};

static int add_tree(const struct walk *walk, const char *folder, int depth, struct error *error);

static int add_entries(const struct walk *walk, const char *folder, enum file_kind kind, int depth, struct error *error)
{
	struct text_list names = {0};
	int result = file_list(folder, kind, &names, error);
	for (size_t i = 0; result == 0 && i < names.count; i++) {
		char *path = file_join(folder, names.items[i]);
		if (!path)
			result = error_memory(error, folder);
		else if (kind == FILE_FOLDER)
			result = add_tree(walk, path, depth + 1, error);
		else
			result = dataset_files_add(walk->files, path, walk->source, walk->label, error);
		free(path);
	}
	text_list_free(&names);
	return result;
}

static int add_tree(const struct walk *walk, const char *folder, int depth, struct error *error)
{
	if (depth > DEPTH_MAXIMUM)
		return error_set(error, folder, "folders nested more than %d deep", DEPTH_MAXIMUM);
	if (add_entries(walk, folder, FILE_REGULAR, depth, error))
		return -1;
	return add_entries(walk, folder, FILE_FOLDER, depth, error);
}

int dataset_files_add_folder(struct dataset_files *files, const char *folder, struct error *error)
{
	struct walk walk = {files, 0, -1};
	size_t before = files->count;
	if (add_tree(&walk, folder, 0, error))
		return -1;
	return files->count > before ? 0 : error_set(error, folder, "holds no files");
}

static int add_class(struct dataset_files *files, const char *folder, const char *name, struct error *error)
{
	char *path = file_join(folder, name);
	if (!path)
		return error_memory(error, folder);
	struct walk walk = {files, strlen(path) - strlen(name), text_list_find(&files->classes, name)};
	int result;
	if (!text_is_class_name(name))
		result = error_set(error, path, "is no name for a class");
	else if (walk.label < 0)
		result = error_set(error, path, "is a folder of no known class");
	else
		result = add_tree(&walk, path, 0, error);
	free(path);
	return result;
}

/* Takes a name out, if it is there. */
static void leave_out(struct text_list *names, const char *name)
{
	int index = text_list_find(names, name);
	if (index >= 0)
		text_list_remove(names, (size_t)index);
}

int class_folders_read(struct dataset_files *files, const char *folder, struct error *error)
{
	struct text_list names = {0};
	int result = file_list(folder, FILE_FOLDER, &names, error);
	leave_out(&names, "predict");
	if (result == 0 && names.count == 0)
		result = error_set(error, folder, "holds no class folders");
	bool fresh = files->classes.count == 0;
	for (size_t i = 0; result == 0 && fresh && i < names.count; i++)
		result = text_list_add(&files->classes, names.items[i], error);
	for (size_t i = 0; result == 0 && i < names.count; i++)
		result = add_class(files, folder, names.items[i], error);
	text_list_free(&names);
	return result;
}
