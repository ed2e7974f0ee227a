#include "explain/names.h"

#include <stdlib.h>
#include <string.h>

static char *stem_of(const char *path)
{
	const char *base = text_base_name(path), *dot = strrchr(base, '.');
	return strndup(base, dot && dot > base ? (size_t)(dot - base) : strlen(base));
}

/* The path without what stands for "here" and "above", '-' for '/'. */
static char *flat_path(const char *path)
{
	while (*path == '/' || strncmp(path, "./", 2) == 0 || strncmp(path, "../", 3) == 0)
		path += *path == '/' ? 1 : path[1] == '/' ? 2 : 3;
	char *flat = strdup(path);
	for (char *p = flat; p && *p; p++)
		if (*p == '/')
			*p = '-';
	return flat;
}

static int count_of(const struct text_list *list, const char *text)
{
	int count = 0;
	for (size_t i = 0; i < list->count; i++)
		count += strcmp(list->items[i], text) == 0;
	return count;
}

/* Adds `name`, or `name`-2 and so on where it is taken or another path's own. */
static int add_unlike(struct text_list *names, const struct text_list *stems, const char *name, struct error *error)
{
	char *tried = strdup(name);
	for (int i = 2; tried && (text_list_find(names, tried) >= 0 || text_list_find(stems, tried) >= 0); i++) {
		free(tried);
		tried = text_format("%s-%d", name, i);
	}
	int result = tried ? text_list_add(names, tried, error) : error_memory(error, name);
	free(tried);
	return result;
}

static int add_name(struct text_list *names, const struct text_list *stems, const char *stem, const char *path,
	struct error *error)
{
	if (count_of(stems, stem) == 1)
		return text_list_add(names, stem, error);
	char *flat = flat_path(path);
	int result = flat ? add_unlike(names, stems, flat, error) : error_memory(error, path);
	free(flat);
	return result;
}

int names_of_results(struct text_list *names, char *const *paths, size_t count, struct error *error)
{
	struct text_list stems = {0};
	int result = 0;
	for (size_t i = 0; i < count && result == 0; i++) {
		char *stem = stem_of(paths[i]);
		result = stem ? text_list_add(&stems, stem, error) : error_memory(error, paths[i]);
		free(stem);
	}
	for (size_t i = 0; i < count && result == 0; i++)
		result = add_name(names, &stems, stems.items[i], paths[i], error);
	text_list_free(&stems);
	return result;
}
