/* POSIX extended regular expressions over texts that strangers wrote: found, and replaced. */
#ifndef SCRAPE_PATTERN_H
#define SCRAPE_PATTERN_H

#include "base/error.h"

#include <regex.h>
#include <stddef.h>

/* No match is longer than PATTERN_LENGTH_MAXIMUM bytes (of what would be, a piece may match): a page must not choose
 * how long a search takes. */
enum { PATTERN_LENGTH_MAXIMUM = 8192, PATTERN_GROUPS = 10 };

/* On failure (-1) *regex is not compiled. */
CHECKED int pattern_compile(regex_t *regex, const char *pattern, struct error *error);

/* Told of each match: `matches` are offsets into `text`, [0] of it all; rm_so -1 for a group that took no part.
 * Returns 0, or -1 to stop. */
typedef int pattern_found(void *context, const char *text, const regmatch_t matches[PATTERN_GROUPS]);

/* Tells `found` of every match in text[size], whose NUL bytes count as blanks, from left to right, none overlapping.
 * The processor time that it takes is taken from *seconds. Returns 0, or -1: they are used up, there is no memory, or
 * `found` stopped it. */
CHECKED int pattern_find(const regex_t *regex, const char *text, size_t size, pattern_found *found, void *context,
	double *seconds);

/* `text` with its first match replaced by `replacement`, in which \1 to \9 stand for groups and \0 for all of it. Fresh
 * memory, which the caller frees; NULL where nothing matches (or there is no memory). */
char *pattern_replace(const regex_t *regex, const char *replacement, const char *text);

#endif
