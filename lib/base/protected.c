#include "base/protected.h"

#include <search.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct protected_file {
	dev_t device;
	ino_t inode;
	char name[];
};

static void *files; /* the tree of tsearch(3) */

static int compare(const void *left, const void *right)
{
	const struct protected_file *one = left, *two = right;
	if (one->device != two->device)
		return one->device < two->device ? -1 : 1;
	return (one->inode > two->inode) - (one->inode < two->inode);
}

int protect_file(const char *path, struct error *error)
{
	struct stat status;
	bool standard = strcmp(path, "-") == 0;
	const char *name = standard ? "standard input" : path;
	if ((standard ? fstat(STDIN_FILENO, &status) : stat(path, &status)) ||
		!S_ISREG(status.st_mode) || protected_name(&status))
		return 0;
	struct protected_file *file = malloc(sizeof *file + strlen(name) + 1);
	if (!file)
		return error_memory(error, name);
	file->device = status.st_dev;
	file->inode = status.st_ino;
	strcpy(file->name, name);
	if (tsearch(file, &files, compare))
		return 0;
	free(file);
	return error_memory(error, name);
}

const char *protected_name(const struct stat *status)
{
	struct protected_file key = {status->st_dev, status->st_ino};
	struct protected_file *const *found = tfind(&key, &files, compare);
	return found ? (*found)->name : NULL;
}

const char *protected_name_of(const char *path)
{
	struct stat status;
	return stat(path, &status) == 0 ? protected_name(&status) : NULL;
}
