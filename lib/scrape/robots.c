#include "scrape/robots.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct robots_rule {
	char *pattern;
	bool allow;
};

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

/* The one way to write what may be written in several (RFC 9309, 2.2.2): bytes beyond ASCII are escaped, letters, digits and
 * "-._~" are not. Fresh memory; NULL without it. */
static char *normalized(const char *path)
{
	static const char digits[] = "0123456789ABCDEF",
		plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
	char *copy = malloc(3 * strlen(path) + 1), *out = copy;
	for (; copy && *path; path++) {
		int high = *path == '%' ? text_hexadecimal(path[1]) : -1, low = high < 0 ? -1 : text_hexadecimal(path[2]);
		int byte = low < 0 ? (unsigned char)*path : high << 4 | low;
		path += low < 0 ? 0 : 2;
		if (byte < 128 && (low < 0 || (byte && strchr(plain, byte)))) {
			*out++ = (char)byte;
			continue;
		}
		*out++ = '%';
		*out++ = digits[byte >> 4];
		*out++ = digits[byte & 15];
	}
	if (copy)
		*out = 0;
	return copy;
}

static int add_rule(struct robots *robots, const char *pattern, bool allow, struct error *error)
{
	struct robots_rule *rules = realloc(robots->rules, (robots->count + 1) * sizeof *rules);
	char *copy = normalized(pattern);
	if (rules)
		robots->rules = rules;
	if (!rules || !copy) {
		free(copy);
		return error_memory(error, "robots.txt");
	}
	rules[robots->count++] = (struct robots_rule){copy, allow};
	return 0;
}

static bool names(const char *value, const char *robot)
{
	size_t length = strlen(robot);
	return strncasecmp(value, robot, length) == 0 && (!value[length] || strchr(" \t/", value[length]));
}

/* Collects the rules of every group that names `robot`; *found says whether there was one. */
static int collect(struct robots *robots, char *text, const char *robot, bool *found, struct error *error)
{
	bool in_names = false, ours = false;
	struct line line;
	*found = false;
	for (char *next = text; next;) {
		if (!read_line(strsep(&next, "\n"), &line))
			continue;
		if (strcasecmp(line.key, "user-agent") == 0) {
			ours = names(line.value, robot) || (in_names && ours);
			*found |= ours;
			in_names = true;
			continue;
		}
		bool allow = strcasecmp(line.key, "allow") == 0;
		if (!allow && strcasecmp(line.key, "disallow"))
			continue;
		in_names = false;
		if (ours && *line.value && add_rule(robots, line.value, allow, error))
			return -1;
	}
	return 0;
}

static int collect_from(struct robots *robots, const char *bytes, size_t size, const char *robot, bool *found,
	struct error *error)
{
	char *text = malloc(size + 1);
	if (!text)
		return error_memory(error, "robots.txt");
	for (size_t i = 0; i < size; i++)
		text[i] = bytes[i] == '\r' || !bytes[i] ? '\n' : bytes[i];
	text[size] = 0;
	int result = collect(robots, text, robot, found, error);
	free(text);
	return result;
}

int robots_parse(struct robots *robots, const char *bytes, size_t size, const char *robot, struct error *error)
{
	bool found;
	*robots = (struct robots){0};
	if (size > ROBOTS_BYTES_MAXIMUM)
		size = ROBOTS_BYTES_MAXIMUM;
	if (size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0)
		bytes += 3, size -= 3;
	int result = collect_from(robots, bytes, size, robot, &found, error);
	if (result == 0 && !found)
		result = collect_from(robots, bytes, size, "*", &found, error);
	if (result)
		robots_free(robots);
	return result;
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
	char *plain = robots->count ? normalized(path) : NULL;
	bool allowed = plain || !robots->count;
	for (size_t i = 0; plain && i < robots->count; i++) {
		const struct robots_rule *rule = &robots->rules[i];
		size_t length = strlen(rule->pattern);
		if (length < longest || !matches(rule->pattern, plain))
			continue;
		allowed = rule->allow || (length == longest && allowed);
		longest = length;
	}
	free(plain);
	return allowed;
}

void robots_free(struct robots *robots)
{
	for (size_t i = 0; i < robots->count; i++)
		free(robots->rules[i].pattern);
	free(robots->rules);
	*robots = (struct robots){0};
}
