/* Renaming without replacing, and exchange of two names. */
#ifndef BASE_RENAME_H
#define BASE_RENAME_H

#include <stdbool.h>

/* Renames without replacing. Returns 0, or -1 with errno (EEXIST: `to` exists). */
int rename_new(const char *from, const char *to);

/* Exchanges two names atomically. Returns 0, or -1 with errno; then both are unchanged. */
int rename_exchange(const char *one, const char *other);

/* Whether errno, after rename_exchange, says that the file system does not support it. */
bool rename_is_unsupported(void);

#endif
