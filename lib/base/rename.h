/* Renaming that replaces nothing, or loses nothing. */
#ifndef BASE_RENAME_H
#define BASE_RENAME_H

#include <stdbool.h>

/* Renames, and never puts it in the place of another. Returns 0, or -1 with errno (EEXIST: `to` is there). */
int rename_new(const char *from, const char *to);

/* Exchanges two names in one step. Returns 0, or -1 with errno; then both are as they were. */
int rename_exchange(const char *one, const char *other);

/* Whether errno, after rename_exchange, says that the file system can't exchange names at all. */
bool rename_is_refused(void);

#endif
