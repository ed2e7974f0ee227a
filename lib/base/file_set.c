#include "base/file_set.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char new_name[] = ".millrace-new";

bool file_set_is_new(const char *name)
{
	return strcmp(name, new_name) == 0;
}

char *file_set_path(const char *folder, const char *name)
{
	char *fresh = file_join(folder, new_name), *path = fresh ? file_join(fresh, name) : NULL;
	free(fresh);
	if (!path || file_exists(path))
		return path;
	free(path);
	return file_join(folder, name);
}

/* Calls `step` with FROM/NAME and TO/NAME. */
static int with_paths(const char *from, const char *to, const char *name,
	int (*step)(const char *from, const char *to), struct error *error)
{
	char *old_path = file_join(from, name), *new_path = file_join(to, name);
	int result = old_path && new_path ? 0 : error_memory(error, to);
	if (result == 0 && step(old_path, new_path))
		result = error_system(error, new_path);
	free(old_path);
	free(new_path);
	return result;
}

static int remove_missing(const char *from, const char *to)
{
	struct stat status;
	if (lstat(from, &status) == 0)
		return 0;
	return errno != ENOENT || (unlink(to) && errno != ENOENT) ? -1 : 0;
}

static int move(const char *from, const char *to)
{
	return rename(from, to) && errno != ENOENT ? -1 : 0;
}

static int sync_folder(const char *path, struct error *error)
{
	int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int result = folder < 0 || fsync(folder) ? error_system(error, path) : 0;
	if (folder >= 0)
		close(folder);
	return result;
}

/* While the first has not been moved none has, and a missing file is missing in the new set. */
static int move_all(const char *from, const char *folder, const char *const *names,
	struct error *error)
{
	struct stat status;
	char *first = file_join(from, names[0]);
	int result = first ? 0 : error_memory(error, folder);
	bool none_moved = first && lstat(first, &status) == 0;
	free(first);
	for (const char *const *name = names; *name && none_moved && result == 0; name++)
		result = with_paths(from, folder, *name, remove_missing, error);
	for (const char *const *name = names; *name && result == 0; name++)
		result = with_paths(from, folder, *name, move, error);
	return result;
}

int file_set_finish(const char *folder, const char *const *names, struct error *error)
{
	struct stat status;
	char *from = file_join(folder, new_name);
	if (!from)
		return error_memory(error, folder);
	int result = 0;
	if (lstat(from, &status))
		result = errno == ENOENT ? 0 : error_system(error, from);
	else if ((result = move_all(from, folder, names, error)) == 0)
		result = rmdir(from) ? error_system(error, from) : sync_folder(folder, error);
	free(from);
	return result;
}

/* After this rename readers see the new files. */
static int commit(const char *folder, struct unfinished *fresh, struct error *error)
{
	char *path = file_join(folder, new_name);
	if (!path)
		return error_memory(error, folder);
	int result =
		fsync(fresh->lock) || rename(fresh->path, path) ? error_system(error, folder) : 0;
	if (result == 0)
		unfinished_forget(fresh);
	free(path);
	return result;
}

int file_set_replace(const char *folder, struct unfinished *fresh, const char *const *names,
	struct error *error)
{
	return file_set_finish(folder, names, error) || commit(folder, fresh, error) ||
			sync_folder(folder, error) || file_set_finish(folder, names, error)
		? -1
		: 0;
}
