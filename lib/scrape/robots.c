#include "scrape/robots.h"

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
	text += strspn(text, " \t\r");
	size_t length = strlen(text);
	while (length && strchr(" \t\r", text[length - 1]))
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

static int add_rule(struct robots *robots, const char *pattern, bool allow, struct error *error)
{
	struct robots_rule *rules = realloc(robots->rules, (robots->count + 1) * sizeof *rules);
	char *copy = strdup(pattern);
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
	char *text = strndup(bytes, size);
	if (!text)
		return error_memory(error, "robots.txt");
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

/* The length of a match, or -1. Greedy with one remembered '*': linear in practice, quadratic at worst. */
static bool matches(const char *pattern, const char *path)
{
	const char *star = NULL, *resume = NULL;
	for (;;) {
		if (*pattern == '*') {
			star = ++pattern;
			resume = path;
		} else if (!*pattern || (*pattern == '$' && !pattern[1] && !*path)) {
			return true;
		} else if (*path && *pattern == *path) {
			pattern++;
			path++;
		} else if (star && *resume) {
			pattern = star;
			path = ++resume;
		} else
			return false;
	}
}

bool robots_allow(const struct robots *robots, const char *path)
{
	size_t longest = 0;
	bool allowed = true;
	for (size_t i = 0; i < robots->count; i++) {
		const struct robots_rule *rule = &robots->rules[i];
		size_t length = strlen(rule->pattern);
		if (length < longest || !matches(rule->pattern, path))
			continue;
		allowed = rule->allow || (length == longest && allowed);
		longest = length;
	}
	return allowed;
}

void robots_free(struct robots *robots)
{
	for (size_t i = 0; i < robots->count; i++)
		free(robots->rules[i].pattern);
	free(robots->rules);
	*robots = (struct robots){0};
}
