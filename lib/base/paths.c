#include "base/paths.h"

#include "base/text.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* "folder/name" for a resolved folder, with "." and ".." resolved. */
static char *join_resolved(const char *folder, const char *name)
{
	const char *last = strrchr(folder, '/');
	if (strcmp(name, ".") == 0)
		return strdup(folder);
	if (strcmp(name, "..") == 0)
		return last == folder ? strdup("/") : strndup(folder, (size_t)(last - folder));
	return text_format("%s/%s", strcmp(folder, "/") == 0 ? "" : folder, name);
}

/* A path whose last component does not exist: the resolved folder, then that component. */
static char *resolve_missing(const char *path)
{
	const char *name = text_base_name(path);
	char *folder = name > path ? strndup(path, (size_t)(name - path)) : strdup(".");
	char *parent = folder ? path_resolve(folder) : NULL;
	char *resolved = parent ? join_resolved(parent, name) : NULL;
	free(folder);
	free(parent);
	return resolved;
}

char *path_follow_link(const char *path)
{
	char target[PATH_MAX];
	ssize_t length = readlink(path, target, sizeof target);
	if (length == sizeof target)
		errno = ENAMETOOLONG;
	if (length < 0 || length == sizeof target)
		return NULL;
	int folder = *target == '/' ? 0 : (int)(text_base_name(path) - path);
	return text_format("%.*s%.*s", folder, path, (int)length, target);
}

char *path_resolve(const char *path)
{
	char *real = realpath(path, NULL);
	if (real || errno != ENOENT || !*path)
		return real;
	size_t length = strlen(path);
	while (length > 1 && path[length - 1] == '/')
		length--;
	char *missing = strndup(path, length), *linked = missing ? path_follow_link(missing) : NULL;
	real = linked ? path_resolve(linked) : missing ? resolve_missing(missing) : NULL;
	free(missing);
	free(linked);
	return real;
}

static bool is_same_inode(const struct stat *status, const struct stat *other)
{
	return status->st_dev == other->st_dev && status->st_ino == other->st_ino;
}

/* For resolved paths, which are modified: the same names up to the first that exist, and these the
 * same folder. */
static bool is_same_resolved(char *path, char *other)
{
	struct stat one, two;
	for (;;) {
		bool exists = stat(path, &one) == 0, other_exists = stat(other, &two) == 0;
		if (exists || other_exists)
			return exists && other_exists && is_same_inode(&one, &two);
		char *name = strrchr(path, '/'), *other_name = strrchr(other, '/');
		if (!name || !other_name || strcmp(name, other_name) != 0)
			return false;
		name[name == path] = 0;
		other_name[other_name == other] = 0;
	}
}

bool path_is_same(const char *path, const char *other)
{
	struct stat one, two;
	bool exists = stat(path, &one) == 0, other_exists = stat(other, &two) == 0;
	if (exists || other_exists)
		return exists && other_exists && is_same_inode(&one, &two);
	char *resolved = path_resolve(path), *other_resolved = path_resolve(other);
	bool same = resolved && other_resolved && is_same_resolved(resolved, other_resolved);
	free(resolved);
	free(other_resolved);
	return same;
}

bool path_is_within(const char *path, const char *folder)
{
	struct stat target, found;
	char *resolved = stat(folder, &target) == 0 ? path_resolve(path) : NULL;
	bool within = false;
	while (resolved && !within) {
		within = stat(resolved, &found) == 0 && is_same_inode(&found, &target);
		char *slash = strrchr(resolved, '/');
		if (!slash[1])
			break;
		slash[slash == resolved] = 0;
	}
	free(resolved);
	return within;
}
