#include "recipe/recipe_parts.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

#include "recipe/pattern.h"

/* Makes room for one more of `size` bytes, all zero, at the end of a list. Returns where, or NULL. */
static void *grow(void *list, size_t *count, size_t size, struct error *error)
{
	void **items = list;
	void *larger = array_grow(*items, *count, size);
	if (!larger) {
		error_memory(error, "recipe");
		return NULL;
	}
	*items = larger;
	return memset((char *)larger + (*count)++ * size, 0, size);
}

/* Blanks mean nothing in an address: they let a long one go over several lines. */
static void drop_blanks(char *text)
{
	char *out = text;
	for (; *text; text++)
		if (*text != ' ' && *text != '\t')
			*out++ = *text;
	*out = 0;
}

int recipe_add_page(struct recipe *recipe, const char *prefix, const char *value, const char *place,
	struct error *error)
{
	struct page_template *page = grow(&recipe->pages, &recipe->page_count, sizeof *page, error);
	if (!page)
		return -1;
	page->prefix = strdup(prefix);
	page->text = strdup(value);
	page->place = strdup(place);
	if (!page->prefix || !page->text || !page->place)
		return error_memory(error, value);
	drop_blanks(page->text);
	return 0;
}

int recipe_add_item(struct recipe *recipe, const char *value, const char *place, struct error *error)
{
	struct recipe_item *item = grow(&recipe->items, &recipe->item_count, sizeof *item, error);
	return item ? selector_parse(&item->item, value, place, recipe->format, error) : -1;
}

int recipe_add_image(struct recipe *recipe, const char *value, const char *place, struct error *error)
{
	struct recipe_item *item = &recipe->items[recipe->item_count - 1];
	struct selector *image = grow(&item->images, &item->image_count, sizeof *image, error);
	return image ? selector_parse_within(image, value, place, &item->item, error) : -1;
}

int recipe_add_cursor(struct recipe *recipe, const char *name, const char *value, const char *place,
	struct error *error)
{
	struct recipe_cursor *cursor = grow(&recipe->cursors, &recipe->cursor_count, sizeof *cursor, error);
	if (!cursor)
		return -1;
	if (*name && !(cursor->name = strdup(name)))
		return error_memory(error, value);
	return selector_parse(&cursor->selector, value, place, recipe->format, error);
}

int recipe_add_key(struct recipe *recipe, const char *name, const char *value, struct error *error)
{
	struct recipe_key *key = grow(&recipe->keys, &recipe->key_count, sizeof *key, error);
	if (!key)
		return -1;
	const char *given = getenv(value);
	key->name = strdup(name);
	key->variable = strdup(value);
	key->value = given && *given ? strdup(given) : NULL;
	return key->name && key->variable && (key->value || !given || !*given) ? 0 : error_memory(error, value);
}

int recipe_add_next(struct recipe *recipe, const char *value, const char *place, struct error *error)
{
	struct recipe_link *link = grow(&recipe->nexts, &recipe->next_count, sizeof *link, error);
	return link ? selector_parse(&link->selector, value, place, recipe->format, error) : -1;
}

static int check_groups(const regex_t *pattern, const char *replacement, struct error *error)
{
	int used = pattern_group_used(replacement);
	if ((size_t)used <= pattern->re_nsub)
		return 0;
	return error_set(error, replacement, "the pattern has no group %d, but %zu", used, pattern->re_nsub);
}

int rewrite_add(struct rewrite **list, size_t *count, const char *value, bool arrow, struct error *error)
{
	const char *at = strstr(value, " -> ");
	if (arrow && !at)
		return error_set(error, value, "PATTERN -> REPLACEMENT");
	char *pattern = arrow ? strndup(value, (size_t)(at - value)) : strdup(value);
	char *replacement = strdup(arrow ? at + 4 : "");
	struct rewrite *rewrite = NULL;
	regex_t compiled;
	if (!pattern || !replacement)
		error_memory(error, value);
	else if (pattern_compile(&compiled, pattern, error) == 0) {
		if (check_groups(&compiled, replacement, error) == 0)
			rewrite = grow(list, count, sizeof *rewrite, error);
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

void recipe_drop_pages(struct recipe *recipe)
{
	for (size_t i = 0; i < recipe->page_count; i++) {
		free(recipe->pages[i].prefix);
		free(recipe->pages[i].text);
		free(recipe->pages[i].place);
	}
	free(recipe->pages);
	recipe->pages = NULL;
	recipe->page_count = 0;
}

void recipe_drop_images(struct recipe_item *item)
{
	for (size_t i = 0; i < item->image_count; i++)
		selector_free(&item->images[i]);
	free(item->images);
	item->images = NULL;
	item->image_count = 0;
}

void recipe_drop_items(struct recipe *recipe)
{
	for (size_t i = 0; i < recipe->item_count; i++) {
		struct recipe_item *item = &recipe->items[i];
		selector_free(&item->item);
		selector_free(&item->width);
		selector_free(&item->height);
		selector_free(&item->licence);
		recipe_drop_images(item);
		rewrite_drop(&item->skips, &item->skip_count);
	}
	free(recipe->items);
	recipe->items = NULL;
	recipe->item_count = 0;
}

void recipe_drop_nexts(struct recipe *recipe)
{
	for (size_t i = 0; i < recipe->next_count; i++) {
		selector_free(&recipe->nexts[i].selector);
		if (recipe->nexts[i].reader)
			recipe_free(recipe->nexts[i].reader);
		free(recipe->nexts[i].reader);
	}
	free(recipe->nexts);
	recipe->nexts = NULL;
	recipe->next_count = 0;
}

void recipe_drop_cursors(struct recipe *recipe)
{
	for (size_t i = 0; i < recipe->cursor_count; i++) {
		free(recipe->cursors[i].name);
		selector_free(&recipe->cursors[i].selector);
	}
	free(recipe->cursors);
	recipe->cursors = NULL;
	recipe->cursor_count = 0;
}

void recipe_drop_keys(struct recipe *recipe)
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

void rewrite_drop(struct rewrite **list, size_t *count)
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
