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

/* Looks for a match in text[0..size) between others; REG_STARTEND says how long it is. */
static bool match(const regex_t *regex, const char *text, size_t size, bool first, bool last,
	regmatch_t matches[PATTERN_GROUPS])
{
	matches[0] = (regmatch_t){.rm_so = 0, .rm_eo = (regoff_t)size};
	return regexec(regex, text, PATTERN_GROUPS, matches,
		REG_STARTEND | (first ? 0 : REG_NOTBOL) | (last ? 0 : REG_NOTEOL)) == 0;
}

static int find(const regex_t *regex, const char *text, size_t size, pattern_found *found, void *context,
	double seconds)
{
	const clock_t started = clock();
	regmatch_t matches[PATTERN_GROUPS];
	for (size_t at = 0; at < size;) {
		size_t length = size - at < WINDOW ? size - at : WINDOW;
		bool last = at + length == size;
		if ((double)(clock() - started) / CLOCKS_PER_SEC > seconds)
			return -1;
		if (!match(regex, text + at, length, at == 0, last, matches)) {
			at += last ? length : length / 2;
			continue;
		}
		size_t start = (size_t)matches[0].rm_so, end = (size_t)matches[0].rm_eo;
		if (!last && start >= WINDOW / 2) {
			at += start;
			continue;
		}
		if (end - start <= PATTERN_LENGTH_MAXIMUM && found(context, text + at, matches))
			return -1;
		at += end > start ? end : end + 1;
	}
	return 0;
}

int pattern_find(const regex_t *regex, const char *text, size_t size, pattern_found *found, void *context,
	double *seconds)
{
	const clock_t started = clock();
	int result = find(regex, text, size, found, context, *seconds);
	*seconds -= (double)(clock() - started) / CLOCKS_PER_SEC;
	return result;
}

char *pattern_replace(const regex_t *regex, const char *replacement, const char *text)
{
	regmatch_t matches[PATTERN_GROUPS];
	size_t length = strlen(text), size;
	char *result = NULL;
	if (length > PATTERN_LENGTH_MAXIMUM || !match(regex, text, length, true, true, matches))
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
