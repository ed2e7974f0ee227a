#include "fetch/robots.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { ALLOW = 'a', DISALLOW = 'd' };

struct line {
	char *key, *value;
};

static char *trim(char *text)
{
	text += strspn(text, " \t");
	size_t length = strlen(text);
	while (length && strchr(" \t", text[length - 1]))
		text[--length] = 0;
	return text;
}

/* Takes "key: value # comment" apart in place. Returns false for any other line. */
static bool read_line(char *text, struct line *line)
{
	text[strcspn(text, "#")] = 0;
	char *colon = strchr(text, ':');
	if (!colon)
		return false;
	*colon = 0;
	*line = (struct line){trim(text), trim(colon + 1)};
	return true;
}

/* Writes, and ends, the one way to write what may be written in several (RFC 9309, 2.2.2 and 2.2.3): bytes beyond ASCII are
 * escaped, letters, digits and "-._~" are not, and "*" and "$" are only where they have a meaning in a pattern. Returns its end,
 * at most three bytes after `out` for each of `path`. */
static char *normalize(char *out, const char *path, bool pattern)
{
	static const char digits[] = "0123456789ABCDEF",
		plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
	for (; *path; path++) {
		int high = *path == '%' ? text_hexadecimal(path[1]) : -1, low = high < 0 ? -1 : text_hexadecimal(path[2]);
		int byte = low < 0 ? (unsigned char)*path : high << 4 | low;
		bool literal = byte == '*' ? !pattern : byte == '$' && (!pattern || path[1]);
		path += low < 0 ? 0 : 2;
		if (byte < 128 && (low < 0 ? !literal : byte && strchr(plain, byte))) {
			*out++ = (char)byte;
			continue;
		}
		*out++ = '%';
		*out++ = digits[byte >> 4];
		*out++ = digits[byte & 15];
	}
	*out = 0;
	return out;
}

static void add_rule(struct robots *robots, const char *pattern, bool allow)
{
	char *rule = robots->rules + robots->size;
	*rule = allow ? ALLOW : DISALLOW;
	robots->size = (size_t)(normalize(rule + 1, pattern, true) + 1 - robots->rules);
}

static bool names(const char *value, const char *robot)
{
	size_t length = strlen(robot);
	return strncasecmp(value, robot, length) == 0 && (!value[length] || strchr(" \t/", value[length]));
}

/* Collects the rules of every group that names `robot`. Returns whether there was one. */
static bool collect(struct robots *robots, char *text, const char *robot)
{
	bool in_names = false, ours = false, found = false;
	struct line line;
	for (char *next = text; next;) {
		if (!read_line(strsep(&next, "\n"), &line))
			continue;
		if (strcasecmp(line.key, "user-agent") == 0) {
			ours = names(line.value, robot) || (in_names && ours);
			found |= ours;
			in_names = true;
			continue;
		}
		bool allow = strcasecmp(line.key, "allow") == 0;
		if (!allow && strcasecmp(line.key, "disallow"))
			continue;
		in_names = false;
		if (ours && *line.value)
			add_rule(robots, line.value, allow);
	}
	return found;
}

/* As lines that collect may take apart; fresh memory, NULL without it. */
static char *copy_lines(const char *bytes, size_t size)
{
	char *text = malloc(size + 1);
	for (size_t i = 0; text && i < size; i++)
		text[i] = bytes[i] == '\r' || !bytes[i] ? '\n' : bytes[i];
	if (text)
		text[size] = 0;
	return text;
}

int robots_parse(struct robots *robots, const char *bytes, size_t size, const char *robot, struct error *error)
{
	if (size > ROBOTS_BYTES_MAXIMUM)
		size = ROBOTS_BYTES_MAXIMUM;
	if (size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0)
		bytes += 3, size -= 3;
	/* A rule is shorter than its line but for what is escaped. */
	*robots = (struct robots){.rules = malloc(3 * size + 1)};
	char *text = copy_lines(bytes, size), *again = copy_lines(bytes, size);
	bool whole = robots->rules && text && again;
	if (whole && !collect(robots, text, robot))
		collect(robots, again, "*");
	free(text);
	free(again);
	char *packed = robots->size ? realloc(robots->rules, robots->size) : NULL;
	if (packed)
		robots->rules = packed;
	else
		robots_free(robots);
	return whole ? 0 : error_memory(error, "robots.txt");
}

/* Each part between two '*' is taken where it is first found, which leaves most to those after it. */
static bool matches(const char *pattern, const char *path)
{
	const char *end = path + strlen(path);
	for (bool first = true;; first = false) {
		size_t length = strcspn(pattern, "*");
		bool last = !pattern[length], at_end = last && length && pattern[length - 1] == '$';
		size_t part = length - at_end;
		if (first)
			path = strncmp(path, pattern, part) == 0 ? path : NULL;
		else if (at_end)
			path = (size_t)(end - path) >= part && memcmp(end - part, pattern, part) == 0 ? end - part : NULL;
		else
			path = memmem(path, (size_t)(end - path), pattern, part);
		if (!path)
			return false;
		path += part;
		if (last)
			return !at_end || !*path;
		pattern += length + 1;
	}
}

bool robots_allow(const struct robots *robots, const char *path)
{
	size_t longest = 0;
	char *plain = robots->size ? malloc(3 * strlen(path) + 1) : NULL;
	bool allowed = plain || !robots->size;
	if (plain)
		normalize(plain, path, false);
	for (size_t at = 0, length; plain && at < robots->size; at += length + 2) {
		const char *rule = robots->rules + at, *pattern = rule + 1;
		length = strlen(pattern);
		if (length < longest || !matches(pattern, plain))
			continue;
		allowed = *rule == ALLOW || (length == longest && allowed);
		longest = length;
	}
	free(plain);
	return allowed;
}

void robots_free(struct robots *robots)
{
	free(robots->rules);
	*robots = (struct robots){0};
}
