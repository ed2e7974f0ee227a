#include "recipe/recipe.h"

#include "base/data.h"
#include "recipe/recipe_parts.h"
#include "recipe/settings.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIKE_DEPTH_MAXIMUM = 4, NEXT_DEPTH_MAXIMUM = 4 };

/* A line of a recipe being parsed. */
struct recipe_line {
	const struct settings *settings;
	const struct setting *setting;
	const char *rest;     /* of the key, after its first word */
	unsigned begun_lists; /* bit set of lists that this file has replaced */
	int next_depth;       /* number of `next` recipes up to this one */
	char location[400];   /* of the line, for messages */
};

static int recipe_error(const struct recipe_line *line, struct error *error, const char *reason)
{
	return settings_error(line->settings, line->setting, error, "%s: %s", line->setting->key,
		reason);
}

/* Adds file, line and key to an error. */
static int with_location(const struct recipe_line *line, int result, struct error *error)
{
	char reason[sizeof error->reason];
	if (result == 0)
		return 0;
	if (error->kind == ERROR_MACHINE)
		return error_within(error, line->settings->path);
	snprintf(reason, sizeof reason, "%.200s: %.200s", error->object, error->reason);
	return recipe_error(line, error, reason);
}

static int set_text(char **target, const struct recipe_line *line, struct error *error)
{
	free(*target);
	*target = strdup(line->setting->value);
	return *target ? 0 : error_memory(error, line->settings->path);
}

/* A selector relative to the page, or to an item if there is one. */
static int set_selector(struct selector *target, const struct recipe *recipe,
	const struct recipe_item *item, const struct recipe_line *line, struct error *error)
{
	const char *value = line->setting->value;
	selector_free(target);
	int result = item ? selector_parse_within(target, value, line->location, &item->item, error)
			  : selector_parse(target, value, line->location, recipe->format, error);
	return with_location(line, result, error);
}

static int set_integer(int *target, int minimum, const struct recipe_line *line,
	struct error *error)
{
	int64_t value;
	if (!text_to_integer(line->setting->value, &value) || value < minimum || value > 1000000)
		return settings_error(line->settings, line->setting, error,
			"%s: must be an integer from %d to 1000000", line->setting->key, minimum);
	*target = (int)value;
	return 0;
}

static int set_rate(struct recipe *recipe, const struct recipe_line *line, struct error *error)
{
	if (!text_to_real(line->setting->value, &recipe->rate) || recipe->rate < 0.001 ||
		recipe->rate > 1000)
		return recipe_error(line, error, "must be a number from 0.001 to 1000");
	return 0;
}

/* Must come first: selectors are parsed by format. */
static int set_format(struct recipe *recipe, const struct recipe_line *line, struct error *error)
{
	static const char *const names[] = {"html", "xml", "json", "text"};
	if (recipe->item_count || recipe->next_link_count || recipe->cursor_count ||
		recipe->link.text || recipe->error.text)
		return recipe_error(line, error, "must come before all selectors");
	for (int i = 0; i < 4; i++)
		if (strcmp(line->setting->value, names[i]) == 0) {
			recipe->format = (enum document_format)i;
			return 0;
		}
	return recipe_error(line, error, "must be html, xml, json or text");
}

static int set_documented_api(struct recipe *recipe, const struct recipe_line *line,
	struct error *error)
{
	const char *value = line->setting->value;
	if (strcmp(value, "yes") && strcmp(value, "no"))
		return recipe_error(line, error, "must be yes or no");
	recipe->documented_api = *value == 'y';
	return 0;
}

static int read_page_recipe(struct recipe *recipe, const char *name, const struct settings *from,
	int next_depth, struct error *error);

/* Linked pages have the same recipe, unless another one is named. */
static int add_next(struct recipe *recipe, const struct recipe_line *line, struct error *error)
{
	if (with_location(line,
		    recipe_add_next_link(recipe, line->setting->value, line->location, error),
		    error))
		return -1;
	if (!*line->rest)
		return 0;
	if (line->next_depth == NEXT_DEPTH_MAXIMUM)
		return recipe_error(line, error, "too many recipes in a row");
	struct recipe *page_recipe = calloc(1, sizeof *page_recipe);
	if (!page_recipe)
		return error_memory(error, line->settings->path);
	if (read_page_recipe(page_recipe, line->rest, line->settings, line->next_depth + 1,
		    error)) {
		free(page_recipe);
		return -1;
	}
	recipe->next_links[recipe->next_link_count - 1].page_recipe = page_recipe;
	return 0;
}

static int add_header(struct recipe *recipe, const struct recipe_line *line, struct error *error)
{
	const char *value = line->setting->value;
	size_t name =
		strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-");
	if (!name || value[name] != ':')
		return recipe_error(line, error, "must be NAME: VALUE");
	return text_list_add(&recipe->headers, value, error);
}

static int add_key(struct recipe *recipe, const struct recipe_line *line, struct error *error)
{
	static const char *const reserved[] = {"query", "tag", "rest", "api", "page", "index",
		"offset"};
	for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
		if (strcmp(line->rest, reserved[i]) == 0)
			return recipe_error(line, error, "is a reserved name");
	if (!*line->rest || strpbrk(line->rest, "{}="))
		return recipe_error(line, error, "must be key NAME = VARIABLE");
	return recipe_add_key(recipe, line->rest, line->setting->value, error);
}

/* ---- lists: those of a recipe replace those of the one it is like ---- */

enum list {
	LIST_PAGE,
	LIST_ITEM,
	LIST_IMAGE,
	LIST_NEXT,
	LIST_CURSOR,
	LIST_REWRITE,
	LIST_FALLBACK,
	LIST_HEADER,
	LIST_KEY
};

static bool begins_list(struct recipe_line *line, enum list list)
{
	bool was_begun = line->begun_lists & 1u << list;
	line->begun_lists |= 1u << list;
	return !was_begun;
}

static int add_item(struct recipe *recipe, struct recipe_line *line, struct error *error)
{
	if (begins_list(line, LIST_ITEM))
		recipe_free_items(recipe);
	line->begun_lists |= 1u << LIST_IMAGE;
	return with_location(line,
		recipe_add_item(recipe, line->setting->value, line->location, error), error);
}

/* Sets a member of the last item. */
static int set_item_member(struct recipe *recipe, struct recipe_line *line, struct error *error)
{
	const char *key = line->setting->key;
	if (!recipe->item_count)
		return recipe_error(line, error, "must come after an item");
	struct recipe_item *item = &recipe->items[recipe->item_count - 1];
	if (strcmp(key, "image") == 0) {
		if (begins_list(line, LIST_IMAGE))
			recipe_free_images(item);
		return with_location(line,
			recipe_add_image(recipe, line->setting->value, line->location, error),
			error);
	}
	if (strcmp(key, "skip") == 0)
		return with_location(line,
			rewrite_add(&item->skips, &item->skip_count, line->setting->value, false,
				error),
			error);
	struct selector *target = strcmp(key, "width") == 0 ? &item->width
		: strcmp(key, "height") == 0                ? &item->height
							    : &item->licence;
	return set_selector(target, recipe, item, line, error);
}

static int add_to_list(struct recipe *recipe, struct recipe_line *line, enum list list,
	struct error *error)
{
	bool first = begins_list(line, list);
	const char *value = line->setting->value;
	switch (list) {
	case LIST_PAGE:
		if (first)
			recipe_free_pages(recipe);
		return recipe_add_page(recipe, line->rest, value, line->location, error);
	case LIST_NEXT:
		if (first)
			recipe_free_next_links(recipe);
		return add_next(recipe, line, error);
	case LIST_CURSOR:
		if (first)
			recipe_free_cursors(recipe);
		return with_location(line,
			recipe_add_cursor(recipe, line->rest, value, line->location, error), error);
	case LIST_REWRITE:
		if (first)
			rewrite_free_list(&recipe->rewrites, &recipe->rewrite_count);
		return with_location(line,
			rewrite_add(&recipe->rewrites, &recipe->rewrite_count, value, true, error),
			error);
	case LIST_FALLBACK:
		if (first)
			rewrite_free_list(&recipe->fallbacks, &recipe->fallback_count);
		return with_location(line,
			rewrite_add(&recipe->fallbacks, &recipe->fallback_count, value, true,
				error),
			error);
	case LIST_HEADER:
		if (first)
			text_list_free(&recipe->headers);
		return add_header(recipe, line, error);
	case LIST_KEY:
		if (first)
			recipe_free_keys(recipe);
		return add_key(recipe, line, error);
	case LIST_ITEM:
	case LIST_IMAGE:
		break; /* not of a recipe alone: add_item, set_item_member */
	}
	return 0;
}

/* ---- lines ---- */

/* Whether the key is `word`; if `more`, further words may follow. */
static bool is_key(const struct recipe_line *line, const char *word, bool more)
{
	const char *key = line->setting->key;
	size_t length = strlen(word);
	return strncmp(key, word, length) == 0 && (!key[length] || (more && key[length] == ' '));
}

/* Whether the key may be on several lines. */
static bool may_repeat(const struct recipe_line *line)
{
	static const char *const keys[] = {"item", "image", "skip", "rewrite", "fallback", "header",
		"cursor"};
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (strcmp(line->setting->key, keys[i]) == 0)
			return true;
	return is_key(line, "next", true);
}

static int check_not_repeated(const struct recipe_line *line, struct error *error)
{
	static const char *const of_item[] = {"width", "height", "licence"};
	const struct setting *setting = line->setting;
	const char *since = NULL;
	if (may_repeat(line))
		return 0;
	for (size_t i = 0; i < sizeof of_item / sizeof *of_item; i++)
		since = strcmp(setting->key, of_item[i]) == 0 ? "item" : since;
	const struct setting *earlier = settings_earlier(line->settings, setting, since);
	return earlier ? settings_error(line->settings, setting, error, "%s: is already on line %d",
				 setting->key, earlier->line)
		       : 0;
}

static int apply_line(struct recipe *recipe, struct recipe_line *line, struct error *error)
{
	static const struct {
		const char *word;
		enum list list;
		bool more;
	} lists[] = {{"page", LIST_PAGE, true}, {"next", LIST_NEXT, true},
		{"cursor", LIST_CURSOR, true}, {"rewrite", LIST_REWRITE, false},
		{"fallback", LIST_FALLBACK, false}, {"header", LIST_HEADER, false},
		{"key", LIST_KEY, true}};
	static const char *const of_item[] = {"image", "width", "height", "licence", "skip"};
	const char *key = line->setting->key, *blank = strchr(key, ' ');
	line->rest = blank ? blank + strspn(blank, " ") : "";
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		if (is_key(line, lists[i].word, lists[i].more))
			return add_to_list(recipe, line, lists[i].list, error);
	for (size_t i = 0; i < sizeof of_item / sizeof *of_item; i++)
		if (strcmp(key, of_item[i]) == 0)
			return set_item_member(recipe, line, error);
	if (strcmp(key, "item") == 0)
		return add_item(recipe, line, error);
	if (strcmp(key, "link") == 0)
		return set_selector(&recipe->link, recipe, NULL, line, error);
	if (strcmp(key, "error") == 0)
		return set_selector(&recipe->error, recipe, NULL, line, error);
	if (strcmp(key, "title") == 0)
		return set_text(&recipe->title, line, error);
	if (strcmp(key, "api") == 0)
		return set_text(&recipe->api, line, error);
	if (strcmp(key, "user-agent") == 0)
		return set_text(&recipe->user_agent, line, error);
	if (strcmp(key, "format") == 0)
		return set_format(recipe, line, error);
	if (strcmp(key, "documented-api") == 0)
		return set_documented_api(recipe, line, error);
	if (strcmp(key, "first") == 0)
		return set_integer(&recipe->first, 0, line, error);
	if (strcmp(key, "step") == 0)
		return set_integer(&recipe->step, 1, line, error);
	if (strcmp(key, "max-pages") == 0)
		return set_integer(&recipe->pages_maximum, 1, line, error);
	if (strcmp(key, "rate") == 0)
		return set_rate(recipe, line, error);
	if (strcmp(key, "connections") == 0)
		return set_integer(&recipe->connections, 1, line, error);
	return recipe_error(line, error,
		strcmp(key, "like") == 0 ? "must be the first line" : "no such key");
}

static int read_into(struct recipe *recipe, const char *name, const struct settings *from,
	int depth, int next_depth, struct error *error);

/* `like` must be first, so that all other lines override. */
static int apply_lines(struct recipe *recipe, const struct settings *settings, int depth,
	int next_depth, struct error *error)
{
	struct recipe_line line = {.settings = settings, .next_depth = next_depth};
	for (size_t i = 0; i < settings->count; i++) {
		const struct setting *setting = line.setting = &settings->items[i];
		snprintf(line.location, sizeof line.location, "%.200s: line %d: %.100s",
			settings->path, setting->line, setting->key);
		if (i == 0 && strcmp(setting->key, "like") == 0) {
			if (read_into(recipe, setting->value, settings, depth + 1, next_depth,
				    error))
				return -1;
		} else if (check_not_repeated(&line, error) || apply_line(recipe, &line, error))
			return -1;
	}
	return 0;
}

/* The path of a recipe named by the user, or by the recipe `from`. */
static char *find_recipe_path(const char *name, const struct settings *from, struct error *error)
{
	if (!strchr(name, '/')) {
		char *bundled_path = text_format("sites/%s", name),
		     *path = bundled_path ? data_find(bundled_path, error) : NULL;
		if (!bundled_path)
			error_memory(error, name);
		free(bundled_path);
		return path;
	}
	char *path = from ? settings_path(from, name) : strdup(name);
	if (!path)
		error_memory(error, name);
	return path;
}

static int read_into(struct recipe *recipe, const char *name, const struct settings *from,
	int depth, int next_depth, struct error *error)
{
	struct settings settings;
	if (depth > LIKE_DEPTH_MAXIMUM)
		return error_set(error, name, "like: too many recipes in a row");
	char *path = find_recipe_path(name, from, error);
	int result = path ? settings_read(&settings, path, error) : -1;
	free(path);
	if (result)
		return -1;
	result = apply_lines(recipe, &settings, depth, next_depth, error);
	settings_free(&settings);
	return result;
}

static int check_complete(const struct recipe *recipe, const char *name, struct error *error)
{
	for (size_t i = 0; i < recipe->item_count; i++) {
		const struct selector *item = &recipe->items[i].item;
		if (!recipe->items[i].image_count)
			return error_set(error, item->location, "%.200s: has no image", item->text);
	}
	if (!recipe->item_count && !recipe->next_link_count)
		return error_set(error, name, "a recipe needs an item with an image, or a next");
	return recipe_check_placeholders(recipe, error);
}

static int read_page_recipe(struct recipe *recipe, const char *name, const struct settings *from,
	int next_depth, struct error *error)
{
	*recipe = (struct recipe){.step = 1};
	int result = read_into(recipe, name, from, 0, next_depth, error);
	if (result == 0)
		result = check_complete(recipe, name, error);
	if (result == 0 && !(recipe->name = strdup(text_base_name(name))))
		result = error_memory(error, name);
	if (result)
		recipe_free(recipe);
	return result;
}

int recipe_read(struct recipe *recipe, const char *name, struct error *error)
{
	return read_page_recipe(recipe, name, NULL, 0, error);
}

void recipe_free(struct recipe *recipe)
{
	free(recipe->name);
	free(recipe->title);
	free(recipe->api);
	free(recipe->user_agent);
	selector_free(&recipe->link);
	selector_free(&recipe->error);
	recipe_free_pages(recipe);
	recipe_free_items(recipe);
	recipe_free_next_links(recipe);
	recipe_free_cursors(recipe);
	recipe_free_keys(recipe);
	rewrite_free_list(&recipe->rewrites, &recipe->rewrite_count);
	rewrite_free_list(&recipe->fallbacks, &recipe->fallback_count);
	text_list_free(&recipe->headers);
	text_list_free(&recipe->filled_headers);
	*recipe = (struct recipe){0};
}
