/* POSIX extended regular expressions (the C library's) on untrusted text: search and replace in
 * bounded time. */
#ifndef RECIPE_PATTERN_H
#define RECIPE_PATTERN_H

#include "base/error.h"

#include <regex.h>
#include <stddef.h>

/* No match is longer than PATTERN_LENGTH_MAXIMUM bytes (part of a longer one may match), to bound
 * the time of a search. */
enum { PATTERN_LENGTH_MAXIMUM = 8192, PATTERN_GROUPS = 10 };

/* CPU time of this thread in seconds. */
double pattern_clock(void);

/* Patterns with back-references (\1) are refused: their time is not bounded. So are those with more
 * than 1000 characters after repetitions are expanded: their memory is not. On failure (-1) *regex
 * is not compiled. */
CHECKED int pattern_compile(regex_t *regex, const char *pattern, struct error *error);

/* Called with each match: `matches` are offsets into `text`, [0] of the whole; rm_so is -1 for a
 * group that did not match. Returns 0, or -1 to stop. */
typedef int pattern_found(void *context, const char *text,
	const regmatch_t matches[PATTERN_GROUPS]);

/* Calls `found` for every match in text[size], in which NUL bytes count as blanks, from left to
 * right, without overlaps. Subtracts the CPU time from *seconds, checked about every 8 KiB. Returns
 * 0, or -1: the time is exceeded, there is no memory, or `found` stopped it. */
CHECKED int pattern_find(const regex_t *regex, const char *text, size_t size, pattern_found *found,
	void *context, double *seconds);

/* Whether there is a match in a text (none if it is longer than PATTERN_LENGTH_MAXIMUM bytes): 1,
 * 0, or -1: the time is exceeded. */
CHECKED int pattern_matches(const regex_t *regex, const char *text, double *seconds);

/* A cache of compiled patterns. All zero is empty. */
struct pattern_cache {
	struct cached_pattern *items;
	size_t count;
};

/* The compiled pattern, owned by the cache, valid until the next call; NULL with `error` set if it
 * is invalid. */
const regex_t *pattern_cached(struct pattern_cache *cache, const char *pattern,
	struct error *error);

void pattern_cache_free(struct pattern_cache *cache);

/* The highest N of the \N in a replacement, 0 without any. */
int pattern_group_used(const char *replacement);

/* `text` with its first match replaced by `replacement`, in which \1 to \9 are groups and \0 is the
 * whole match. New memory, which the caller frees; NULL if nothing matches (or without memory or
 * time). */
char *pattern_replace(const regex_t *regex, const char *replacement, const char *text,
	double *seconds);

#endif
