#include "networks/network_recipe.h"

#include "architectures/architectures.h"
#include "base/data.h"
#include "base/text.h"
#include "fetch/url.h"
#include "recipe/settings.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { CHANNELS = 3, SIDE_MAXIMUM = 4096 };

/* A line of the recipe, and what it is to set. */
struct line {
	const struct settings *settings;
	const struct setting *setting;
	struct error *error;
};

static int line_error(const struct line *line, const char *reason)
{
	return settings_error(line->settings, line->setting, line->error, "%s: %s",
		line->setting->key, reason);
}

/* ---- values ---- */

/* Splits "A,B" or "AxB" at `separator`: the parts of a value that is not longer than a number or
 * two. Returns false if it has no two. */
static bool split(const char *value, char separator, char first[32], const char **second)
{
	const char *found = strchr(value, separator);
	if (!found || found - value >= 32)
		return false;
	memcpy(first, value, (size_t)(found - value));
	first[found - value] = 0;
	*second = found + 1;
	return true;
}

static int set_text(const struct line *line, char **text)
{
	*text = strdup(line->setting->value);
	return *text ? 0 : error_memory(line->error, line->settings->path);
}

static int set_architecture(struct network_recipe *recipe, const struct line *line)
{
	return architecture_is_builtin(line->setting->value)
		? set_text(line, &recipe->architecture)
		: line_error(line, "is none of " ARCHITECTURES_LISTED "the built-in networks");
}

static int set_address(struct network_recipe *recipe, const struct line *line)
{
	struct error why;
	recipe->address = url_resolve(NULL, line->setting->value, &why);
	return recipe->address ? 0 : line_error(line, why.reason);
}

static int set_size(struct network_recipe *recipe, const struct line *line)
{
	char first[32];
	const char *second;
	int64_t width, height;
	if (!split(line->setting->value, 'x', first, &second) || !text_to_integer(first, &width) ||
		!text_to_integer(second, &height) || width < 1 || width > SIDE_MAXIMUM ||
		height < 1 || height > SIDE_MAXIMUM)
		return line_error(line, "is not WIDTHxHEIGHT");
	recipe->input =
		(struct shape){.height = (int)height, .width = (int)width, .channels = CHANNELS};
	return 0;
}

static int set_range(struct network_recipe *recipe, const struct line *line)
{
	char first[32];
	const char *second;
	double black, white;
	if (!split(line->setting->value, ',', first, &second) || !text_to_real(first, &black) ||
		!text_to_real(second + strspn(second, " "), &white) ||
		!input_range_is_valid(black, white))
		return line_error(line, "is not two numbers A,B, the first below the second");
	recipe->values = input_values_of_range(black, white, INPUT_OF_CARD);
	return 0;
}

static int set_bytes(struct network_recipe *recipe, const struct line *line)
{
	return text_to_unsigned(line->setting->value, &recipe->published.bytes) &&
			recipe->published.bytes
		? 0
		: line_error(line, "is not a number of bytes");
}

static int set_digest(const struct line *line, char *digest, size_t size)
{
	const char *value = line->setting->value;
	if (strlen(value) != size - 1)
		return line_error(line, "has another length");
	for (size_t i = 0; i < size - 1; i++) {
		if (text_hexadecimal(value[i]) < 0)
			return line_error(line, "is not hexadecimal");
		digest[i] = (char)tolower((unsigned char)value[i]);
	}
	return 0;
}

/* ---- the file ---- */

static int apply(struct network_recipe *recipe, const struct line *line)
{
	const char *key = line->setting->key;
	struct file_digest *published = &recipe->published;
	const struct setting *earlier = settings_earlier(line->settings, line->setting, NULL);
	if (earlier)
		return settings_error(line->settings, line->setting, line->error,
			"%s: is already on line %d", key, earlier->line);
	return strcmp(key, "title") == 0           ? set_text(line, &recipe->title)
		: strcmp(key, "architecture") == 0 ? set_architecture(recipe, line)
		: strcmp(key, "address") == 0      ? set_address(recipe, line)
		: strcmp(key, "size") == 0         ? set_size(recipe, line)
		: strcmp(key, "range") == 0        ? set_range(recipe, line)
		: strcmp(key, "bytes") == 0        ? set_bytes(recipe, line)
		: strcmp(key, "sha256") == 0
		? set_digest(line, published->sha256, sizeof published->sha256)
		: strcmp(key, "md5") == 0 ? set_digest(line, published->md5, sizeof published->md5)
					  : line_error(line, "no such key");
}

static int check_complete(const struct network_recipe *recipe, struct error *error)
{
	const char *missing = !recipe->title             ? "title"
		: !recipe->architecture                  ? "architecture"
		: !recipe->input.width                   ? "size"
		: recipe->values.source == INPUT_ASSUMED ? "range"
							 : NULL;
	return missing ? error_set(error, recipe->path, "has no %s", missing) : 0;
}

/* Where it lies, and the name of the network; that becomes one of a folder. */
static int find(struct network_recipe *recipe, const char *name, struct error *error)
{
	char *bundled = text_format("networks/%s", name);
	recipe->name = strdup(text_base_name(name));
	if (!bundled || !recipe->name)
		error_memory(error, name);
	else if (!text_is_class_name(recipe->name))
		error_set(error, name, "is not a valid name");
	else
		recipe->path = strchr(name, '/') ? strdup(name) : data_find(bundled, error);
	free(bundled);
	return recipe->path ? 0 : -1;
}

int network_recipe_read(struct network_recipe *recipe, const char *name, struct error *error)
{
	struct settings settings = {0};
	*recipe = (struct network_recipe){0};
	int result =
		find(recipe, name, error) || settings_read(&settings, recipe->path, error) ? -1 : 0;
	for (size_t i = 0; result == 0 && i < settings.count; i++)
		result = apply(recipe, &(struct line){&settings, &settings.items[i], error});
	if (result == 0)
		result = check_complete(recipe, error);
	settings_free(&settings);
	if (result)
		network_recipe_free(recipe);
	return result;
}

bool network_recipe_has_digest(const struct network_recipe *recipe)
{
	return *recipe->published.sha256 || *recipe->published.md5;
}

void network_recipe_free(struct network_recipe *recipe)
{
	free(recipe->path);
	free(recipe->name);
	free(recipe->title);
	free(recipe->architecture);
	free(recipe->address);
	*recipe = (struct network_recipe){0};
}
