/* POSIX extended regular expressions (the C library's) over texts that strangers wrote: found, and replaced. */
#ifndef RECIPE_PATTERN_H
#define RECIPE_PATTERN_H

#include "base/error.h"

#include <regex.h>
#include <stddef.h>

/* No match is longer than PATTERN_LENGTH_MAXIMUM bytes (of what would be, a piece may match): a page must not choose
 * how long a search takes. */
enum { PATTERN_LENGTH_MAXIMUM = 8192, PATTERN_GROUPS = 10 };

/* Seconds that this thread has been on a processor. */
double pattern_clock(void);

/* A pattern that refers back to its own groups (\1), as some libraries allow, is refused: there is no bound on how long
 * one may run. So is one that would stand for more than 1000 characters if what it repeats were written as often: there
 * would be none on its memory. On failure (-1) *regex is not compiled. */
CHECKED int pattern_compile(regex_t *regex, const char *pattern, struct error *error);

/* Told of each match: `matches` are offsets into `text`, [0] of it all; rm_so -1 for a group that took no part.
 * Returns 0, or -1 to stop. */
typedef int pattern_found(void *context, const char *text, const regmatch_t matches[PATTERN_GROUPS]);

/* Tells `found` of every match in text[size], whose NUL bytes count as blanks, from left to right, none overlapping.
 * The processor time of this thread that it takes is taken from *seconds, and looked at about every 8 KiB. Returns 0, or
 * -1: they are used up, there is no memory, or `found` stopped it. */
CHECKED int pattern_find(const regex_t *regex, const char *text, size_t size, pattern_found *found, void *context,
	double *seconds);

/* Returns whether it is found in a text, which has none where it is longer than PATTERN_LENGTH_MAXIMUM bytes: 1 or 0, or
 * -1: the seconds are used up. */
CHECKED int pattern_matches(const regex_t *regex, const char *text, double *seconds);

/* Patterns that were compiled, so that this is done once. All zero is empty. */
struct pattern_cache {
	struct cached_pattern *items;
	size_t count;
};

/* The compiled pattern, which the cache owns, until the next call; NULL with `error` set for none. */
const regex_t *pattern_cached(struct pattern_cache *cache, const char *pattern, struct error *error);

void pattern_cache_free(struct pattern_cache *cache);

/* The highest N of the \N in a replacement, 0 without any. */
int pattern_group_used(const char *replacement);

/* `text` with its first match replaced by `replacement`, in which \1 to \9 stand for groups and \0 for all of it. Fresh
 * memory, which the caller frees; NULL where nothing matches (or there is no memory, or no second left). */
char *pattern_replace(const regex_t *regex, const char *replacement, const char *text, double *seconds);

#endif
