#include "model/folder.h"

#include "base/file.h"
#include "base/file_set.h"
#include "base/rename.h"
#include "base/signals.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

const char *const model_file_names[MODEL_FILES + 1] = {"architecture.json", "poids.h5", "labels.txt", "training.json",
	"history.tsv", "curves.png", NULL};

/* What the new files lie in, while they are made, within the folder: ".model.millrace-0". */
static const char making_name[] = "model", making_start[] = ".model.millrace-";

enum { BESIDE_MAXIMUM = 10000 };

/* ---- what is there ---- */

/* Sets *found to the number of a model's files that are there, in one place or the other. One that is no file is an error, for
 * it can't be replaced by one. */
static int look(const char *path, bool found[MODEL_FILES], struct error *error)
{
	int result = 0;
	for (int i = 0; i < MODEL_FILES && result == 0; i++) {
		struct stat status;
		char *file = file_set_path(path, model_file_names[i]);
		found[i] = file && lstat(file, &status) == 0;
		if (!file)
			result = error_memory(error, path);
		else if (!found[i] && errno != ENOENT)
			result = error_system(error, file);
		else if (found[i] && S_ISDIR(status.st_mode))
			result = error_set(error, path, "holds a folder %s, and in a model that is a file", model_file_names[i]);
		free(file);
	}
	return result;
}

static bool is_model(const bool found[MODEL_FILES])
{
	return found[MODEL_CARD] && found[MODEL_WEIGHTS];
}

/* Whether there is nothing but what a killed process left. -1: it could not be read to its end. */
static int is_empty(const char *path, struct error *error)
{
	DIR *folder = opendir(path);
	if (!folder)
		return error_system(error, path);
	int empty = 1;
	struct dirent *entry;
	while (empty == 1 && (errno = 0, entry = readdir(folder)))
		empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 || file_set_is_new(entry->d_name) ||
			strncmp(entry->d_name, making_start, sizeof making_start - 1) == 0;
	if (empty == 1 && errno)
		empty = error_system(error, path);
	closedir(folder);
	return empty;
}

/* Before training: only what is empty or a model is meant. */
static int check_replaceable(const char *path, struct error *error)
{
	bool found[MODEL_FILES];
	if (look(path, found, error))
		return -1;
	int empty = is_model(found) ? 1 : is_empty(path, error);
	return empty == 0 ? error_set(error, path, "holds something other than a model; it is not replaced") : empty < 0 ? -1 : 0;
}

/* After it: the new model may come to lie beside anything, and replace nothing but a model. */
static int check_names_free(const char *path, struct error *error)
{
	bool found[MODEL_FILES];
	if (look(path, found, error))
		return -1;
	for (int i = 0; i < MODEL_FILES && !is_model(found); i++)
		if (found[i])
			return error_set(error, path, "holds %s, and no model that it is of", model_file_names[i]);
	return 0;
}

/* ---- opening ---- */

/* The path without slashes at its end, and as a name that another can be made from. */
static char *final_path(const char *path, struct error *error)
{
	char *result = strdup(path);
	for (size_t length = result ? strlen(result) : 0; length > 1 && result[length - 1] == '/'; length--)
		result[length - 1] = 0;
	const char *base = result ? text_base_name(result) : "";
	if (result && (!*base || strcmp(base, ".") == 0 || strcmp(base, "..") == 0)) {
		free(result);
		result = realpath(path, NULL);
	}
	if (!result)
		error_system(error, path);
	return result;
}

static int refuse_file(const char *path, struct error *error)
{
	return error_set(error, path, "is a file, and a model is a folder");
}

static int make_within(struct model_folder *folder, struct error *error)
{
	char *path = file_join(folder->path, making_name);
	int result = !path ? error_memory(error, folder->path)
		: unfinished_folder(&folder->making, path) ? error_system(error, folder->path) : 0;
	free(path);
	return result;
}

static int make_beside(struct model_folder *folder, struct error *error)
{
	return unfinished_folder(&folder->making, folder->path) ? error_system(error, folder->path) : 0;
}

/* Opens and locks the folder, so that of several that replace the model one goes after the other. */
static int lock_folder(const char *path, struct error *error)
{
	int descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (descriptor < 0)
		return error_system(error, path);
	while (flock(descriptor, LOCK_EX) && errno == EINTR)
		continue;
	return descriptor;
}

static int check_folder(struct model_folder *folder, struct error *error)
{
	int lock = lock_folder(folder->path, error);
	if (lock < 0)
		return -1;
	int result = check_replaceable(folder->path, error) || file_set_finish(folder->path, model_file_names, error) ||
			make_within(folder, error)
		? -1
		: 0;
	close(lock);
	return result;
}

static int check_place(struct model_folder *folder, struct error *error)
{
	struct stat status;
	const char *path = folder->path;
	if (file_make_parent(path, error))
		return -1;
	if (lstat(path, &status))
		return errno == ENOENT ? make_beside(folder, error) : error_system(error, path);
	if (stat(path, &status))
		return error_system(error, path);
	return S_ISDIR(status.st_mode) ? check_folder(folder, error) : refuse_file(path, error);
}

int model_folder_open(struct model_folder *folder, const char *path, struct error *error)
{
	*folder = (struct model_folder){0};
	if (!*path)
		return error_set(error, "model folder", "its name is empty");
	folder->path = final_path(path, error);
	if (folder->path && check_place(folder, error) == 0) {
		unfinished_remove(&folder->making);
		return 0;
	}
	model_folder_abandon(folder);
	return -1;
}

int model_folder_start(struct model_folder *folder, struct error *error)
{
	folder->problem = (struct error){0};
	if (file_exists(folder->path) && !file_is_folder(folder->path))
		refuse_file(folder->path, &folder->problem);
	else if (file_exists(folder->path) && make_within(folder, &folder->problem) == 0)
		return 0;
	return make_beside(folder, error);
}

/* ---- replacing ---- */

static int replace(struct model_folder *folder, struct error *error)
{
	sigset_t before;
	int lock = lock_folder(folder->path, error);
	if (lock < 0)
		return -1;
	signals_hold(&before);
	int result = check_names_free(folder->path, error) ||
			file_set_replace(folder->path, &folder->making, model_file_names, error)
		? -1
		: 0;
	signals_release(&before);
	close(lock);
	return result;
}

/* Where there is no folder yet the new files' own becomes it. */
static int put(struct model_folder *folder, struct error *error)
{
	if (file_exists(folder->path))
		return replace(folder, error);
	if (fsync(folder->making.lock))
		return error_system(error, folder->path);
	if (rename_new(folder->making.path, folder->path))
		return errno == EEXIST ? replace(folder, error) : error_system(error, folder->path);
	unfinished_forget(&folder->making);
	return 0;
}

/* Keeps a model that could not be put in its place under the first free name beside it. Always -1. */
static int keep(struct model_folder *folder, struct error *error)
{
	char *path = NULL;
	int result = -1;
	errno = EEXIST;
	for (int number = 1; result && errno == EEXIST && number < BESIDE_MAXIMUM; number++) {
		free(path);
		path = text_format("%s.%d", folder->path, number);
		result = path ? rename_new(folder->making.path, path) : -1;
	}
	if (result) {
		char reason[128];
		error_set(error, folder->path, "%.200s; nor could the new model be kept beside it: %s", folder->problem.reason,
			strerror_r(errno, reason, sizeof reason));
	} else {
		unfinished_forget(&folder->making);
		error_set(error, folder->path, "%.200s; the new model is in %s", folder->problem.reason, path);
	}
	free(path);
	return -1;
}

int model_folder_commit(struct model_folder *folder, struct error *error)
{
	int result = *folder->problem.reason ? -1 : put(folder, &folder->problem);
	if (result && folder->making.path)
		keep(folder, error);
	else if (result)
		error_set(error, folder->path, "%.200s; the new model is read, but its files are still to be moved there from "
			".millrace-new: the next training does", folder->problem.reason);
	model_folder_abandon(folder);
	return result;
}

void model_folder_abandon(struct model_folder *folder)
{
	unfinished_remove(&folder->making);
	free(folder->path);
	*folder = (struct model_folder){0};
}
