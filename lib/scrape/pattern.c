#include "scrape/pattern.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* What is searched at a time: a match that begins in its first half lies in it as a whole. */
enum { WINDOW = 2 * PATTERN_LENGTH_MAXIMUM };

int pattern_compile(regex_t *regex, const char *pattern, struct error *error)
{
	char reason[200];
	int code = regcomp(regex, pattern, REG_EXTENDED);
	if (code == 0)
		return 0;
	regerror(code, regex, reason, sizeof reason);
	return error_set(error, pattern, "no regular expression: %s", reason);
}

/* A part of the text, as a string: with blanks for its NUL bytes. */
struct window {
	char text[WINDOW + 1];
	size_t length;
	bool first, last; /* of the text's parts */
};

static void open_window(struct window *window, const char *text, size_t size, size_t at)
{
	window->length = size - at < WINDOW ? size - at : WINDOW;
	window->first = at == 0;
	window->last = at + window->length == size;
	memcpy(window->text, text + at, window->length);
	window->text[window->length] = 0;
	for (char *p = window->text; (p = memchr(p, 0, window->length - (size_t)(p - window->text)));)
		*p = ' ';
}

/* Tells of the matches that begin in the window's first half, or in all of the last one. Returns how far the text is
 * searched then, or -1. */
static long search_window(const regex_t *regex, const struct window *window, pattern_found *found, void *context)
{
	regmatch_t matches[PATTERN_GROUPS];
	size_t end = window->last ? window->length : WINDOW / 2, at = 0;
	while (at < end) {
		int flags = (window->first && at == 0 ? 0 : REG_NOTBOL) | (window->last ? 0 : REG_NOTEOL);
		if (regexec(regex, window->text + at, PATTERN_GROUPS, matches, flags) || at + (size_t)matches[0].rm_so >= end)
			return (long)end;
		if (matches[0].rm_eo - matches[0].rm_so <= PATTERN_LENGTH_MAXIMUM && found(context, window->text + at, matches))
			return -1;
		at += (size_t)matches[0].rm_eo + (matches[0].rm_eo == matches[0].rm_so);
	}
	return (long)(at < window->length ? at : window->length);
}

int pattern_find(const regex_t *regex, const char *text, size_t size, pattern_found *found, void *context,
	double *seconds)
{
	struct window *window = malloc(sizeof *window);
	int result = window ? 0 : -1;
	for (size_t at = 0; result == 0 && at < size;) {
		const clock_t started = clock();
		open_window(window, text, size, at);
		long searched = search_window(regex, window, found, context);
		*seconds -= (double)(clock() - started) / CLOCKS_PER_SEC;
		result = searched < 0 || *seconds < 0 ? -1 : 0;
		at += (size_t)searched;
	}
	free(window);
	return result;
}

char *pattern_replace(const regex_t *regex, const char *replacement, const char *text)
{
	regmatch_t matches[PATTERN_GROUPS];
	size_t size;
	char *result = NULL;
	if (strlen(text) > PATTERN_LENGTH_MAXIMUM || regexec(regex, text, PATTERN_GROUPS, matches, 0))
		return NULL;
	FILE *stream = open_memstream(&result, &size);
	if (!stream)
		return NULL;
	fwrite(text, 1, (size_t)matches[0].rm_so, stream);
	for (const char *p = replacement; *p; p++) {
		if (p[0] != '\\' || p[1] < '0' || p[1] > '9') {
			fputc(*p, stream);
			continue;
		}
		const regmatch_t *group = &matches[*++p - '0'];
		if (group->rm_so >= 0)
			fwrite(text + group->rm_so, 1, (size_t)(group->rm_eo - group->rm_so), stream);
	}
	fputs(text + matches[0].rm_eo, stream);
	if (fclose(stream)) {
		free(result);
		return NULL;
	}
	return result;
}
