/* Files and folders in the making: where they are written, what a signal removes, and what a killed process left.
 *
 * What is made for NAME lies beside it as ".NAME.millrace-0", or -1, -2, ... where several are made at once. It is locked
 * (flock(2)) as long as it is being made; the kernel unlocks it however its process ends. Whoever makes something for
 * NAME removes first what lies there under such a name and is not locked. Where the file system knows no locks, nothing
 * counts as left. */
#ifndef BASE_UNFINISHED_H
#define BASE_UNFINISHED_H

/* All zero is none. */
struct unfinished {
	char *path; /* owned */
	int slot;   /* its place among those that a signal removes, counted from 1 */
	int lock;   /* the descriptor that keeps a folder locked; -1 for a file, which the caller's own keeps locked */
};

/* Makes an empty file or folder for `path`, beside it; the name in its name is cut where it is long. Its permissions are
 * those of any new one. The file's descriptor is the caller's to close, once the file has its name: closed, it is not
 * locked. Returns it, or 0 for a folder; on failure -1 with errno, and *unfinished is empty. */
int unfinished_file(struct unfinished *unfinished, const char *path);
int unfinished_folder(struct unfinished *unfinished, const char *path);

/* Removes what was left for `path`, as both do first. */
void unfinished_clear(const char *path);

/* As unfinished_folder, for one that may come to hold what others made, and so must never just be removed: KIND in its
 * name, ".NAME.millrace-KIND-0", keeps it apart, and what was left is not looked at. */
int unfinished_folder_of(struct unfinished *unfinished, const char *path, const char *kind);

/* Calls `settle` with the path of each such folder of that kind that was left, locked meanwhile; it goes on to the next
 * while 0 is returned. Returns the last value, 0 where nothing was left. */
int unfinished_settle(const char *path, const char *kind, int (*settle)(const char *left, void *context), void *context);

/* Lets go of what it names, which stays where it is, if it is there still. */
void unfinished_forget(struct unfinished *unfinished);

/* Removes it, a folder with all that is in it, and lets go. */
void unfinished_remove(struct unfinished *unfinished);

/* Removes all that is unfinished. Async-signal-safe: for a handler that is about to end the process. */
void unfinished_remove_all(void);

/* Removes a file, or a folder and all that is in it; links are not followed. Returns 0, also where there is nothing, or
 * -1 with errno. Async-signal-safe. */
int remove_tree(const char *path);

#endif
