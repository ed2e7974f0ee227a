#include "predict/result_names.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_MAXIMUM = 160 };

/* How names are formed, in order of preference. */
static const struct {
	int parts; /* of the path, from its end */
	bool extension;
} levels[] = {{1, false}, {1, true}, {2, false}, {2, true}, {INT_MAX, true}};

enum { LEVELS = sizeof levels / sizeof *levels };

/* The path without leading "/", "./" and "../". */
static const char *skip_dots(const char *path)
{
	for (;;)
		if (*path == '/')
			path++;
		else if (strncmp(path, "./", 2) == 0 || strncmp(path, "../", 3) == 0)
			path = strchr(path, '/');
		else
			return path;
}

/* The last `parts` components of a path, '-' for '/'. */
static char *join_components(const char *path, int parts, bool extension)
{
	const char *start = skip_dots(path), *from = start + strlen(start);
	while (from > start && (from[-1] != '/' || --parts > 0))
		from--;
	const char *base = text_base_name(path), *dot = strrchr(base, '.');
	size_t length = dot && dot > base && !extension ? (size_t)(dot - from) : strlen(from);
	size_t skipped = length > NAME_MAXIMUM ? length - NAME_MAXIMUM : 0;
	while (skipped && (from[skipped] & 0xc0) == 0x80)
		skipped++;
	char *name = strndup(from + skipped, length - skipped);
	for (char *p = name; p && *p; p++)
		if (*p == '/')
			*p = '-';
	return name;
}

static char *candidate(const char *path, int level)
{
	if (strcmp(path, "-") == 0)
		return strdup("stdin");
	return join_components(path, levels[level].parts, levels[level].extension);
}

/* Index of the first item of a sorted list that is not less than `name`. */
static size_t lower_bound(const struct text_list *sorted, const char *name)
{
	size_t low = 0, high = sorted->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (strcmp(sorted->items[middle], name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Whether a sorted list contains `name` at least `times` times. */
static bool contains(const struct text_list *sorted, const char *name, size_t times)
{
	size_t last = lower_bound(sorted, name) + times - 1;
	return last < sorted->count && strcmp(sorted->items[last], name) == 0;
}

static int add_candidates(struct text_list *candidates, char *const *paths, size_t count, int level,
	struct error *error)
{
	int result = 0;
	for (size_t i = 0; i < count && result == 0; i++) {
		char *name = candidate(paths[i], level);
		result = name ? text_list_add(candidates, name, error)
			      : error_memory(error, paths[i]);
		free(name);
	}
	text_list_sort(candidates);
	return result;
}

static int add_chosen(struct text_list *names, char *const *chosen, size_t count,
	struct error *error)
{
	int result = 0;
	for (size_t i = 0; i < count && result == 0; i++)
		result = chosen[i] ? text_list_add(names, chosen[i], error) : 0;
	text_list_sort(names);
	return result;
}

/* Assigns the paths that have no name yet their candidate of this level, unless it is another
 * path's name or candidate. */
static int assign_names(char **chosen, char *const *paths, size_t count, int level,
	struct error *error)
{
	struct text_list candidates = {0}, taken = {0};
	int result = add_candidates(&candidates, paths, count, level, error);
	if (result == 0)
		result = add_chosen(&taken, chosen, count, error);
	for (size_t i = 0; i < count && result == 0; i++) {
		char *name = chosen[i] ? NULL : candidate(paths[i], level);
		if (name && !contains(&candidates, name, 2) && !contains(&taken, name, 1))
			chosen[i] = name;
		else if (name || chosen[i])
			free(name);
		else
			result = error_memory(error, paths[i]);
	}
	text_list_free(&candidates);
	text_list_free(&taken);
	return result;
}

static bool is_chosen(char *const *chosen, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (chosen[i] && strcmp(chosen[i], name) == 0)
			return true;
	return false;
}

/* The whole path's name, with the first number appended that makes it unique. */
static char *numbered(char *const *chosen, size_t count, const char *path)
{
	char *name = candidate(path, LEVELS - 1), *unique = name ? strdup(name) : NULL;
	for (int i = 2; unique && is_chosen(chosen, count, unique); i++) {
		free(unique);
		unique = text_format("%s-%d", name, i);
	}
	free(name);
	return unique;
}

int result_names(struct text_list *names, char *const *paths, size_t count, struct error *error)
{
	char **chosen = calloc(count + 1, sizeof *chosen);
	int result = chosen ? 0 : error_memory(error, "names");
	for (int level = 0; level < LEVELS && result == 0; level++)
		result = assign_names(chosen, paths, count, level, error);
	for (size_t i = 0; i < count && result == 0; i++) {
		if (!chosen[i])
			chosen[i] = numbered(chosen, count, paths[i]);
		result = chosen[i] ? text_list_add(names, chosen[i], error)
				   : error_memory(error, paths[i]);
	}
	for (size_t i = 0; chosen && i < count; i++)
		free(chosen[i]);
	free(chosen);
	return result;
}
