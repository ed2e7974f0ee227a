#include "recipe/recipe_parts.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

#include "recipe/pattern.h"

/* Appends an item of `size` zero bytes to a list. Returns it, or NULL. */
static void *append_item(void *list, size_t *count, size_t size, struct error *error)
{
	void **items = list;
	void *grown = array_grow(*items, *count, size);
	if (!grown) {
		error_memory(error, "recipe");
		return NULL;
	}
	*items = grown;
	return memset((char *)grown + (*count)++ * size, 0, size);
}

/* Blanks in a URL are ignored, so that a long one can be split over several lines. */
static void remove_blanks(char *text)
{
	char *out = text;
	for (; *text; text++)
		if (*text != ' ' && *text != '\t')
			*out++ = *text;
	*out = 0;
}

int recipe_add_page(struct recipe *recipe, const char *prefix, const char *value,
	const char *location, struct error *error)
{
	struct page_template *page =
		append_item(&recipe->pages, &recipe->page_count, sizeof *page, error);
	if (!page)
		return -1;
	page->prefix = strdup(prefix);
	page->text = strdup(value);
	page->location = strdup(location);
	if (!page->prefix || !page->text || !page->location)
		return error_memory(error, value);
	remove_blanks(page->text);
	return 0;
}

int recipe_add_item(struct recipe *recipe, const char *value, const char *location,
	struct error *error)
{
	struct recipe_item *item =
		append_item(&recipe->items, &recipe->item_count, sizeof *item, error);
	return item ? selector_parse(&item->item, value, location, recipe->format, error) : -1;
}

int recipe_add_image(struct recipe *recipe, const char *value, const char *location,
	struct error *error)
{
	struct recipe_item *item = &recipe->items[recipe->item_count - 1];
	struct selector *image =
		append_item(&item->images, &item->image_count, sizeof *image, error);
	return image ? selector_parse_within(image, value, location, &item->item, error) : -1;
}

int recipe_add_cursor(struct recipe *recipe, const char *name, const char *value,
	const char *location, struct error *error)
{
	struct recipe_cursor *cursor =
		append_item(&recipe->cursors, &recipe->cursor_count, sizeof *cursor, error);
	if (!cursor)
		return -1;
	if (*name && !(cursor->name = strdup(name)))
		return error_memory(error, value);
	return selector_parse(&cursor->selector, value, location, recipe->format, error);
}

int recipe_add_key(struct recipe *recipe, const char *name, const char *value, struct error *error)
{
	struct recipe_key *key = append_item(&recipe->keys, &recipe->key_count, sizeof *key, error);
	if (!key)
		return -1;
	const char *given = getenv(value);
	key->name = strdup(name);
	key->variable = strdup(value);
	key->value = given && *given ? strdup(given) : NULL;
	return key->name && key->variable && (key->value || !given || !*given)
		? 0
		: error_memory(error, value);
}

int recipe_add_next_link(struct recipe *recipe, const char *value, const char *location,
	struct error *error)
{
	struct recipe_link *link =
		append_item(&recipe->next_links, &recipe->next_link_count, sizeof *link, error);
	return link ? selector_parse(&link->selector, value, location, recipe->format, error) : -1;
}

static int check_groups(const regex_t *pattern, const char *replacement, struct error *error)
{
	int used = pattern_group_used(replacement);
	if ((size_t)used <= pattern->re_nsub)
		return 0;
	return error_set(error, replacement, "the pattern has no group %d, only %zu", used,
		pattern->re_nsub);
}

int rewrite_add(struct rewrite **list, size_t *count, const char *value, bool has_replacement,
	struct error *error)
{
	const char *separator = strstr(value, " -> ");
	if (has_replacement && !separator)
		return error_set(error, value, "must be PATTERN -> REPLACEMENT");
	char *pattern =
		has_replacement ? strndup(value, (size_t)(separator - value)) : strdup(value);
	char *replacement = strdup(has_replacement ? separator + 4 : "");
	struct rewrite *rewrite = NULL;
	regex_t compiled;
	if (!pattern || !replacement)
		error_memory(error, value);
	else if (pattern_compile(&compiled, pattern, error) == 0) {
		if (check_groups(&compiled, replacement, error) == 0)
			rewrite = append_item(list, count, sizeof *rewrite, error);
		if (!rewrite)
			regfree(&compiled);
	}
	if (!rewrite) {
		free(pattern);
		free(replacement);
		return -1;
	}
	*rewrite = (struct rewrite){pattern, compiled, replacement};
	return 0;
}

void recipe_free_pages(struct recipe *recipe)
{
	for (size_t i = 0; i < recipe->page_count; i++) {
		free(recipe->pages[i].prefix);
		free(recipe->pages[i].text);
		free(recipe->pages[i].location);
	}
	free(recipe->pages);
	recipe->pages = NULL;
	recipe->page_count = 0;
}

void recipe_free_images(struct recipe_item *item)
{
	for (size_t i = 0; i < item->image_count; i++)
		selector_free(&item->images[i]);
	free(item->images);
	item->images = NULL;
	item->image_count = 0;
}

void recipe_free_items(struct recipe *recipe)
{
	for (size_t i = 0; i < recipe->item_count; i++) {
		struct recipe_item *item = &recipe->items[i];
		selector_free(&item->item);
		selector_free(&item->width);
		selector_free(&item->height);
		selector_free(&item->licence);
		recipe_free_images(item);
		rewrite_free_list(&item->skips, &item->skip_count);
	}
	free(recipe->items);
	recipe->items = NULL;
	recipe->item_count = 0;
}

void recipe_free_next_links(struct recipe *recipe)
{
	for (size_t i = 0; i < recipe->next_link_count; i++) {
		selector_free(&recipe->next_links[i].selector);
		if (recipe->next_links[i].page_recipe)
			recipe_free(recipe->next_links[i].page_recipe);
		free(recipe->next_links[i].page_recipe);
	}
	free(recipe->next_links);
	recipe->next_links = NULL;
	recipe->next_link_count = 0;
}

void recipe_free_cursors(struct recipe *recipe)
{
	for (size_t i = 0; i < recipe->cursor_count; i++) {
		free(recipe->cursors[i].name);
		selector_free(&recipe->cursors[i].selector);
	}
	free(recipe->cursors);
	recipe->cursors = NULL;
	recipe->cursor_count = 0;
}

void recipe_free_keys(struct recipe *recipe)
{
	for (size_t i = 0; i < recipe->key_count; i++) {
		free(recipe->keys[i].name);
		free(recipe->keys[i].variable);
		free(recipe->keys[i].value);
	}
	free(recipe->keys);
	recipe->keys = NULL;
	recipe->key_count = 0;
}

void rewrite_free_list(struct rewrite **list, size_t *count)
{
	for (size_t i = 0; i < *count; i++) {
		free((*list)[i].text);
		free((*list)[i].replacement);
		regfree(&(*list)[i].pattern);
	}
	free(*list);
	*list = NULL;
	*count = 0;
}
