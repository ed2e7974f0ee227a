/* Unfinished files and folders: where they are written, removal by a signal handler, and cleanup
 * after killed processes.
 *
 * The unfinished file for NAME is ".NAME.millrace-0" in the same folder, or -1, -2, ... if several
 * are written at once. It is locked (flock(2)) while it is written; the kernel unlocks it however
 * the process ends. Creating one for NAME first removes leftovers: files with such a name that are
 * not locked. On a file system without locks nothing is a leftover. */
#ifndef BASE_UNFINISHED_H
#define BASE_UNFINISHED_H

/* All zero is none. */
struct unfinished {
	char *path; /* owned */
	int slot;   /* index + 1 in the table for the signal handler; 0: none */
	int lock;   /* the descriptor that locks a folder; -1 for a file, which the caller's
	               descriptor locks */
};

/* Creates an empty file or folder for `path`, in the same folder, with default permissions; a long
 * name is truncated. Returns the file's descriptor, which locks it and is the caller's to close
 * after the rename, or 0 for a folder; on failure -1 with errno, and *unfinished is empty. */
int unfinished_file(struct unfinished *unfinished, const char *path);
int unfinished_folder(struct unfinished *unfinished, const char *path);

/* Removes leftovers for `path`, as both do first. */
void unfinished_clear(const char *path);

/* As unfinished_folder, for a folder that may contain files of others and so must never just be
 * removed: KIND in its name,
 * ".NAME.millrace-KIND-0", distinguishes it, and leftovers are not touched. */
int unfinished_folder_of(struct unfinished *unfinished, const char *path, const char *kind);

/* Calls `recover` with the path of each leftover folder of that kind, which is locked meanwhile, as
 * long as it returns 0. Returns its last value, 0 if there are none. */
int unfinished_recover(const char *path, const char *kind,
	int (*recover)(const char *leftover, void *context), void *context);

/* Unlocks and frees; the file or folder stays, as after a rename. */
void unfinished_forget(struct unfinished *unfinished);

/* Removes the file, or the folder with its content, and frees. */
void unfinished_remove(struct unfinished *unfinished);

/* Removes all unfinished files and folders of this process. Async-signal-safe: for a handler that
 * ends the process. */
void unfinished_remove_all(void);

/* Removes a file, or a folder and its content; links are not followed. Returns 0, also if nothing
 * is there, or -1 with errno. Async-signal-safe. */
int remove_tree(const char *path);

#endif
