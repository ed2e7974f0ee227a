#include "recipe/recipe.h"

#include "base/data.h"
#include "recipe/recipe_parts.h"
#include "recipe/settings.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIKE_DEPTH_MAXIMUM = 4, READERS_MAXIMUM = 4 };

/* One line of a recipe on its way into it. */
struct reading {
	const struct settings *settings;
	const struct setting *setting;
	const char *rest; /* of the key, behind its first word */
	unsigned own;     /* lists that this file has begun: what another recipe had in them is gone */
	int readers;      /* how many recipes lead here by `next` */
	char place[400];  /* of the line, for messages of what it says when it is used */
};

static int fail(const struct reading *reading, struct error *error, const char *reason)
{
	return settings_error(reading->settings, reading->setting, error, "%s: %s", reading->setting->key, reason);
}

/* Says where in the recipe it was that a part could not be read. */
static int locate(const struct reading *reading, int result, struct error *error)
{
	char reason[sizeof error->reason];
	if (result == 0)
		return 0;
	if (error->kind == ERROR_MACHINE)
		return error_within(error, reading->settings->path);
	snprintf(reason, sizeof reason, "%.200s: %.200s", error->object, error->reason);
	return fail(reading, error, reason);
}

static int set_text(char **target, const struct reading *reading, struct error *error)
{
	free(*target);
	*target = strdup(reading->setting->value);
	return *target ? 0 : error_memory(error, reading->settings->path);
}

/* A selector seen from the page; or from an item, where there is one. */
static int set_selector(struct selector *target, const struct recipe *recipe, const struct recipe_item *item,
	const struct reading *reading, struct error *error)
{
	const char *value = reading->setting->value;
	selector_free(target);
	int result = item ? selector_parse_within(target, value, reading->place, &item->item, error)
			  : selector_parse(target, value, reading->place, recipe->format, error);
	return locate(reading, result, error);
}

static int set_integer(int *target, int minimum, const struct reading *reading, struct error *error)
{
	int64_t value;
	if (!text_to_integer(reading->setting->value, &value) || value < minimum || value > 1000000)
		return settings_error(reading->settings, reading->setting, error, "%s: a whole number from %d to 1000000",
			reading->setting->key, minimum);
	*target = (int)value;
	return 0;
}

static int set_rate(struct recipe *recipe, const struct reading *reading, struct error *error)
{
	if (!text_to_real(reading->setting->value, &recipe->rate) || recipe->rate < 0.001 || recipe->rate > 1000)
		return fail(reading, error, "a number from 0.001 to 1000");
	return 0;
}

/* What a selector means depends on it. */
static int set_format(struct recipe *recipe, const struct reading *reading, struct error *error)
{
	static const char *const names[] = {"html", "xml", "json", "text"};
	if (recipe->item_count || recipe->next_count || recipe->cursor_count || recipe->link.text || recipe->error.text)
		return fail(reading, error, "comes before all selectors");
	for (int i = 0; i < 4; i++)
		if (strcmp(reading->setting->value, names[i]) == 0) {
			recipe->format = (enum document_format)i;
			return 0;
		}
	return fail(reading, error, "html, xml, json or text");
}

static int set_documented_api(struct recipe *recipe, const struct reading *reading, struct error *error)
{
	const char *value = reading->setting->value;
	if (strcmp(value, "yes") && strcmp(value, "no"))
		return fail(reading, error, "yes or no");
	recipe->documented_api = *value == 'y';
	return 0;
}

static int read_reader(struct recipe *recipe, const char *name, const struct settings *from, int readers,
	struct error *error);

/* The page's own recipe reads what it links to, unless another one is named. */
static int add_next(struct recipe *recipe, const struct reading *reading, struct error *error)
{
	if (locate(reading, recipe_add_next(recipe, reading->setting->value, reading->place, error), error))
		return -1;
	if (!*reading->rest)
		return 0;
	if (reading->readers == READERS_MAXIMUM)
		return fail(reading, error, "leads from recipe to recipe without end");
	struct recipe *reader = calloc(1, sizeof *reader);
	if (!reader)
		return error_memory(error, reading->settings->path);
	if (read_reader(reader, reading->rest, reading->settings, reading->readers + 1, error)) {
		free(reader);
		return -1;
	}
	recipe->nexts[recipe->next_count - 1].reader = reader;
	return 0;
}

static int add_header(struct recipe *recipe, const struct reading *reading, struct error *error)
{
	const char *value = reading->setting->value;
	size_t name = strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-");
	if (!name || value[name] != ':')
		return fail(reading, error, "NAME: VALUE");
	return text_list_add(&recipe->headers, value, error);
}

static int add_key(struct recipe *recipe, const struct reading *reading, struct error *error)
{
	static const char *const taken[] = {"query", "tag", "rest", "api", "page", "index", "offset"};
	for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
		if (strcmp(reading->rest, taken[i]) == 0)
			return fail(reading, error, "has a meaning already");
	if (!*reading->rest || strpbrk(reading->rest, "{}="))
		return fail(reading, error, "key NAME = VARIABLE");
	return recipe_add_key(recipe, reading->rest, reading->setting->value, error);
}

/* ---- lists: what a recipe has of its own takes the place of all that the one it is like had ---- */

enum list { LIST_PAGE, LIST_ITEM, LIST_IMAGE, LIST_NEXT, LIST_CURSOR, LIST_REWRITE, LIST_FALLBACK, LIST_HEADER, LIST_KEY };

static bool begins(struct reading *reading, enum list list)
{
	bool begun = reading->own & 1u << list;
	reading->own |= 1u << list;
	return !begun;
}

static int add_item(struct recipe *recipe, struct reading *reading, struct error *error)
{
	if (begins(reading, LIST_ITEM))
		recipe_drop_items(recipe);
	reading->own |= 1u << LIST_IMAGE;
	return locate(reading, recipe_add_item(recipe, reading->setting->value, reading->place, error), error);
}

/* What a line says of the item above it. */
static int set_of_item(struct recipe *recipe, struct reading *reading, struct error *error)
{
	const char *key = reading->setting->key;
	if (!recipe->item_count)
		return fail(reading, error, "comes below its item");
	struct recipe_item *item = &recipe->items[recipe->item_count - 1];
	if (strcmp(key, "image") == 0) {
		if (begins(reading, LIST_IMAGE))
			recipe_drop_images(item);
		return locate(reading, recipe_add_image(recipe, reading->setting->value, reading->place, error), error);
	}
	if (strcmp(key, "skip") == 0)
		return locate(reading, rewrite_add(&item->skips, &item->skip_count, reading->setting->value, false, error),
			error);
	struct selector *target = strcmp(key, "width") == 0 ? &item->width
		: strcmp(key, "height") == 0		    ? &item->height
							    : &item->licence;
	return set_selector(target, recipe, item, reading, error);
}

static int add_to_list(struct recipe *recipe, struct reading *reading, enum list list, struct error *error)
{
	bool first = begins(reading, list);
	const char *value = reading->setting->value;
	switch (list) {
	case LIST_PAGE:
		if (first)
			recipe_drop_pages(recipe);
		return recipe_add_page(recipe, reading->rest, value, reading->place, error);
	case LIST_NEXT:
		if (first)
			recipe_drop_nexts(recipe);
		return add_next(recipe, reading, error);
	case LIST_CURSOR:
		if (first)
			recipe_drop_cursors(recipe);
		return locate(reading, recipe_add_cursor(recipe, reading->rest, value, reading->place, error), error);
	case LIST_REWRITE:
		if (first)
			rewrite_drop(&recipe->rewrites, &recipe->rewrite_count);
		return locate(reading, rewrite_add(&recipe->rewrites, &recipe->rewrite_count, value, true, error), error);
	case LIST_FALLBACK:
		if (first)
			rewrite_drop(&recipe->fallbacks, &recipe->fallback_count);
		return locate(reading, rewrite_add(&recipe->fallbacks, &recipe->fallback_count, value, true, error), error);
	case LIST_HEADER:
		if (first)
			text_list_free(&recipe->headers);
		return add_header(recipe, reading, error);
	case LIST_KEY:
		if (first)
			recipe_drop_keys(recipe);
		return add_key(recipe, reading, error);
	default:
		return 0;
	}
}

/* ---- lines ---- */

/* Whether the key is `word`; with more words behind it, only where `more` are allowed. */
static bool is_key(const struct reading *reading, const char *word, bool more)
{
	const char *key = reading->setting->key;
	size_t length = strlen(word);
	return strncmp(key, word, length) == 0 && (!key[length] || (more && key[length] == ' '));
}

/* What may stand on several lines, all of which count. */
static bool may_repeat(const struct reading *reading)
{
	static const char *const keys[] = {"item", "image", "skip", "rewrite", "fallback", "header", "cursor"};
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (strcmp(reading->setting->key, keys[i]) == 0)
			return true;
	return is_key(reading, "next", true);
}

static int check_single(const struct reading *reading, struct error *error)
{
	static const char *const of_item[] = {"width", "height", "licence"};
	const struct setting *setting = reading->setting;
	const char *since = NULL;
	if (may_repeat(reading))
		return 0;
	for (size_t i = 0; i < sizeof of_item / sizeof *of_item; i++)
		since = strcmp(setting->key, of_item[i]) == 0 ? "item" : since;
	const struct setting *earlier = settings_earlier(reading->settings, setting, since);
	return earlier ? settings_error(reading->settings, setting, error, "%s: stands on line %d already", setting->key,
				 earlier->line)
		       : 0;
}

static int apply(struct recipe *recipe, struct reading *reading, struct error *error)
{
	static const struct {
		const char *word;
		enum list list;
		bool more;
	} lists[] = {{"page", LIST_PAGE, true}, {"next", LIST_NEXT, true}, {"cursor", LIST_CURSOR, true},
		{"rewrite", LIST_REWRITE, false}, {"fallback", LIST_FALLBACK, false}, {"header", LIST_HEADER, false},
		{"key", LIST_KEY, true}};
	static const char *const of_item[] = {"image", "width", "height", "licence", "skip"};
	const char *key = reading->setting->key, *blank = strchr(key, ' ');
	reading->rest = blank ? blank + strspn(blank, " ") : "";
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		if (is_key(reading, lists[i].word, lists[i].more))
			return add_to_list(recipe, reading, lists[i].list, error);
	for (size_t i = 0; i < sizeof of_item / sizeof *of_item; i++)
		if (strcmp(key, of_item[i]) == 0)
			return set_of_item(recipe, reading, error);
	if (strcmp(key, "item") == 0)
		return add_item(recipe, reading, error);
	if (strcmp(key, "link") == 0)
		return set_selector(&recipe->link, recipe, NULL, reading, error);
	if (strcmp(key, "error") == 0)
		return set_selector(&recipe->error, recipe, NULL, reading, error);
	if (strcmp(key, "title") == 0)
		return set_text(&recipe->title, reading, error);
	if (strcmp(key, "api") == 0)
		return set_text(&recipe->api, reading, error);
	if (strcmp(key, "user-agent") == 0)
		return set_text(&recipe->user_agent, reading, error);
	if (strcmp(key, "format") == 0)
		return set_format(recipe, reading, error);
	if (strcmp(key, "documented-api") == 0)
		return set_documented_api(recipe, reading, error);
	if (strcmp(key, "first") == 0)
		return set_integer(&recipe->first, 0, reading, error);
	if (strcmp(key, "step") == 0)
		return set_integer(&recipe->step, 1, reading, error);
	if (strcmp(key, "max-pages") == 0)
		return set_integer(&recipe->pages_maximum, 1, reading, error);
	if (strcmp(key, "rate") == 0)
		return set_rate(recipe, reading, error);
	if (strcmp(key, "connections") == 0)
		return set_integer(&recipe->connections, 1, reading, error);
	return fail(reading, error, strcmp(key, "like") == 0 ? "must be the first line" : "no such key");
}

static int read_into(struct recipe *recipe, const char *name, const struct settings *from, int depth, int readers,
	struct error *error);

/* `like` comes first, so that all below it overrides. */
static int apply_all(struct recipe *recipe, const struct settings *settings, int depth, int readers,
	struct error *error)
{
	struct reading reading = {.settings = settings, .readers = readers};
	for (size_t i = 0; i < settings->count; i++) {
		const struct setting *setting = reading.setting = &settings->items[i];
		snprintf(reading.place, sizeof reading.place, "%.200s: line %d: %.100s", settings->path, setting->line,
			setting->key);
		if (i == 0 && strcmp(setting->key, "like") == 0) {
			if (read_into(recipe, setting->value, settings, depth + 1, readers, error))
				return -1;
		} else if (check_single(&reading, error) || apply(recipe, &reading, error))
			return -1;
	}
	return 0;
}

/* The path of a recipe that the user names, or another one (`from`). */
static char *find_recipe(const char *name, const struct settings *from, struct error *error)
{
	if (!strchr(name, '/')) {
		char *beside = text_format("sites/%s", name), *path = beside ? data_find(beside, error) : NULL;
		if (!beside)
			error_memory(error, name);
		free(beside);
		return path;
	}
	char *path = from ? settings_path(from, name) : strdup(name);
	if (!path)
		error_memory(error, name);
	return path;
}

static int read_into(struct recipe *recipe, const char *name, const struct settings *from, int depth, int readers,
	struct error *error)
{
	struct settings settings;
	if (depth > LIKE_DEPTH_MAXIMUM)
		return error_set(error, name, "like: recipes that are like each other");
	char *path = find_recipe(name, from, error);
	int result = path ? settings_read(&settings, path, error) : -1;
	free(path);
	if (result)
		return -1;
	result = apply_all(recipe, &settings, depth, readers, error);
	settings_free(&settings);
	return result;
}

static int check_complete(const struct recipe *recipe, const char *name, struct error *error)
{
	for (size_t i = 0; i < recipe->item_count; i++) {
		const struct selector *item = &recipe->items[i].item;
		if (!recipe->items[i].image_count)
			return error_set(error, item->place, "%.200s: has no image below it", item->text);
	}
	if (!recipe->item_count && !recipe->next_count)
		return error_set(error, name, "a recipe needs an item with an image, or a next");
	return recipe_check_braces(recipe, error);
}

static int read_reader(struct recipe *recipe, const char *name, const struct settings *from, int readers,
	struct error *error)
{
	*recipe = (struct recipe){.step = 1};
	int result = read_into(recipe, name, from, 0, readers, error);
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
	return read_reader(recipe, name, NULL, 0, error);
}

void recipe_free(struct recipe *recipe)
{
	free(recipe->name);
	free(recipe->title);
	free(recipe->api);
	free(recipe->user_agent);
	selector_free(&recipe->link);
	selector_free(&recipe->error);
	recipe_drop_pages(recipe);
	recipe_drop_items(recipe);
	recipe_drop_nexts(recipe);
	recipe_drop_cursors(recipe);
	recipe_drop_keys(recipe);
	rewrite_drop(&recipe->rewrites, &recipe->rewrite_count);
	rewrite_drop(&recipe->fallbacks, &recipe->fallback_count);
	text_list_free(&recipe->headers);
	text_list_free(&recipe->filled_headers);
	*recipe = (struct recipe){0};
}
