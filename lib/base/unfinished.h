/* Files and folders in the making: where they are written, and what a signal removes. */
#ifndef BASE_UNFINISHED_H
#define BASE_UNFINISHED_H

/* All zero is none. */
struct unfinished {
	char *path; /* owned */
	int slot;   /* its place among those that a signal removes, counted from 1 */
};

/* Makes an empty file or folder ".NAME.NUMBER" beside `path`, whose last part is NAME, cut where it is long. Its
 * permissions are those of any new one. The file's descriptor is the caller's to close. Returns it, or 0 for a folder; on
 * failure -1 with errno, and *unfinished is empty. */
int unfinished_file(struct unfinished *unfinished, const char *path);
int unfinished_folder(struct unfinished *unfinished, const char *path);

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
