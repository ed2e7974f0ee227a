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

const char *const model_file_names[MODEL_FILES + 1] = {"architecture.json", "poids.h5",
	"labels.txt", "training.json", "history.tsv", "curves.png", "checkpoint.safetensors", NULL};

/* Name of the staging folder, where new files are written, inside the model folder:
 * ".model.millrace-0". */
static const char staging_name[] = "model", staging_prefix[] = ".model.millrace-";

enum { SUFFIX_MAXIMUM = 10000 };

/* ---- existing files ---- */

int model_folder_find(const char *path, bool found[MODEL_FILES], struct error *error)
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
			result = error_set(error, path,
				"contains a folder %s where a model has a file",
				model_file_names[i]);
		free(file);
	}
	return result;
}

/* A checkpoint is the last file that model_folder_remove leaves. */
static bool is_model(const bool found[MODEL_FILES])
{
	return (found[MODEL_CARD] && found[MODEL_WEIGHTS]) || found[MODEL_CHECKPOINT];
}

/* 1 if the folder is empty but for unfinished files of a killed process, else 0. -1: it could not
 * be read. */
static int is_empty(const char *path, struct error *error)
{
	DIR *folder = opendir(path);
	if (!folder)
		return error_system(error, path);
	int empty = 1;
	struct dirent *entry;
	while (empty == 1 && (errno = 0, entry = readdir(folder)))
		empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
			file_set_is_new(entry->d_name) ||
			strncmp(entry->d_name, staging_prefix, sizeof staging_prefix - 1) == 0;
	if (empty == 1 && errno)
		empty = error_system(error, path);
	closedir(folder);
	return empty;
}

/* Before training: the folder must be empty or a model. */
static int check_replaceable(const char *path, struct error *error)
{
	bool found[MODEL_FILES];
	if (model_folder_find(path, found, error))
		return -1;
	int empty = is_model(found) ? 1 : is_empty(path, error);
	return empty == 0
		? error_set(error, path, "contains files but no model; it is not replaced")
		: empty < 0 ? -1
			    : 0;
}

/* After training: other files may have appeared, but only files of a model are replaced. */
static int check_names_free(const char *path, struct error *error)
{
	bool found[MODEL_FILES];
	if (model_folder_find(path, found, error))
		return -1;
	for (int i = 0; i < MODEL_FILES && !is_model(found); i++)
		if (found[i])
			return error_set(error, path, "contains %s, which is not part of a model",
				model_file_names[i]);
	return 0;
}

/* ---- opening ---- */

/* The path without trailing slashes; "." and ".." are resolved, so that a suffix can be
 * appended. */
static char *final_path(const char *path, struct error *error)
{
	char *result = strdup(path);
	for (size_t length = result ? strlen(result) : 0; length > 1 && result[length - 1] == '/';
		length--)
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

static int file_error(const char *path, struct error *error)
{
	return error_set(error, path, "is a file; a model must be a folder");
}

static int create_staging_inside(struct model_folder *folder, struct error *error)
{
	char *path = file_join(folder->path, staging_name);
	int result = !path                                  ? error_memory(error, folder->path)
		: unfinished_folder(&folder->staging, path) ? error_system(error, folder->path)
							    : 0;
	free(path);
	return result;
}

static int create_staging_beside(struct model_folder *folder, struct error *error)
{
	return unfinished_folder(&folder->staging, folder->path) ? error_system(error, folder->path)
								 : 0;
}

/* Opens and locks the folder: processes that replace the same model take turns. */
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
	int result = check_replaceable(folder->path, error) ||
			file_set_finish(folder->path, model_file_names, error) ||
			create_staging_inside(folder, error)
		? -1
		: 0;
	close(lock);
	return result;
}

static int check_path(struct model_folder *folder, struct error *error)
{
	struct stat status;
	const char *path = folder->path;
	if (file_make_parent(path, error))
		return -1;
	if (lstat(path, &status))
		return errno == ENOENT ? create_staging_beside(folder, error)
				       : error_system(error, path);
	if (stat(path, &status))
		return error_system(error, path);
	return S_ISDIR(status.st_mode) ? check_folder(folder, error) : file_error(path, error);
}

int model_folder_open(struct model_folder *folder, const char *path, struct error *error)
{
	*folder = (struct model_folder){0};
	if (!*path)
		return error_set(error, "model folder", "its name is empty");
	folder->path = final_path(path, error);
	if (folder->path && check_path(folder, error) == 0) {
		unfinished_remove(&folder->staging);
		return 0;
	}
	model_folder_abandon(folder);
	return -1;
}

int model_folder_start(struct model_folder *folder, struct error *error)
{
	folder->install_error = (struct error){0};
	if (file_exists(folder->path) && !file_is_folder(folder->path))
		file_error(folder->path, &folder->install_error);
	else if (file_exists(folder->path) &&
		create_staging_inside(folder, &folder->install_error) == 0)
		return 0;
	return create_staging_beside(folder, error);
}

/* ---- replacing ---- */

static int replace_model(struct model_folder *folder, struct error *error)
{
	sigset_t before;
	int lock = lock_folder(folder->path, error);
	if (lock < 0)
		return -1;
	signals_block(&before);
	int result = check_names_free(folder->path, error) ||
			file_set_replace(folder->path, &folder->staging, model_file_names, error)
		? -1
		: 0;
	signals_unblock(&before);
	close(lock);
	return result;
}

/* If there is no folder yet, the staging folder is renamed to it. */
static int install(struct model_folder *folder, struct error *error)
{
	if (file_exists(folder->path))
		return replace_model(folder, error);
	if (fsync(folder->staging.lock))
		return error_system(error, folder->path);
	if (rename_new(folder->staging.path, folder->path))
		return errno == EEXIST ? replace_model(folder, error)
				       : error_system(error, folder->path);
	unfinished_forget(&folder->staging);
	return 0;
}

/* Saves a model that could not be installed as PATH.1, or the first free number. Always -1. */
static int save_beside(struct model_folder *folder, struct error *error)
{
	char *path = NULL;
	int result = -1;
	errno = EEXIST;
	for (int number = 1; result && errno == EEXIST && number < SUFFIX_MAXIMUM; number++) {
		free(path);
		path = text_format("%s.%d", folder->path, number);
		result = path ? rename_new(folder->staging.path, path) : -1;
	}
	if (result) {
		char reason[128];
		error_set(error, folder->path,
			"%.200s; the new model could not be saved beside it either: %s",
			folder->install_error.reason, strerror_r(errno, reason, sizeof reason));
	} else {
		unfinished_forget(&folder->staging);
		error_set(error, folder->path, "%.200s; the new model is in %s",
			folder->install_error.reason, path);
	}
	free(path);
	return -1;
}

int model_folder_commit(struct model_folder *folder, struct error *error)
{
	int result = *folder->install_error.reason ? -1 : install(folder, &folder->install_error);
	if (result && folder->staging.path)
		save_beside(folder, error);
	else if (result)
		error_set(error, folder->path,
			"%.200s; the new model is complete and is read, but its files are still in "
			".millrace-new: the next training moves them",
			folder->install_error.reason);
	model_folder_abandon(folder);
	return result;
}

void model_folder_abandon(struct model_folder *folder)
{
	unfinished_remove(&folder->staging);
	free(folder->path);
	*folder = (struct model_folder){0};
}

/* ---- removing ---- */

int model_folder_remove(const char *path, struct error *error)
{
	if (!file_exists(path))
		return 0;
	int lock = lock_folder(path, error);
	if (lock < 0)
		return -1;
	int result = file_set_finish(path, model_file_names, error);
	for (int i = 0; i < MODEL_FILES && result == 0; i++) {
		char *file = file_join(path, model_file_names[i]);
		if (!file)
			result = error_memory(error, path);
		else if (unlink(file) && errno != ENOENT)
			result = error_system(error, file);
		free(file);
	}
	if (result == 0 && rmdir(path) && errno != ENOTEMPTY && errno != EEXIST)
		result = error_system(error, path);
	close(lock);
	return result;
}
