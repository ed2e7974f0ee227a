/* Regular expressions: matches, windows, replacements; and decoding of escapes. */
#include "recipe/pattern.h"
#include "recipe/unescape.h"
#include "tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct match_count {
	int count;
	char last[100];
};

static int count(void *context, const char *text, const regmatch_t matches[PATTERN_GROUPS])
{
	struct match_count *match_count = context;
	const regmatch_t *match = matches[1].rm_so >= 0 ? &matches[1] : &matches[0];
	match_count->count++;
	snprintf(match_count->last, sizeof match_count->last, "%.*s",
		(int)(match->rm_eo - match->rm_so), text + match->rm_so);
	return match_count->count == 1000 ? -1 : 0;
}

static struct match_count find(const char *pattern, const char *text, size_t size, int expected)
{
	regex_t regex;
	struct error error;
	struct match_count match_count = {0};
	double seconds = 5;
	if (pattern_compile(&regex, pattern, &error))
		return (struct match_count){-1, ""};
	is_integer(pattern_find(&regex, text, size, count, &match_count, &seconds), expected,
		pattern);
	regfree(&regex);
	return match_count;
}

static void finding(void)
{
	struct match_count match_count = find("a(b*)", "ab abb a\0abbb", 13, 0);
	is_integer(match_count.count, 4, "every match, past a NUL too");
	is_text(match_count.last, "bbb", "the last");
	is_integer(find("^a", "aaa", 3, 0).count, 1, "only one beginning");
	is_integer(find("a$", "aaa", 3, 0).count, 1, "and one end");
	is_integer(find("x*", "ab", 2, 0).count, 2, "empty matches advance");
	is_integer(find("(", "", 0, 0).count, -1, "a broken one");
	is_integer(find("a", "aaaaa", 0, 0).count, 0, "nothing in nothing");
}

/* A match at every position around the ends of a window. */
static void windows(void)
{
	enum { LENGTH = 5 * PATTERN_LENGTH_MAXIMUM };
	char *text = malloc(LENGTH);
	for (int at = PATTERN_LENGTH_MAXIMUM - 20; at < PATTERN_LENGTH_MAXIMUM + 20; at++)
		for (int half = 0; half < 4; half++) {
			regex_t regex;
			struct error error;
			struct match_count match_count = {0};
			double seconds = 5;
			memset(text, '.', LENGTH);
			memcpy(text + at + half * PATTERN_LENGTH_MAXIMUM, "<0123456789>", 12);
			if (pattern_compile(&regex, "<([0-9]+)>", &error) == 0) {
				bool good = pattern_find(&regex, text, LENGTH, count, &match_count,
						    &seconds) == 0 &&
					match_count.count == 1 &&
					strcmp(match_count.last, "0123456789") == 0;
				if (!good)
					ok(false, "a match at %d + %d halves", at, half);
				regfree(&regex);
			}
		}
	ok(true, "a match is found at every position");
	memset(text, 'a', LENGTH);
	memset(text + LENGTH - 10, 'b', 10);
	is_integer(find("a+b{11}", text, LENGTH, 0).count, 0,
		"a match that is too long is not found");
	memset(text, 'a', LENGTH);
	is_integer(find("a", text, LENGTH, -1).count, 1000, "the callback can stop it");
	free(text);
}

static void replaces(const char *pattern, const char *replacement, const char *text,
	const char *expected)
{
	regex_t regex;
	struct error error;
	if (pattern_compile(&regex, pattern, &error))
		return;
	double seconds = 5;
	char *result = pattern_replace(&regex, replacement, text, &seconds);
	is_text(result ? result : "no match", expected, pattern);
	free(result);
	regfree(&regex);
}

static void replacing(void)
{
	replaces("/thumbs/200/", "/", "https://h/uploads/chars/thumbs/200/F.jpg",
		"https://h/uploads/chars/F.jpg");
	replaces("[.]jpg$", ".png", "https://h/a.jpg.jpg", "https://h/a.jpg.png");
	replaces("^(.*)/([^/]*)[?].*", "\\1/full/\\2", "https://h/a?b", "https://h/full/a");
	replaces("(a)|(b)", "[\\1\\2\\0]", "xby", "x[bb]y");
	replaces("a", "\\", "a", "\\");
	replaces("a", "b", "c", "no match");
}

static void compiles(const char *pattern, int expected)
{
	regex_t regex;
	struct error error;
	int result = pattern_compile(&regex, pattern, &error);
	is_integer(result, expected, pattern);
	if (result == 0)
		regfree(&regex);
}

/* A backslash before a digit is a back-reference, but not in brackets or after another
 * backslash. */
static void back_references(void)
{
	compiles("(a)\\1", -1);
	compiles("x[]\\1]\\\\1[^]\\2][[:alpha:]\\3][[.].]\\4]", 0);
	compiles("[[:alpha:]](b)\\1", -1);
	compiles("(a)\\\\\\1", -1);
	compiles("a\\.1\\", -1);
	is_integer(pattern_group_used("a\\3\\0\\2"), 3, "the highest group");
	is_integer(pattern_group_used("\\\\x"), 0, "none");
}

/* Patterns that would need gigabytes, and some below the limit. */
static void repetitions(void)
{
	static char text[500000];
	char *end = text;
	compiles("a{500}[b-y]{,490}", 0);
	compiles("a{1000}", -1);
	compiles("(a{40}){40}", -1);
	compiles("a*?*?b+[+]+\\+{2}", 0);
	compiles("a++++++++++++++++++++++++++++++++++++++++++++++", -1);
	compiles("((((((((((a+)+)+)+)+)+)+)+)+)+)+", -1);
	compiles("((a|b)+(c|d)+(e|f)+)+", 0);
	compiles("a{,99999999999999999999}", -1);
	compiles("a{nan}+{inf}", -1);
	for (int i = 0; i < 30000; i++)
		end += sprintf(end, "(");
	for (int i = 0; i < 30000; i++)
		end += sprintf(end, ")");
	compiles(text, -1);
	compiles(memset(text, '|', sizeof text - 1), -1);
	compiles(memset(text + 1, '*', sizeof text - 2), -1);
}

static void cache(void)
{
	struct pattern_cache cache = {0};
	struct error error;
	double seconds = 5;
	const regex_t *regex = pattern_cached(&cache, "^a", &error);
	ok(regex && pattern_cached(&cache, "^a", &error) == regex, "compiled once");
	is_integer(pattern_matches(regex, "ab", &seconds), 1, "matches");
	is_integer(pattern_matches(regex, "ba", &seconds), 0, "does not");
	ok(!pattern_cached(&cache, "(", &error) && cache.count == 1,
		"an invalid one is not cached");
	for (int i = 0; i < 200; i++) {
		char text[20];
		snprintf(text, sizeof text, "x%d", i);
		ok(pattern_cached(&cache, text, &error) && cache.count <= 64, "%s", text);
	}
	seconds = 0;
	regex = pattern_cached(&cache, "a", &error);
	is_integer(pattern_matches(regex, "b", &seconds), -1, "no time is left");
	pattern_cache_free(&cache);
}

static void unescapes(const char *text, const char *expected)
{
	char copy[100];
	snprintf(copy, sizeof copy, "%s", text);
	unescape(copy);
	is_text(copy, expected, text);
}

static void escapes(void)
{
	unescapes("https://h/a?b\\u003dc\\u0026d", "https://h/a?b=c&d");
	unescapes("https:\\/\\/h\\\\u003d", "https://h=");
	unescapes("\\\\\\\\u003d", "=");
	unescapes("\\x3d\\xZZ\\u12", "=\\xZZ\\u12");
	unescapes("\\u00e9 \\u20ac \\ud83d\\ude00 \\ud83d \\ude00x",
		"\303\251 \342\202\254 \360\237\230\200 \357\277\275 \357\277\275x");
	unescapes("a\\nb\\u0000c\\u001bd", "a b c d");
	unescapes("\\", "\\");
	unescapes("", "");
}

int main(void)
{
	finding();
	windows();
	replacing();
	back_references();
	repetitions();
	cache();
	escapes();
	return done();
}
