#include "model/folder.h"

#include "base/file.h"
#include "base/signals.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* An empty folder may become a model, and so may one that holds a model of ours; all else is somebody's.
 * A hidden entry (.git, say) was put there by somebody too. */
static int check_replaceable(const char *path, struct error *error)
{
	DIR *folder = opendir(path);
	if (!folder)
		return error_system(error, path);
	bool empty = true, hidden = false, card = false, weights = false;
	for (struct dirent *entry; (entry = readdir(folder));) {
		const char *name = entry->d_name;
		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
			continue;
		empty = false;
		hidden |= name[0] == '.';
		card |= strcmp(name, "training.json") == 0;
		weights |= strcmp(name, "poids.h5") == 0;
	}
	closedir(folder);
	if (empty || (card && weights && !hidden))
		return 0;
	return error_set(error, path, "holds something other than a model; it is not replaced");
}

/* The path without links and without slashes at its end, so that it can be renamed. */
static char *final_path(const char *path, struct error *error)
{
	char *result = file_exists(path) ? realpath(path, NULL) : strdup(path);
	if (!result) {
		error_system(error, path);
		return NULL;
	}
	for (size_t length = strlen(result); length > 1 && result[length - 1] == '/'; length--)
		result[length - 1] = 0;
	return result;
}

/* `given` is what the caller called folder->path. */
static int check_place(struct model_folder *folder, const char *given, struct error *error)
{
	if (file_make_parent(folder->path, error))
		return -1;
	if (file_is_folder(given)) {
		if (check_replaceable(given, error))
			return -1;
	} else if (file_exists(given)) {
		return error_set(error, given, "is a file, and a model is a folder");
	}
	if (model_folder_start(folder, error))
		return -1;
	unfinished_remove(&folder->making);
	return 0;
}

int model_folder_open(struct model_folder *folder, const char *path, struct error *error)
{
	*folder = (struct model_folder){0};
	if (!*path)
		return error_set(error, "model folder", "its name is empty");
	folder->path = final_path(path, error);
	if (folder->path && check_place(folder, path, error) == 0)
		return 0;
	model_folder_abandon(folder);
	return -1;
}

int model_folder_start(struct model_folder *folder, struct error *error)
{
	return unfinished_folder(&folder->making, folder->path) ? error_system(error, folder->path) : 0;
}

/* Swaps both folders at once; where the file system can't, one after the other. */
static int exchange(const char *fresh, const char *old)
{
	if (renameat2(AT_FDCWD, fresh, AT_FDCWD, old, RENAME_EXCHANGE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	char *aside = text_format("%s.old", fresh);
	int result = aside ? rename(old, aside) : -1;
	if (result == 0 && (result = rename(fresh, old)))
		rename(aside, old);
	else if (result == 0)
		result = rename(aside, fresh);
	free(aside);
	return result;
}

int model_folder_commit(struct model_folder *folder, struct error *error)
{
	sigset_t before;
	signals_hold(&before);
	int result = file_exists(folder->path) ? exchange(folder->making.path, folder->path)
					       : rename(folder->making.path, folder->path);
	signals_release(&before);
	if (result)
		error_system(error, folder->path);
	/* After an exchange the temporary name holds the old model. */
	model_folder_abandon(folder);
	return result;
}

void model_folder_abandon(struct model_folder *folder)
{
	unfinished_remove(&folder->making);
	free(folder->path);
	*folder = (struct model_folder){0};
}
