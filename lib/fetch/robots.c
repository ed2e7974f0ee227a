#include "fetch/robots.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { ALLOW = 'a', DISALLOW = 'd' };

struct robots_line {
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

/* Parses "key: value # comment" in place. Returns false for any other line. */
static bool parse_line(char *text, struct robots_line *line)
{
	text[strcspn(text, "#")] = 0;
	char *colon = strchr(text, ':');
	if (!colon)
		return false;
	*colon = 0;
	*line = (struct robots_line){trim(text), trim(colon + 1)};
	return true;
}

/* Writes the normalized percent-encoding of `path` with a NUL (RFC 9309, 2.2.2 and 2.2.3): bytes
 * beyond ASCII are encoded, unreserved characters are not, "*" and "$" are unless they are special
 * in a pattern. Returns its end: it has at most three bytes for each of `path`. */
static char *normalize(char *out, const char *path, bool pattern)
{
	static const char
		digits[] = "0123456789ABCDEF",
		unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
	for (; *path; path++) {
		int high = *path == '%' ? text_hexadecimal(path[1]) : -1,
		    low = high < 0 ? -1 : text_hexadecimal(path[2]);
		int byte = low < 0 ? (unsigned char)*path : high << 4 | low;
		bool is_literal = byte == '*' ? !pattern : byte == '$' && (!pattern || path[1]);
		path += low < 0 ? 0 : 2;
		if (byte < 128 && (low < 0 ? !is_literal : byte && strchr(unreserved, byte))) {
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

static bool names_robot(const char *value, const char *robot)
{
	size_t length = strlen(robot);
	return strncasecmp(value, robot, length) == 0 &&
		(!value[length] || strchr(" \t/", value[length]));
}

/* Adds the rules of every group for `robot`. Returns whether there is one. */
static bool collect_rules(struct robots *robots, char *text, const char *robot)
{
	bool in_user_agents = false, applies = false, found = false;
	struct robots_line line;
	for (char *next = text; next;) {
		if (!parse_line(strsep(&next, "\n"), &line))
			continue;
		if (strcasecmp(line.key, "user-agent") == 0) {
			applies = names_robot(line.value, robot) || (in_user_agents && applies);
			found |= applies;
			in_user_agents = true;
			continue;
		}
		bool allow = strcasecmp(line.key, "allow") == 0;
		if (!allow && strcasecmp(line.key, "disallow"))
			continue;
		in_user_agents = false;
		if (applies && *line.value)
			add_rule(robots, line.value, allow);
	}
	return found;
}

/* Copies text for collect_rules, which modifies it, with all line ends as \n; NULL without
 * memory. */
static char *copy_lines(const char *bytes, size_t size)
{
	char *text = malloc(size + 1);
	for (size_t i = 0; text && i < size; i++)
		text[i] = bytes[i] == '\r' || !bytes[i] ? '\n' : bytes[i];
	if (text)
		text[size] = 0;
	return text;
}

int robots_parse(struct robots *robots, const char *bytes, size_t size, const char *robot,
	struct error *error)
{
	if (size > ROBOTS_BYTES_MAXIMUM)
		size = ROBOTS_BYTES_MAXIMUM;
	if (size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0)
		bytes += 3, size -= 3;
	/* A rule is shorter than its line except for percent-encoding. */
	*robots = (struct robots){.rules = malloc(3 * size + 1)};
	char *text = copy_lines(bytes, size), *copy = copy_lines(bytes, size);
	bool whole = robots->rules && text && copy;
	if (whole && !collect_rules(robots, text, robot))
		collect_rules(robots, copy, "*");
	free(text);
	free(copy);
	char *shrunk = robots->size ? realloc(robots->rules, robots->size) : NULL;
	if (shrunk)
		robots->rules = shrunk;
	else
		robots_free(robots);
	return whole ? 0 : error_memory(error, "robots.txt");
}

/* Greedy: each part between two '*' is matched at its first occurrence, which leaves the longest
 * rest for later parts. */
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
			path = (size_t)(end - path) >= part &&
					memcmp(end - part, pattern, part) == 0
				? end - part
				: NULL;
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
	char *normalized = robots->size ? malloc(3 * strlen(path) + 1) : NULL;
	bool allowed = normalized || !robots->size;
	if (normalized)
		normalize(normalized, path, false);
	for (size_t at = 0, length; normalized && at < robots->size; at += length + 2) {
		const char *rule = robots->rules + at, *pattern = rule + 1;
		length = strlen(pattern);
		if (length < longest || !matches(pattern, normalized))
			continue;
		allowed = *rule == ALLOW || (length == longest && allowed);
		longest = length;
	}
	free(normalized);
	return allowed;
}

void robots_free(struct robots *robots)
{
	free(robots->rules);
	*robots = (struct robots){0};
}
