#include "scrape/dataset_recipe.h"

#include "recipe/settings.h"
#include "scrape/manifest.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* FOLDER | QUERY; without a query it is FOLDER. */
static int add_class(struct dataset_recipe *dataset, const struct settings *settings,
	const struct setting *setting, struct error *error)
{
	char name[256];
	const char *bar = strchr(setting->value, '|');
	size_t length = bar ? (size_t)(bar - setting->value) : strlen(setting->value);
	while (length && setting->value[length - 1] == ' ')
		length--;
	if (length >= sizeof name)
		return settings_error(settings, setting, error,
			"class: a name of more than 255 bytes");
	memcpy(name, setting->value, length);
	name[length] = 0;
	const char *name_error = manifest_class_name_error(name);
	if (name_error)
		return settings_error(settings, setting, error, "class: '%s' %s", name, name_error);
	const char *query = bar ? bar + 1 + strspn(bar + 1, " \t") : name;
	if (!*query)
		return settings_error(settings, setting, error, "class: nothing after '|'");
	if (text_list_add(&dataset->classes, name, error))
		return -1;
	return text_list_add(&dataset->queries, query, error);
}

static int add_site(struct dataset_recipe *dataset, const struct settings *settings,
	const struct setting *setting, struct error *error)
{
	char *path = strchr(setting->value, '/') ? settings_path(settings, setting->value)
						 : strdup(setting->value);
	int result = path ? text_list_add(&dataset->sites, path, error)
			  : error_memory(error, settings->path);
	free(path);
	return result;
}

static int apply_setting(struct dataset_recipe *dataset, const struct settings *settings,
	const struct setting *setting, struct error *error)
{
	int64_t count;
	if (strcmp(setting->key, "class") == 0)
		return add_class(dataset, settings, setting, error);
	if (strcmp(setting->key, "site") == 0)
		return add_site(dataset, settings, setting, error);
	const struct setting *earlier = settings_earlier(settings, setting, NULL);
	if (earlier)
		return settings_error(settings, setting, error, "%s: is already on line %d",
			setting->key, earlier->line);
	if (strcmp(setting->key, "count") == 0) {
		if (!text_to_integer(setting->value, &count) || count < 0 || count > 1000000)
			return settings_error(settings, setting, error,
				"count: must be an integer from 0 to 1000000");
		dataset->count = (int)count;
		return 0;
	}
	char **target = strcmp(setting->key, "title") == 0 ? &dataset->title
		: strcmp(setting->key, "api") == 0         ? &dataset->api
							   : NULL;
	if (!target)
		return settings_error(settings, setting, error, "%s: no such key", setting->key);
	free(*target);
	*target = strdup(setting->value);
	return *target ? 0 : error_memory(error, settings->path);
}

int dataset_recipe_read(struct dataset_recipe *dataset, const char *path, struct error *error)
{
	struct settings settings;
	*dataset = (struct dataset_recipe){0};
	if (settings_read(&settings, path, error))
		return -1;
	int result = 0;
	for (size_t i = 0; result == 0 && i < settings.count; i++)
		result = apply_setting(dataset, &settings, &settings.items[i], error);
	if (result == 0 && (!dataset->classes.count || !dataset->sites.count))
		result = error_set(error, path, "names no %s to scrape",
			dataset->classes.count ? "site" : "class");
	settings_free(&settings);
	if (result)
		dataset_recipe_free(dataset);
	return result;
}

void dataset_recipe_free(struct dataset_recipe *dataset)
{
	free(dataset->title);
	free(dataset->api);
	text_list_free(&dataset->sites);
	text_list_free(&dataset->classes);
	text_list_free(&dataset->queries);
	*dataset = (struct dataset_recipe){0};
}
