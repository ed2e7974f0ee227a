#include "recipe/pattern.h"

#include "base/array.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Text is searched in windows: a match that begins in the first half of one is completely in it. */
enum { WINDOW_SIZE = 2 * PATTERN_LENGTH_MAXIMUM, CACHED_MAXIMUM = 64 };

/* Nesting of groups; characters after repetitions are expanded, for which the C library needs up to
 * 100 MB. */
enum { DEPTH_MAXIMUM = 50, SIZE_MAXIMUM = 1000 };

double pattern_clock(void)
{
	struct timespec now;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Returns what follows a bracket expression; "]" may be its first character, and it may have
 * classes like [:alpha:]. */
static const char *skip_bracket(const char *text)
{
	text += text[1] == '^' ? 2 : 1;
	for (text += *text == ']'; *text && *text != ']'; text++)
		if (*text == '[' && text[1] && strchr(":.=", text[1])) {
			const char end[] = {text[1], ']', 0}, *rest = strstr(text + 2, end);
			text = rest ? rest + 1 : text;
		}
	return *text ? text + 1 : text;
}

/* The size of a pattern in the C library: it copies what is repeated, recursively. */
struct expansion {
	double sizes[DEPTH_MAXIMUM + 1]; /* of each open group: characters, sets and operators */
	double last;                     /* of the last atom, which may be repeated next */
	int depth;
};

/* Parses "*", "+", "?" or "{...}". Returns what follows. */
static const char *parse_repetition(struct expansion *expansion, const char *text)
{
	double times = *text == '+' ? 2 : 1;
	if (*text == '{') {
		char *end;
		unsigned long least = strtoul(text + 1, &end, 10),
			      most = *end == ',' ? strtoul(end + 1, &end, 10) : least;
		times = 1 + (double)(most > least ? most : least);
		text = *end == '}' ? end : text;
	}
	expansion->sizes[expansion->depth] += 1 + (times - 1) * expansion->last;
	expansion->last *= times;
	return text + 1;
}

static const char *parse_atom(struct expansion *expansion, const char *text)
{
	expansion->sizes[expansion->depth]++;
	expansion->last = *text != '|';
	return *text == '[' ? skip_bracket(text) : text + (text[0] == '\\' && text[1] ? 2 : 1);
}

/* Returns why a pattern is refused that the C library would compile, or NULL. */
static const char *find_error(const char *text)
{
	struct expansion expansion = {.depth = 0};
	while (*text) {
		if (text[0] == '\\' && text[1] >= '1' && text[1] <= '9')
			return "back-references are not supported";
		if (*text == '(') {
			if (expansion.depth == DEPTH_MAXIMUM)
				return "groups are nested too deeply";
			expansion.sizes[++expansion.depth] = expansion.last = 0;
			text++;
		} else if (*text == ')' && expansion.depth > 0) {
			expansion.last = expansion.sizes[expansion.depth--];
			expansion.sizes[expansion.depth] += expansion.last;
			text++;
		} else {
			text = strchr("*+?{", *text) ? parse_repetition(&expansion, text)
						     : parse_atom(&expansion, text);
		}
		if (expansion.sizes[expansion.depth] > SIZE_MAXIMUM)
			return "too long, or too many repetitions";
	}
	return NULL;
}

int pattern_compile(regex_t *regex, const char *pattern, struct error *error)
{
	char reason[200];
	const char *fault = find_error(pattern);
	if (fault)
		return error_set(error, pattern, "not a regular expression: %s", fault);
	int code = regcomp(regex, pattern, REG_EXTENDED);
	if (code == 0)
		return 0;
	regerror(code, regex, reason, sizeof reason);
	return error_set(error, pattern, "not a regular expression: %s", reason);
}

/* Part of the text, as a string: with blanks for NUL bytes. */
struct search_window {
	char text[WINDOW_SIZE + 1];
	size_t length;
	bool first, last; /* part of the text */
};

static void open_window(struct search_window *window, const char *text, size_t size, size_t at)
{
	window->length = size - at < WINDOW_SIZE ? size - at : WINDOW_SIZE;
	window->first = at == 0;
	window->last = at + window->length == size;
	memcpy(window->text, text + at, window->length);
	window->text[window->length] = 0;
	for (char *p = window->text;
		(p = memchr(p, 0, window->length - (size_t)(p - window->text)));)
		*p = ' ';
}

/* Reports the matches that begin in the first half of a window, or in all of the last one. Returns
 * how far the window was searched, or -1. */
static long search_in_window(const regex_t *regex, const struct search_window *window,
	pattern_found *found, void *context)
{
	regmatch_t matches[PATTERN_GROUPS];
	size_t end = window->last ? window->length : WINDOW_SIZE / 2, at = 0;
	while (at < end) {
		int flags = (window->first && at == 0 ? 0 : REG_NOTBOL) |
			(window->last ? 0 : REG_NOTEOL);
		if (regexec(regex, window->text + at, PATTERN_GROUPS, matches, flags) ||
			at + (size_t)matches[0].rm_so >= end)
			return (long)end;
		if (matches[0].rm_eo - matches[0].rm_so <= PATTERN_LENGTH_MAXIMUM &&
			found(context, window->text + at, matches))
			return -1;
		at += (size_t)matches[0].rm_eo + (matches[0].rm_eo == matches[0].rm_so);
	}
	return (long)(at < window->length ? at : window->length);
}

int pattern_find(const regex_t *regex, const char *text, size_t size, pattern_found *found,
	void *context, double *seconds)
{
	struct search_window *window = malloc(sizeof *window);
	int result = window ? 0 : -1;
	for (size_t at = 0; result == 0 && at < size;) {
		const double started = pattern_clock();
		open_window(window, text, size, at);
		long searched = search_in_window(regex, window, found, context);
		*seconds -= pattern_clock() - started;
		result = searched < 0 || *seconds < 0 ? -1 : 0;
		at += (size_t)searched;
	}
	free(window);
	return result;
}

/* regexec on a text that is not too long; subtracts its time from *seconds. Returns 1, 0, or -1:
 * the time is exceeded. */
static int execute(const regex_t *regex, const char *text, size_t groups, regmatch_t *matches,
	double *seconds)
{
	if (strlen(text) > PATTERN_LENGTH_MAXIMUM)
		return 0;
	const double started = pattern_clock();
	int code = regexec(regex, text, groups, matches, 0);
	*seconds -= pattern_clock() - started;
	return *seconds < 0 ? -1 : code == 0;
}

int pattern_matches(const regex_t *regex, const char *text, double *seconds)
{
	return execute(regex, text, 0, NULL, seconds);
}

int pattern_group_used(const char *replacement)
{
	int highest = 0;
	for (const char *p = replacement; (p = strchr(p, '\\')); p++)
		if (p[1] >= '0' && p[1] <= '9' && p[1] - '0' > highest)
			highest = p[1] - '0';
	return highest;
}

char *pattern_replace(const regex_t *regex, const char *replacement, const char *text,
	double *seconds)
{
	regmatch_t matches[PATTERN_GROUPS];
	size_t size;
	char *result = NULL;
	if (execute(regex, text, PATTERN_GROUPS, matches, seconds) != 1)
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
			fwrite(text + group->rm_so, 1, (size_t)(group->rm_eo - group->rm_so),
				stream);
	}
	fputs(text + matches[0].rm_eo, stream);
	if (fclose(stream)) {
		free(result);
		return NULL;
	}
	return result;
}

/* ---- cache ---- */

struct cached_pattern {
	char *text;
	regex_t regex;
};

const regex_t *pattern_cached(struct pattern_cache *cache, const char *pattern, struct error *error)
{
	for (size_t i = 0; i < cache->count; i++)
		if (strcmp(cache->items[i].text, pattern) == 0)
			return &cache->items[i].regex;
	/* A page can create any number of patterns. */
	if (cache->count == CACHED_MAXIMUM)
		pattern_cache_free(cache);
	struct cached_pattern *items = array_grow(cache->items, cache->count, sizeof *items);
	char *text = items ? strdup(pattern) : NULL;
	if (items)
		cache->items = items;
	if (!text)
		error_memory(error, pattern);
	else if (pattern_compile(&items[cache->count].regex, pattern, error) == 0) {
		items[cache->count].text = text;
		return &items[cache->count++].regex;
	}
	free(text);
	return NULL;
}

void pattern_cache_free(struct pattern_cache *cache)
{
	for (size_t i = 0; i < cache->count; i++) {
		free(cache->items[i].text);
		regfree(&cache->items[i].regex);
	}
	free(cache->items);
	*cache = (struct pattern_cache){0};
}
