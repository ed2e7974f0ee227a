#include "model/find_files.h"

#include "base/file.h"
#include "base/file_set.h"
#include "model/folder.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Of all mapped files together: a graph has at most 2^31 weights. */
static const size_t size_maximum = (size_t)1 << 35;

static const char *const architecture_endings[] = {".json", NULL};
static const char *const weights_endings[] = {".h5", ".hdf5", NULL};
static const char *const archive_endings[] = {".keras", ".zip", NULL};

/* JSON that is no architecture. */
static const char metadata_name[] = "metadata.json";

static bool ends_with(const char *name, const char *ending)
{
	size_t length = strlen(name), ending_length = strlen(ending);
	return length > ending_length && strcmp(name + length - ending_length, ending) == 0;
}

static bool has_ending(const char *name, const char *const *endings)
{
	for (; *endings; endings++)
		if (ends_with(name, *endings))
			return true;
	return false;
}

/* Of TensorFlow.js: "weights.bin", "group1-shard1of2.bin", and without ending as of old. */
static bool is_shard(const char *name)
{
	return ends_with(name, ".bin") ||
		(strncmp(name, "group", 5) == 0 && strstr(name, "-shard"));
}

static bool is_text(const char *name)
{
	return strcmp(name, model_file_names[MODEL_LABELS]) == 0 ||
		strcmp(name, metadata_name) == 0;
}

bool model_files_wants(const char *name)
{
	return strcmp(name, model_file_names[MODEL_CARD]) != 0 &&
		(has_ending(name, architecture_endings) || has_ending(name, weights_endings) ||
			has_ending(name, archive_endings) || is_shard(name) || is_text(name));
}

/* ---- choosing by name ---- */

/* The index of the file of this name; -1: there is none. */
static int find(const struct model_files *files, const char *name)
{
	const struct model_file *file = model_files_find(files, name);
	return file ? (int)(file - files->items) : -1;
}

/* The file of the default name (NULL: none), else the only one with one of the endings; -1: there
 * is none. -2: several. */
static int choose(const struct model_files *files, const char *default_name,
	const char *const *endings, struct error *error)
{
	int found = default_name ? find(files, default_name) : -1;
	if (found >= 0)
		return found;
	for (int i = 0; i < files->count; i++) {
		const char *name = files->items[i].name;
		if (!has_ending(name, endings) || strcmp(name, metadata_name) == 0)
			continue;
		if (found >= 0) {
			error_set(error, files->path,
				"contains %s and %s; name one of them, or remove it",
				files->items[found].name, name);
			return -2;
		}
		found = i;
	}
	return found;
}

static bool has_shards(const struct model_files *files)
{
	for (int i = 0; i < files->count; i++)
		if (is_shard(files->items[i].name))
			return true;
	return false;
}

int model_files_choose(struct model_files *files, struct error *error)
{
	const char *architecture = model_file_names[MODEL_ARCHITECTURE],
		   *weights = model_file_names[MODEL_WEIGHTS];
	files->main = files->archive = -1;
	files->architecture = choose(files, architecture, architecture_endings, error);
	if (files->architecture == -2)
		return -1;
	files->weights = choose(files, weights, weights_endings, error);
	if (files->weights == -2)
		return -1;
	if (files->architecture < 0 && files->weights < 0) {
		files->archive = choose(files, NULL, archive_endings, error);
		return files->archive >= 0 ? 0
			: files->archive == -2
			? -1
			: error_set(error, files->path,
				  "is not a model: it has no *.json, *.h5 or *.keras file "
				  "(SavedModel and TensorFlow Lite are not read)");
	}
	if (files->weights < 0 && !has_shards(files))
		return error_set(error, files->path, "has neither %s nor another *.h5 file",
			weights);
	return 0;
}

bool model_files_needs(const struct model_files *files, int index)
{
	const char *name = files->items[index].name;
	return index == files->main || index == files->architecture || index == files->weights ||
		index == files->archive || is_shard(name) || is_text(name);
}

/* ---- finding ---- */

/* Files of the default names count even where they are no regular files, so that they are refused
 * by name. */
static int list_folder(struct model_files *files, struct error *error)
{
	static const enum model_part defaults[] = {MODEL_ARCHITECTURE, MODEL_WEIGHTS};
	struct text_list names = {0};
	int result = file_list(files->path, FILE_REGULAR, &names, error);
	for (size_t i = 0; i < 2 && result == 0; i++) {
		const char *name = model_file_names[defaults[i]];
		char *path = file_set_path(files->path, name);
		if (!path)
			result = error_memory(error, files->path);
		else if (file_exists(path))
			result = model_files_add(files, name, error);
		free(path);
	}
	for (size_t i = 0; i < names.count && result == 0; i++)
		if (model_files_wants(names.items[i]) && find(files, names.items[i]) < 0)
			result = model_files_add(files, names.items[i], error);
	text_list_free(&names);
	return result ? -1 : model_files_choose(files, error);
}

/* The length of a name without ".weights.h5", ".json" and so on. */
static int stem_length(const char *name)
{
	static const char weights[] = ".weights";
	const char *dot = strrchr(name, '.');
	int length = (int)(dot && dot > name ? (size_t)(dot - name) : strlen(name));
	int before = length - (int)sizeof weights + 1;
	return before > 0 && strncmp(name + before, weights, sizeof weights - 1) == 0 ? before
										      : length;
}

/* Adds the first file that exists of the main file's stem and one of the endings. Sets *index. */
static int add_sibling(struct model_files *files, const char *const *endings, int *index,
	struct error *error)
{
	const char *main = files->items[files->main].name;
	char name[2 * MODEL_FILE_NAME_SIZE];
	for (; *endings && *index < 0; endings++) {
		snprintf(name, sizeof name, "%.*s%s", stem_length(main), main, *endings);
		char *path = file_beside(files->path, name);
		if (!path)
			return error_memory(error, files->path);
		bool exists = strlen(name) < MODEL_FILE_NAME_SIZE && file_exists(path);
		free(path);
		if (exists && model_files_add(files, name, error))
			return -1;
		*index = exists ? files->count - 1 : -1;
	}
	return 0;
}

/* Adds labels and metadata, and with JSON the shards, that lie beside the main file. */
static int add_beside(struct model_files *files, bool with_shards, struct error *error)
{
	char *folder = file_beside(files->path, "");
	struct text_list names = {0};
	int result = folder ? file_list(*folder ? folder : ".", FILE_REGULAR, &names, error)
			    : error_memory(error, files->path);
	for (size_t i = 0; i < names.count && result == 0; i++)
		if (is_text(names.items[i]) || (with_shards && is_shard(names.items[i])))
			result = model_files_add(files, names.items[i], error);
	text_list_free(&names);
	free(folder);
	return result;
}

/* Adds the file that the user named. */
static int add_main(struct model_files *files, struct error *error)
{
	const char *name = text_base_name(files->path);
	files->main = files->weights = 0;
	files->architecture = files->archive = -1;
	return strlen(name) < MODEL_FILE_NAME_SIZE
		? model_files_add(files, name, error)
		: error_set(error, files->path, "its name is too long");
}

/* Adds it, and what belongs to it by name. */
static int list_beside(struct model_files *files, struct error *error)
{
	static const char *const weights[] = {".weights.h5", ".h5", ".hdf5", NULL};
	if (add_main(files, error))
		return -1;
	if (has_ending(files->items[0].name, architecture_endings)) {
		files->architecture = 0;
		files->weights = -1;
		return add_sibling(files, weights, &files->weights, error) ||
				add_beside(files, true, error)
			? -1
			: 0;
	}
	return add_sibling(files, architecture_endings, &files->architecture, error) ||
			add_beside(files, false, error)
		? -1
		: 0;
}

/* ---- mapping ---- */

/* Mapped, since reading would double the time of a cold start. An empty file has one byte of NUL
 * instead. */
static int map(struct model_file *file, const char *path, size_t *total, struct error *error)
{
	struct stat status;
	int descriptor = file_open_regular(path, &status, error);
	if (descriptor < 0)
		return -1;
	file->size = (size_t)status.st_size;
	*total += file->size;
	void *bytes = MAP_FAILED;
	if (*total <= size_maximum)
		bytes = mmap(NULL, file->size + !file->size, PROT_READ,
			MAP_PRIVATE | (file->size ? 0 : MAP_ANONYMOUS),
			file->size ? descriptor : -1, 0);
	int result = *total > size_maximum ? error_set(error, path, "is too large for a model")
		: bytes == MAP_FAILED      ? error_system(error, path)
					   : 0;
	close(descriptor);
	file->bytes = result ? NULL : bytes;
	return result;
}

static int map_files(struct model_files *files, struct error *error)
{
	size_t total = 0;
	int result = 0;
	for (int i = 0; i < files->count && result == 0; i++) {
		struct model_file *file = &files->items[i];
		if (!model_files_needs(files, i))
			continue;
		char *path = i == files->main ? strdup(files->path)
			: files->is_folder    ? file_set_path(files->path, file->name)
					      : file_beside(files->path, file->name);
		result = path ? map(file, path, &total, error) : error_memory(error, files->path);
		free(path);
	}
	return result;
}

int model_files_list(struct model_files *files, const char *path, struct error *error)
{
	int is_folder = file_check_folder(path, error);
	*files = (struct model_files){.path = path, .is_folder = is_folder == 1};
	if (is_folder < 0)
		return -1;
	if (!file_exists(path))
		return error_set(error, path, "there is no such file or folder");
	return is_folder ? list_folder(files, error) : list_beside(files, error);
}

int model_files_open(struct model_files *files, const char *path, struct error *error)
{
	int result = model_files_list(files, path, error) || map_files(files, error) ? -1 : 0;
	if (result)
		model_files_close(files);
	return result;
}

int model_files_open_weights(struct model_files *files, const char *path, struct error *error)
{
	*files = (struct model_files){.path = path};
	int result = add_main(files, error) || map_files(files, error) ? -1 : 0;
	if (result)
		model_files_close(files);
	return result;
}

void model_files_close(struct model_files *files)
{
	for (int i = 0; i < files->count; i++) {
		struct model_file *file = &files->items[i];
		if (file->bytes)
			munmap((void *)file->bytes, file->size + !file->size);
	}
	free(files->items);
	*files = (struct model_files){0};
}
