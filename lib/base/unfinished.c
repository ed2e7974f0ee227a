#include "base/unfinished.h"

#include "base/signals.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* What a signal removes. A slot is filled after the file exists and emptied after it is renamed or removed. */
enum { UNFINISHED_MAXIMUM = 1024 };
static char *volatile paths[UNFINISHED_MAXIMUM];

/* AT_ONCE: how many processes that write one name leave nothing behind when killed. */
enum { NAME_KEPT = 200, AT_ONCE = 8 };

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

/* ---- names and locks ---- */

/* FOLDER/.NAME.millrace-KIND-NUMBER in fresh memory, for a path FOLDER/NAME; NULL with errno. */
static char *name_for(const char *path, const char *kind, int number)
{
	const char *base = text_base_name(path);
	return text_format("%.*s.%.*s.millrace-%s%s%d", (int)(base - path), path, NAME_KEPT, base, kind, *kind ? "-" : "",
		number);
}

/* Between opening and locking another process may have put something else there. */
static bool leads_to(const char *path, int descriptor)
{
	struct stat named, opened;
	return lstat(path, &named) == 0 && fstat(descriptor, &opened) == 0 && named.st_dev == opened.st_dev &&
		named.st_ino == opened.st_ino;
}

/* Opens and locks what was left under a name. Returns the descriptor; -1 when there is nothing, or it is somebody's. */
static int lock_left(const char *path, mode_t type)
{
	struct stat status;
	if (lstat(path, &status) || (status.st_mode & S_IFMT) != type)
		return -1;
	/* A lock over NFS takes a descriptor for writing, which neither a folder nor a file that is read-only gives. */
	int descriptor = open(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (descriptor < 0)
		descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (descriptor >= 0 && flock(descriptor, LOCK_EX | LOCK_NB) == 0 && leads_to(path, descriptor))
		return descriptor;
	if (descriptor >= 0)
		close(descriptor);
	return -1;
}

static int settle_left(const char *path, const char *kind, mode_t type, int (*settle)(const char *left, void *context),
	void *context)
{
	int result = 0;
	for (int number = 0; number < AT_ONCE && result == 0; number++) {
		char *left = name_for(path, kind, number);
		int descriptor = left ? lock_left(left, type) : -1;
		if (descriptor >= 0) {
			result = settle(left, context);
			close(descriptor);
		}
		free(left);
	}
	return result;
}

int unfinished_settle(const char *path, const char *kind, int (*settle)(const char *left, void *context), void *context)
{
	return settle_left(path, kind, S_IFDIR, settle, context);
}

/* What can't be removed is left, and another name is taken. */
static int remove_left(const char *left, void *context)
{
	(void)context;
	remove_tree(left);
	return 0;
}

void unfinished_clear(const char *path)
{
	settle_left(path, "", S_IFREG, remove_left, NULL);
	settle_left(path, "", S_IFDIR, remove_left, NULL);
}

/* ---- making ---- */

static int remember(char *path)
{
	for (int i = 0; i < UNFINISHED_MAXIMUM; i++)
		if (!__sync_val_compare_and_swap(&paths[i], NULL, path))
			return i + 1;
	return 0;
}

/* mkstemp and mkdtemp would make it private to its owner, and asking for the umask is not safe from several threads. */
static int make_file(const char *path)
{
	return open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
}

static int make_folder(const char *path)
{
	if (mkdir(path, 0777))
		return -1;
	int descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (descriptor < 0) {
		/* Gone already: another process took it for something left. */
		int reason = errno == ENOENT ? EEXIST : errno;
		rmdir(path);
		errno = reason;
	}
	return descriptor;
}

/* Makes and locks. Where another process took it for something left before it was locked, that is as if the name were
 * taken: -1 with EEXIST. */
static int make_locked(const char *path, int (*make)(const char *path))
{
	int descriptor = make(path);
	if (descriptor < 0)
		return -1;
	bool taken = flock(descriptor, LOCK_EX | LOCK_NB) ? errno == EWOULDBLOCK : !leads_to(path, descriptor);
	if (!taken)
		return descriptor;
	close(descriptor);
	errno = EEXIST;
	return -1;
}

static int begin(struct unfinished *unfinished, const char *path, const char *kind, int (*make)(const char *path))
{
	sigset_t before;
	char *name = NULL;
	int descriptor = -1;
	*unfinished = (struct unfinished){0};
	errno = *text_base_name(path) ? EEXIST : ENOENT;
	signals_block(&before);
	for (int number = 0; descriptor < 0 && errno == EEXIST; number++) {
		free(name);
		name = name_for(path, kind, number);
		descriptor = name ? make_locked(name, make) : -1;
	}
	if (descriptor >= 0)
		*unfinished = (struct unfinished){name, remember(name), -1};
	else
		free(name);
	signals_unblock(&before);
	return descriptor;
}

static int begin_folder(struct unfinished *unfinished, const char *path, const char *kind)
{
	int descriptor = begin(unfinished, path, kind, make_folder);
	unfinished->lock = descriptor;
	return descriptor < 0 ? -1 : 0;
}

int unfinished_file(struct unfinished *unfinished, const char *path)
{
	unfinished_clear(path);
	return begin(unfinished, path, "", make_file);
}

int unfinished_folder(struct unfinished *unfinished, const char *path)
{
	unfinished_clear(path);
	return begin_folder(unfinished, path, "");
}

int unfinished_folder_of(struct unfinished *unfinished, const char *path, const char *kind)
{
	return begin_folder(unfinished, path, kind);
}

void unfinished_forget(struct unfinished *unfinished)
{
	if (unfinished->slot)
		paths[unfinished->slot - 1] = NULL;
	if (unfinished->path && unfinished->lock >= 0)
		close(unfinished->lock);
	free(unfinished->path);
	*unfinished = (struct unfinished){0};
}

void unfinished_remove(struct unfinished *unfinished)
{
	if (unfinished->path)
		remove_tree(unfinished->path);
	unfinished_forget(unfinished);
}
