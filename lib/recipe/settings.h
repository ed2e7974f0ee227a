/* Files of "key = value" lines: the syntax of every recipe.
 *
 * A line is empty, a comment from a leading '#', or KEY = VALUE; a key consists of words, a value
 * is all that follows the blanks after '='. A line that begins with a blank continues the value of
 * the previous line. */
#ifndef RECIPE_SETTINGS_H
#define RECIPE_SETTINGS_H

#include "base/error.h"

#include <stddef.h>

struct setting {
	char *key, *value; /* both owned */
	int line;
};

struct settings {
	char *path; /* for messages; owned */
	struct setting *items;
	size_t count;
};

/* Parses a file of at most 1 MiB. On failure (-1) *settings is empty. */
CHECKED int settings_read(struct settings *settings, const char *path, struct error *error);

/* Fills `error` with "PATH: line N" and a reason. Always returns -1. */
int settings_error(const struct settings *settings, const struct setting *setting,
	struct error *error, const char *format, ...) __attribute__((format(printf, 4, 5)));

/* An earlier line with the same key as `setting`, after the last line before it with the key
 * `since` (NULL: in the whole file); NULL if there is none. */
const struct setting *settings_earlier(const struct settings *settings,
	const struct setting *setting, const char *since);

/* The path of `name` in this file: relative to the folder of the file, unless it begins with '/'.
 * New memory, which the caller frees; NULL without memory. */
char *settings_path(const struct settings *settings, const char *name);

void settings_free(struct settings *settings);

#endif
