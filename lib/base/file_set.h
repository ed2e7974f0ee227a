/* Files of a folder that belong together and are replaced together, though the folder and all else in it stay: the new ones
 * become FOLDER/.millrace-new in one step, and then each is moved to its name. A reader looks there first, so that it finds
 * all of the new ones even after a process was killed in between. */
#ifndef BASE_FILE_SET_H
#define BASE_FILE_SET_H

#include "base/error.h"
#include "base/unfinished.h"

#include <stdbool.h>

/* Where a file is to be read: FOLDER/.millrace-new/NAME if that is there, else FOLDER/NAME, be it there or not. In fresh
 * memory; NULL without. */
char *file_set_path(const char *folder, const char *name);

/* Whether an entry of a folder is a set on its way in, not yet moved. */
bool file_set_is_new(const char *name);

/* In both, `names` ends with NULL, and every set holds at least the first of them; `folder` should be locked. */

/* Puts the files of `fresh`, a folder on the same file system, in the place of those that are there; what the new set lacks of
 * `names` is removed. On failure (-1) *fresh is as before and so are the files; or it is empty, and the new files are
 * read already, of which some may still lie in .millrace-new. */
CHECKED int file_set_replace(const char *folder, struct unfinished *fresh, const char *const *names, struct error *error);

/* Moves what lies in .millrace-new, where there is one. Returns 0 or -1; then it may be tried again. */
CHECKED int file_set_finish(const char *folder, const char *const *names, struct error *error);

#endif
