#include "explain/names.h"

#include <stdlib.h>
#include <string.h>

enum { NAME_MAXIMUM = 160, LEVELS = 3 };

/* The path without what stands for "here" and "above" at its front. */
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

/* The last `parts` components of a path, '-' for '/'; without an extension unless it is the `whole` path. */
static char *flat(const char *path, int parts, bool whole)
{
	const char *start = skip_dots(path), *from = start + strlen(start);
	while (from > start && (from[-1] != '/' || --parts > 0 || whole))
		from--;
	const char *base = text_base_name(path), *dot = strrchr(base, '.');
	size_t length = dot && dot > base && !whole ? (size_t)(dot - from) : strlen(from);
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
	return flat(path, level + 1, level == LEVELS - 1);
}

static bool is_taken(const struct text_list *candidates, char *const *chosen, size_t index)
{
	for (size_t i = 0; i < candidates->count; i++)
		if (i != index && (strcmp(candidates->items[i], candidates->items[index]) == 0 ||
			(chosen[i] && strcmp(chosen[i], candidates->items[index]) == 0)))
			return true;
	return false;
}

/* Gives the paths that have no name yet the candidate of this level, where no other path would take it. */
static int choose(char **chosen, char *const *paths, size_t count, int level, struct error *error)
{
	struct text_list candidates = {0};
	int result = 0;
	for (size_t i = 0; i < count && result == 0; i++) {
		char *name = candidate(paths[i], level);
		result = name ? text_list_add(&candidates, name, error) : error_memory(error, paths[i]);
		free(name);
	}
	for (size_t i = 0; i < count && result == 0; i++)
		if (!chosen[i] && !is_taken(&candidates, chosen, i) && !(chosen[i] = strdup(candidates.items[i])))
			result = error_memory(error, paths[i]);
	text_list_free(&candidates);
	return result;
}

static bool is_chosen(char *const *chosen, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (chosen[i] && strcmp(chosen[i], name) == 0)
			return true;
	return false;
}

/* The whole path's name, with the first number behind it that makes it new. */
static char *numbered(char *const *chosen, size_t count, const char *path)
{
	char *name = candidate(path, LEVELS - 1), *tried = name ? strdup(name) : NULL;
	for (int i = 2; tried && is_chosen(chosen, count, tried); i++) {
		free(tried);
		tried = text_format("%s-%d", name, i);
	}
	free(name);
	return tried;
}

int names_of_results(struct text_list *names, char *const *paths, size_t count, struct error *error)
{
	char **chosen = calloc(count + 1, sizeof *chosen);
	int result = chosen ? 0 : error_memory(error, "names");
	for (int level = 0; level < LEVELS && result == 0; level++)
		result = choose(chosen, paths, count, level, error);
	for (size_t i = 0; i < count && result == 0; i++) {
		if (!chosen[i])
			chosen[i] = numbered(chosen, count, paths[i]);
		result = chosen[i] ? text_list_add(names, chosen[i], error) : error_memory(error, paths[i]);
	}
	for (size_t i = 0; chosen && i < count; i++)
		free(chosen[i]);
	free(chosen);
	return result;
}
