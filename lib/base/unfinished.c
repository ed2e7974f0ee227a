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

/* Paths for a signal handler to remove. A slot is set after the file exists and cleared after it is
 * renamed or removed. */
enum { UNFINISHED_MAXIMUM = 1024 };
static char *volatile paths[UNFINISHED_MAXIMUM];

/* Leftovers of up to CONCURRENT_MAXIMUM processes that write the same name at once are found. */
enum { NAME_MAXIMUM = 200, CONCURRENT_MAXIMUM = 8 };

/* ---- removal ---- */

static int remove_at(int parent, const char *name);

/* Removes the entries of an open folder. Uses the system call, as opendir() allocates, which is not
 * async-signal-safe. */
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
	int reason = errno;
	/* An empty folder needs no descriptor, of which there may be none left. */
	if (unlinkat(parent, name, AT_REMOVEDIR) == 0)
		return 0;
	int folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
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

/* FOLDER/.NAME.millrace-KIND-NUMBER for a path FOLDER/NAME, allocated; NULL with errno. */
static char *name_for(const char *path, const char *kind, int number)
{
	const char *base = text_base_name(path);
	return text_format("%.*s.%.*s.millrace-%s%s%d", (int)(base - path), path, NAME_MAXIMUM,
		base, kind, *kind ? "-" : "", number);
}

/* Returns 1; 0 if another process replaced the file between opening and locking; -1 with errno. */
static int is_path_of(const char *path, int descriptor)
{
	struct stat named, opened;
	if (lstat(path, &named))
		return errno == ENOENT ? 0 : -1;
	if (fstat(descriptor, &opened))
		return -1;
	return named.st_dev == opened.st_dev && named.st_ino == opened.st_ino;
}

/* Opens and locks a leftover. Returns the descriptor; -1 if there is none, or a running process has
 * it locked. */
static int lock_leftover(const char *path, mode_t type)
{
	struct stat status;
	if (lstat(path, &status) || (status.st_mode & S_IFMT) != type)
		return -1;
	/* A lock over NFS needs a descriptor open for writing, which is impossible for folders and
	 * read-only files. */
	int descriptor = open(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (descriptor < 0)
		descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (descriptor >= 0 && flock(descriptor, LOCK_EX | LOCK_NB) == 0 &&
		is_path_of(path, descriptor) == 1)
		return descriptor;
	if (descriptor >= 0)
		close(descriptor);
	return -1;
}

static int recover_leftovers(const char *path, const char *kind, mode_t type,
	int (*recover)(const char *leftover, void *context), void *context)
{
	int result = 0;
	for (int number = 0; number < CONCURRENT_MAXIMUM && result == 0; number++) {
		char *leftover = name_for(path, kind, number);
		int descriptor = leftover ? lock_leftover(leftover, type) : -1;
		if (descriptor >= 0) {
			result = recover(leftover, context);
			close(descriptor);
		}
		free(leftover);
	}
	return result;
}

int unfinished_recover(const char *path, const char *kind,
	int (*recover)(const char *leftover, void *context), void *context)
{
	return recover_leftovers(path, kind, S_IFDIR, recover, context);
}

/* Failures are ignored: another number is then used for the name. */
static int remove_leftover(const char *leftover, void *context)
{
	(void)context;
	remove_tree(leftover);
	return 0;
}

void unfinished_clear(const char *path)
{
	recover_leftovers(path, "", S_IFREG, remove_leftover, NULL);
	recover_leftovers(path, "", S_IFDIR, remove_leftover, NULL);
}

/* ---- creation ---- */

/* Returns the slot + 1, or 0 if all are in use. */
static int register_path(char *path)
{
	for (int i = 0; i < UNFINISHED_MAXIMUM; i++)
		if (!__sync_val_compare_and_swap(&paths[i], NULL, path))
			return i + 1;
	return 0;
}

/* mkstemp and mkdtemp create it with mode 0600 or 0700, and reading the umask is not
 * thread-safe. */
static int create_file(const char *path)
{
	return open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
}

static int create_folder(const char *path)
{
	if (mkdir(path, 0777))
		return -1;
	int descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (descriptor < 0) {
		/* Removed already by another process as a leftover. */
		int reason = errno == ENOENT ? EEXIST : errno;
		rmdir(path);
		errno = reason;
	}
	return descriptor;
}

/* Creates and locks. If another process locks or removes it as a leftover first, that is treated as
 * an existing name: -1 with EEXIST. */
static int create_locked(const char *path, int (*create)(const char *path))
{
	int descriptor = create(path);
	if (descriptor < 0)
		return -1;
	int ours = flock(descriptor, LOCK_EX | LOCK_NB) ? errno != EWOULDBLOCK
							: is_path_of(path, descriptor);
	if (ours == 1)
		return descriptor;
	int reason = ours ? errno : EEXIST;
	if (ours)
		remove_tree(path);
	close(descriptor);
	errno = reason;
	return -1;
}

static int create_unfinished(struct unfinished *unfinished, const char *path, const char *kind,
	int (*create)(const char *path))
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
		descriptor = name ? create_locked(name, create) : -1;
	}
	if (descriptor >= 0)
		*unfinished = (struct unfinished){name, register_path(name), -1};
	else
		free(name);
	signals_unblock(&before);
	return descriptor;
}

static int create_unfinished_folder(struct unfinished *unfinished, const char *path,
	const char *kind)
{
	int descriptor = create_unfinished(unfinished, path, kind, create_folder);
	unfinished->lock = descriptor;
	return descriptor < 0 ? -1 : 0;
}

int unfinished_file(struct unfinished *unfinished, const char *path)
{
	unfinished_clear(path);
	return create_unfinished(unfinished, path, "", create_file);
}

int unfinished_folder(struct unfinished *unfinished, const char *path)
{
	unfinished_clear(path);
	return create_unfinished_folder(unfinished, path, "");
}

int unfinished_folder_of(struct unfinished *unfinished, const char *path, const char *kind)
{
	return create_unfinished_folder(unfinished, path, kind);
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
