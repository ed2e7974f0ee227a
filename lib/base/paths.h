/* Where paths lead: to one file or to several, into a folder or out of it, whether they are there yet or not. */
#ifndef BASE_PATHS_H
#define BASE_PATHS_H

#include <stdbool.h>

/* The path from the root on, without links, "." and "..", though its last parts need not be there. A link to what is not
 * there is followed. In fresh memory, which the caller frees; NULL with errno. */
char *path_resolve(const char *path);

/* Whether both lead to one file: the same device and inode, or, where neither is there, the same name in the same folder.
 * A path that leads nowhere (a file in place of a folder, links in a circle) is none's equal. */
bool path_is_same(const char *path, const char *other);

/* Whether `path` leads to `folder`, which is there, or to something in it. */
bool path_is_within(const char *path, const char *folder);

#endif
