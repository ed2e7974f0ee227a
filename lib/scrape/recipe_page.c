#include "scrape/recipe.h"
#include "scrape/url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The template for a query: the first whose prefix it begins with, else the one without. */
static const struct page_template *choose(const struct recipe *recipe, const char *query)
{
	const struct page_template *general = NULL;
	for (size_t i = 0; i < recipe->page_count; i++) {
		const struct page_template *page = &recipe->pages[i];
		if (!*page->prefix)
			general = general ? general : page;
		else if (strncmp(query, page->prefix, strlen(page->prefix)) == 0)
			return page;
	}
	return general;
}

bool recipe_is_numbered(const struct recipe *recipe, const char *query)
{
	const struct page_template *page = choose(recipe, query);
	return page && (strstr(page->text, "{page}") || strstr(page->text, "{index}") || strstr(page->text, "{offset}"));
}

struct values {
	const char *api, *query, *rest;
	int index, offset;
};

/* Writes what the placeholder of `length` characters at `name` stands for. Returns false for an unknown one. */
static bool write_value(FILE *stream, const char *name, size_t length, const struct values *values)
{
	const struct {
		const char *name;
		const char *text;
	} texts[] = {{"query", values->query}, {"rest", values->rest}};
	const struct {
		const char *name;
		int number;
	} numbers[] = {{"page", values->index + 1}, {"index", values->index}, {"offset", values->offset}};
	for (int i = 0; i < 2; i++)
		if (strlen(texts[i].name) == length && strncmp(name, texts[i].name, length) == 0) {
			char *escaped = url_escape(texts[i].text);
			fputs(escaped ? escaped : "", stream);
			free(escaped);
			return escaped != NULL;
		}
	for (int i = 0; i < 3; i++)
		if (strlen(numbers[i].name) == length && strncmp(name, numbers[i].name, length) == 0)
			return fprintf(stream, "%d", numbers[i].number) > 0;
	if (length == 3 && strncmp(name, "api", 3) == 0 && values->api)
		return fputs(values->api, stream) >= 0;
	return false;
}

/* Fills the template in; on failure says which placeholder it was. */
static char *fill(const struct recipe *recipe, const char *text, const struct values *values, struct error *error)
{
	char *filled = NULL;
	size_t size;
	FILE *stream = open_memstream(&filled, &size);
	if (!stream) {
		error_memory(error, recipe->name);
		return NULL;
	}
	const char *bad = NULL;
	while (*text && !bad) {
		size_t plain = strcspn(text, "{");
		fwrite(text, 1, plain, stream);
		text += plain;
		if (!*text)
			break;
		size_t length = strcspn(text + 1, "}");
		if (text[1 + length] != '}' || !write_value(stream, text + 1, length, values))
			bad = text;
		else
			text += length + 2;
	}
	bool lost = ferror(stream) || fclose(stream);
	if (!bad && !lost)
		return filled;
	if (bad && strncmp(bad, "{api}", 5) == 0)
		error_set(error, recipe->name, "needs --api");
	else if (bad)
		error_set(error, recipe->name, "page: '%.40s' stands for nothing", bad);
	else
		error_memory(error, recipe->name);
	free(filled);
	return NULL;
}

char *recipe_page(const struct recipe *recipe, const char *api, const char *query, int index, struct error *error)
{
	const struct page_template *page = choose(recipe, query);
	if (!page) {
		error_set(error, recipe->name, "needs --url: it has no page for '%s'", query);
		return NULL;
	}
	struct values values = {recipe->api ? recipe->api : api, query, query + strlen(page->prefix), index,
		recipe->first + recipe->step * index};
	char *filled = fill(recipe, page->text, &values, error);
	char *url = filled ? url_resolve(NULL, filled, error) : NULL;
	free(filled);
	return url;
}
