#include "base/unfinished.h"

#include "base/signals.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What a signal removes. A slot is filled after the file exists and emptied after it is renamed or removed. */
enum { UNFINISHED_MAXIMUM = 1024, NAME_KEPT = 200 };
static char *volatile paths[UNFINISHED_MAXIMUM];

/* ---- removal ---- */

static int remove_at(int parent, const char *name);

/* Removes what is in an open folder. Reads it by system call, since a stream of entries allocates. */
static int empty_folder(int folder)
{
	_Alignas(struct dirent64) char entries[4096];
	ssize_t size;
	int result = 0;
	while ((size = getdents64(folder, entries, sizeof entries)) > 0)
		for (ssize_t at = 0; at < size;) {
			const struct dirent64 *entry = (const struct dirent64 *)(entries + at);
			if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
				remove_at(folder, entry->d_name))
				result = -1;
			at += entry->d_reclen;
		}
	return size < 0 ? -1 : result;
}

static int remove_at(int parent, const char *name)
{
	if (unlinkat(parent, name, 0) == 0 || errno == ENOENT)
		return 0;
	int reason = errno, folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (folder < 0) {
		errno = errno == ENOTDIR || errno == ELOOP ? reason : errno;
		return -1;
	}
	int result = empty_folder(folder);
	reason = errno;
	close(folder);
	errno = reason;
	return result ? -1 : unlinkat(parent, name, AT_REMOVEDIR);
}

int remove_tree(const char *path)
{
	return remove_at(AT_FDCWD, path);
}

void unfinished_remove_all(void)
{
	for (int i = 0; i < UNFINISHED_MAXIMUM; i++)
		if (paths[i])
			remove_tree(paths[i]);
}

/* ---- making ---- */

static int remember(char *path)
{
	for (int i = 0; i < UNFINISHED_MAXIMUM; i++)
		if (!__sync_val_compare_and_swap(&paths[i], NULL, path))
			return i + 1;
	return 0;
}

static int make_file(const char *path)
{
	return open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
}

static int make_folder(const char *path)
{
	return mkdir(path, 0777);
}

/* mkstemp and mkdtemp would make it private to its owner, and asking for the umask is not safe from several threads. */
static int begin(struct unfinished *unfinished, const char *path, int (*make)(const char *path))
{
	static atomic_uint next;
	sigset_t before;
	const char *base = text_base_name(path);
	char *name = NULL;
	int result = -1;
	*unfinished = (struct unfinished){0};
	errno = *base ? EEXIST : ENOENT;
	signals_hold(&before);
	while (result < 0 && errno == EEXIST) {
		free(name);
		name = text_format("%.*s.%.*s.%ld-%u", (int)(base - path), path, NAME_KEPT, base, (long)getpid(),
			atomic_fetch_add(&next, 1));
		result = name ? make(name) : -1;
	}
	if (result >= 0)
		*unfinished = (struct unfinished){name, remember(name)};
	else
		free(name);
	signals_release(&before);
	return result;
}

int unfinished_file(struct unfinished *unfinished, const char *path)
{
	return begin(unfinished, path, make_file);
}

int unfinished_folder(struct unfinished *unfinished, const char *path)
{
	return begin(unfinished, path, make_folder);
}

void unfinished_forget(struct unfinished *unfinished)
{
	if (unfinished->slot)
		paths[unfinished->slot - 1] = NULL;
	free(unfinished->path);
	*unfinished = (struct unfinished){0};
}

void unfinished_remove(struct unfinished *unfinished)
{
	if (unfinished->path)
		remove_tree(unfinished->path);
	unfinished_forget(unfinished);
}
