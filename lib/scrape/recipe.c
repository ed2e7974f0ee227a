#include "scrape/recipe.h"

#include "base/data.h"
#include "scrape/settings.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { LIKE_DEPTH_MAXIMUM = 4 };

static int set_text(char **target, const struct settings *settings, const struct setting *setting,
	struct error *error)
{
	free(*target);
	*target = strdup(setting->value);
	return *target ? 0 : error_memory(error, settings->path);
}

static int set_xpath(char **target, const struct settings *settings, const struct setting *setting,
	struct error *error)
{
	if (!document_is_xpath(setting->value))
		return settings_error(settings, setting, error, "%s: no XPath expression", setting->key);
	return set_text(target, settings, setting, error);
}

static int set_integer(int *target, int minimum, const struct settings *settings, const struct setting *setting,
	struct error *error)
{
	int64_t value;
	if (!text_to_integer(setting->value, &value) || value < minimum || value > 1000000)
		return settings_error(settings, setting, error, "%s: a whole number from %d to 1000000", setting->key,
			minimum);
	*target = (int)value;
	return 0;
}

static int set_rate(struct recipe *recipe, const struct settings *settings, const struct setting *setting,
	struct error *error)
{
	if (!text_to_real(setting->value, &recipe->rate) || recipe->rate < 0.001 || recipe->rate > 1000)
		return settings_error(settings, setting, error, "rate: a number from 0.001 to 1000");
	return 0;
}

static int set_format(struct recipe *recipe, const struct settings *settings, const struct setting *setting,
	struct error *error)
{
	if (strcmp(setting->value, "html") && strcmp(setting->value, "xml"))
		return settings_error(settings, setting, error, "format: html or xml");
	recipe->format = *setting->value == 'x' ? DOCUMENT_XML : DOCUMENT_HTML;
	return 0;
}

static int set_documented_api(struct recipe *recipe, const struct settings *settings, const struct setting *setting,
	struct error *error)
{
	if (strcmp(setting->value, "yes") && strcmp(setting->value, "no"))
		return settings_error(settings, setting, error, "documented-api: yes or no");
	recipe->documented_api = *setting->value == 'y';
	return 0;
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

static int add_page(struct recipe *recipe, const char *prefix, const struct settings *settings,
	const struct setting *setting, struct error *error)
{
	struct page_template *pages = realloc(recipe->pages, (recipe->page_count + 1) * sizeof *pages);
	if (!pages)
		return error_memory(error, settings->path);
	recipe->pages = pages;
	pages[recipe->page_count] = (struct page_template){strdup(prefix), strdup(setting->value)};
	recipe->page_count++;
	if (!pages[recipe->page_count - 1].prefix || !pages[recipe->page_count - 1].text)
		return error_memory(error, settings->path);
	drop_blanks(pages[recipe->page_count - 1].text);
	return 0;
}

static int add_image(struct recipe *recipe, const struct settings *settings, const struct setting *setting,
	struct error *error)
{
	if (!document_is_xpath(setting->value))
		return settings_error(settings, setting, error, "image: no XPath expression");
	return text_list_add(&recipe->images, setting->value, error);
}

static int apply(struct recipe *recipe, const struct settings *settings, const struct setting *setting,
	struct error *error)
{
	const struct {
		const char *key;
		char **target;
	} xpaths[] = {
		{"item", &recipe->item}, {"width", &recipe->width}, {"height", &recipe->height}, {"next", &recipe->next},
		{"link", &recipe->link}, {"cursor", &recipe->cursor}, {"error", &recipe->error},
	};
	const char *key = setting->key;
	for (size_t i = 0; i < sizeof xpaths / sizeof *xpaths; i++)
		if (strcmp(key, xpaths[i].key) == 0)
			return set_xpath(xpaths[i].target, settings, setting, error);
	if (strcmp(key, "title") == 0)
		return set_text(&recipe->title, settings, setting, error);
	if (strcmp(key, "api") == 0)
		return set_text(&recipe->api, settings, setting, error);
	if (strcmp(key, "format") == 0)
		return set_format(recipe, settings, setting, error);
	if (strcmp(key, "documented-api") == 0)
		return set_documented_api(recipe, settings, setting, error);
	if (strcmp(key, "page") == 0)
		return add_page(recipe, "", settings, setting, error);
	if (strncmp(key, "page ", 5) == 0)
		return add_page(recipe, key + 5 + strspn(key + 5, " "), settings, setting, error);
	if (strcmp(key, "image") == 0)
		return add_image(recipe, settings, setting, error);
	if (strcmp(key, "first") == 0)
		return set_integer(&recipe->first, 0, settings, setting, error);
	if (strcmp(key, "step") == 0)
		return set_integer(&recipe->step, 1, settings, setting, error);
	if (strcmp(key, "rate") == 0)
		return set_rate(recipe, settings, setting, error);
	if (strcmp(key, "connections") == 0)
		return set_integer(&recipe->connections, 1, settings, setting, error);
	return settings_error(settings, setting, error, "%s: no such key", key);
}

static void free_pages(struct recipe *recipe)
{
	for (size_t i = 0; i < recipe->page_count; i++) {
		free(recipe->pages[i].prefix);
		free(recipe->pages[i].text);
	}
	free(recipe->pages);
	recipe->pages = NULL;
	recipe->page_count = 0;
}

static int read_into(struct recipe *recipe, const char *name, int depth, struct error *error);

/* `like` comes first, so that all below it overrides; repeated keys replace those of the other as a whole. */
static int apply_all(struct recipe *recipe, const struct settings *settings, int depth, struct error *error)
{
	bool own_pages = false, own_images = false;
	for (size_t i = 0; i < settings->count; i++) {
		const struct setting *setting = &settings->items[i];
		bool page = strncmp(setting->key, "page", 4) == 0, image = strcmp(setting->key, "image") == 0;
		int result;
		if (page && !own_pages)
			free_pages(recipe);
		if (image && !own_images)
			text_list_free(&recipe->images);
		own_pages |= page;
		own_images |= image;
		if (i == 0 && strcmp(setting->key, "like") == 0)
			result = read_into(recipe, setting->value, depth + 1, error);
		else
			result = apply(recipe, settings, setting, error);
		if (result)
			return -1;
	}
	return 0;
}

static int read_into(struct recipe *recipe, const char *name, int depth, struct error *error)
{
	struct settings settings;
	if (depth > LIKE_DEPTH_MAXIMUM)
		return error_set(error, name, "like: recipes that are like each other");
	char *beside = strchr(name, '/') ? strdup(name) : text_format("sites/%s", name);
	if (!beside)
		return error_memory(error, name);
	char *path = strchr(name, '/') ? strdup(name) : data_find(beside, error);
	free(beside);
	if (!path)
		return -1;
	int result = settings_read(&settings, path, error);
	free(path);
	if (result)
		return -1;
	result = apply_all(recipe, &settings, depth, error);
	settings_free(&settings);
	return result;
}

int recipe_read(struct recipe *recipe, const char *name, struct error *error)
{
	*recipe = (struct recipe){.step = 1};
	int result = read_into(recipe, name, 0, error);
	if (result == 0 && (!recipe->item || recipe->images.count == 0))
		result = error_set(error, name, "a recipe needs an item and an image");
	if (result == 0 && !(recipe->name = strdup(text_base_name(name))))
		result = error_memory(error, name);
	if (result)
		recipe_free(recipe);
	return result;
}

void recipe_free(struct recipe *recipe)
{
	char *texts[] = {recipe->name, recipe->title, recipe->api, recipe->item, recipe->width, recipe->height,
		recipe->next, recipe->link, recipe->cursor, recipe->error};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		free(texts[i]);
	free_pages(recipe);
	text_list_free(&recipe->images);
	*recipe = (struct recipe){0};
}
