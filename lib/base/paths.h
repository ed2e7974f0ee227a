/* Resolving and comparing paths, whether they exist yet or not. */
#ifndef BASE_PATHS_H
#define BASE_PATHS_H

#include <stdbool.h>

/* The absolute path without links, "." and "..", whose last components need not exist; dangling
 * links are followed. The caller frees it; NULL with errno. */
char *path_resolve(const char *path);

/* Whether both name the same file: the same device and inode, or, if neither exists, the same name
 * in the same folder. A path that can't be resolved (a file in place of a folder, a loop of links)
 * equals none. */
bool path_is_same(const char *path, const char *other);

/* Whether `path` is the existing `folder`, or inside it. */
bool path_is_within(const char *path, const char *folder);

/* The path that the symbolic link `path` leads to, which may not exist. Allocated, the caller's to
 * free; NULL with errno: EINVAL if it is not a link. */
char *path_follow_link(const char *path);

#endif
