/* A set of files in a folder that is replaced atomically, while the folder and its other files
 * stay: the new ones become FOLDER/.millrace-new in one rename, and then each is moved to its name.
 * A reader looks there first, so it finds all the new ones even if the process was killed in
 * between. */
#ifndef BASE_FILE_SET_H
#define BASE_FILE_SET_H

#include "base/error.h"
#include "base/unfinished.h"

#include <stdbool.h>

/* Path to read a file from: FOLDER/.millrace-new/NAME if that exists, else FOLDER/NAME, whether it
 * exists or not. The caller frees it; NULL without memory. */
char *file_set_path(const char *folder, const char *name);

/* Whether an entry of a folder is a committed set that is not yet moved. */
bool file_set_is_new(const char *name);

/* In both, `names` ends with NULL, and every set contains at least the first; `folder` should be
 * locked. */

/* Replaces the files by those of `fresh`, a folder on the same file system; those of `names` that
 * the new set lacks are removed. On failure (-1) *fresh and the files are unchanged; or *fresh is
 * empty and the new set is committed, though some of its files may still be in .millrace-new. */
CHECKED int file_set_replace(const char *folder, struct unfinished *fresh, const char *const *names,
	struct error *error);

/* Moves the files out of .millrace-new, if there is one. Returns 0 or -1; it may be retried. */
CHECKED int file_set_finish(const char *folder, const char *const *names, struct error *error);

#endif
