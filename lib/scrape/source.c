#include "scrape/source.h"

#include "scrape/url.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int source_start(struct source *source, const struct recipe *recipe, const char *query, const char *url,
	const char *file, struct error *error)
{
	*source = (struct source){.recipe = recipe, .query = strdup(query), .url = url ? strdup(url) : NULL,
		.file = file ? strdup(file) : NULL};
	if (source->query && (source->url || !url) && (source->file || !file))
		return 0;
	source_free(source);
	return error_memory(error, recipe->name);
}

/* Marks an address as seen. Returns 1 if it is new, 0, or -1. */
static int see(struct digest_table *table, const char *url, struct error *error)
{
	unsigned char key[DIGEST_KEY_SIZE];
	digest_key(url, key);
	if (digest_table_get(table, key) >= 0)
		return 0;
	return digest_table_set(table, key, 0, error) ? -1 : 1;
}

static char *next_url(struct source *source, struct error *error)
{
	if (source->asked == 0 && source->url)
		return strdup(source->url);
	if (source->next_ahead < source->ahead.count)
		return strdup(source->ahead.items[source->next_ahead++]);
	return recipe_page(source->recipe, source->api, source->query, source->asked, error);
}

static bool has_next(const struct source *source)
{
	if (source->asked == 0 || source->next_ahead < source->ahead.count)
		return true;
	return !source->ended && !source->url && !source->file &&
		recipe_is_numbered(source->recipe, source->query);
}

int source_next(struct source *source, char **url, struct error *error)
{
	*url = NULL;
	if (!has_next(source))
		return 0;
	if (source->asked > 0 || !source->file) {
		error_memory(error, source->recipe->name);
		*url = next_url(source, error);
		if (!*url || see(&source->pages, *url, error) < 0) {
			free(*url);
			*url = NULL;
			return -1;
		}
	}
	source->asked++;
	return 1;
}

/* ---- images ---- */

static bool is_too_small(struct document *document, int item, const char *xpath, int side_minimum)
{
	int64_t side;
	char *text = xpath ? document_text(document, item, xpath) : NULL;
	bool small = text && text_to_integer(text, &side) && side < side_minimum;
	free(text);
	return small;
}

/* The absolute address of an item's image: the first that its selectors give; NULL for none. */
static char *item_image(const struct recipe *recipe, struct document *document, int item, const char *base)
{
	for (size_t i = 0; i < recipe->images.count; i++) {
		char *reference = document_text(document, item, recipe->images.items[i]);
		char *url = reference ? url_resolve(base, reference, NULL) : NULL;
		free(reference);
		if (url)
			return url;
	}
	return NULL;
}

static int read_images(struct source *source, struct document *document, const char *base, int side_minimum,
	struct text_list *images, struct error *error)
{
	const struct recipe *recipe = source->recipe;
	int count = document_find_items(document, recipe->item, error);
	bool new_ones = false;
	for (int i = 0; i < count; i++) {
		if (is_too_small(document, i, recipe->width, side_minimum) ||
			is_too_small(document, i, recipe->height, side_minimum))
			continue;
		char *url = item_image(recipe, document, i, base);
		int seen = url ? see(&source->images, url, error) : 0;
		int result = seen == 1 ? text_list_add(images, url, error) : seen;
		new_ones |= seen == 1;
		free(url);
		if (result)
			return -1;
	}
	source->dry = new_ones ? 0 : source->dry + (count > 0);
	source->ended |= count == 0;
	return count;
}

/* ---- further pages ---- */

static int add_ahead(struct source *source, const char *url, struct error *error)
{
	int seen = see(&source->pages, url, error);
	return seen == 1 ? text_list_add(&source->ahead, url, error) : seen;
}

static bool is_same_origin(const char *a, const char *b)
{
	char *first = url_origin(a), *second = url_origin(b);
	bool same = first && second && strcmp(first, second) == 0;
	free(first);
	free(second);
	return same;
}

/* Remembers the links that `xpath` gives and, where there is one, `pattern` matches; only of the page's own host. */
static int add_links(struct source *source, struct document *document, const char *xpath, const regex_t *pattern,
	const char *page_url, const char *base, struct error *error)
{
	struct text_list links = {0};
	int result = document_texts(document, xpath, &links, error);
	for (size_t i = 0; result == 0 && i < links.count; i++) {
		char *url = url_resolve(base, links.items[i], NULL);
		if (url && (!page_url || is_same_origin(url, page_url)) &&
			(!pattern || regexec(pattern, url, 0, NULL, 0) == 0))
			result = add_ahead(source, url, error);
		free(url);
	}
	text_list_free(&links);
	return result;
}

/* The next page is this one with the attributes merged into its query. */
static int add_cursor(struct source *source, struct document *document, const char *page_url, struct error *error)
{
	struct text_list names = {0}, values = {0};
	int result = document_attributes(document, source->recipe->cursor, &names, &values, error);
	char *url = result == 0 && names.count ? strdup(page_url) : NULL;
	for (size_t i = 0; url && i < names.count; i++) {
		char *longer = url_set_parameter(url, names.items[i], values.items[i]);
		free(url);
		url = longer;
	}
	if (url)
		result = add_ahead(source, url, error);
	free(url);
	text_list_free(&names);
	text_list_free(&values);
	return result;
}

static int read_links(struct source *source, struct document *document, const char *page_url, const char *base,
	struct error *error)
{
	const struct recipe *recipe = source->recipe;
	if (recipe->next && add_links(source, document, recipe->next, NULL, page_url, base, error))
		return -1;
	if (recipe->link && source->follow &&
		add_links(source, document, recipe->link, source->follow, page_url, base, error))
		return -1;
	return recipe->cursor && page_url ? add_cursor(source, document, page_url, error) : 0;
}

static int read_document(struct source *source, struct document *document, const char *page_url, int side_minimum,
	struct text_list *images, struct error *error)
{
	const struct recipe *recipe = source->recipe;
	char *problem = recipe->error ? document_text(document, -1, recipe->error) : NULL;
	if (problem) {
		error_set(error, recipe->name, "the site says: %.300s", problem);
		free(problem);
		return -1;
	}
	char *said = recipe->format == DOCUMENT_HTML ? document_text(document, -1, "//base/@href") : NULL;
	char *base = said ? url_resolve(page_url, said, NULL) : NULL;
	free(said);
	const char *from = base ? base : page_url;
	int count = read_images(source, document, from, side_minimum, images, error);
	if (count >= 0 && read_links(source, document, page_url, from, error))
		count = -1;
	free(base);
	return count;
}

int source_read(struct source *source, const char *page_url, const unsigned char *bytes, size_t size,
	const char *charset, int side_minimum, struct text_list *images, struct error *error)
{
	struct document *document;
	const char *name = page_url ? page_url : source->file;
	if (document_parse(&document, bytes, size, source->recipe->format, charset, name, error))
		return -1;
	int count = read_document(source, document, page_url, side_minimum, images, error);
	document_free(document);
	return count;
}

void source_free(struct source *source)
{
	free(source->query);
	free(source->url);
	free(source->file);
	text_list_free(&source->ahead);
	digest_table_free(&source->pages);
	digest_table_free(&source->images);
	*source = (struct source){0};
}
