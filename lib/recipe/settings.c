#include "recipe/settings.h"

#include "base/array.h"
#include "base/file.h"
#include "base/text.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_SIZE_MAXIMUM = 1 << 20, VALUE_MAXIMUM = 1 << 16 };

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Removes blanks at both ends, in place. */
static char *trim(char *text)
{
	while (is_blank(*text))
		text++;
	size_t length = strlen(text);
	while (length && is_blank(text[length - 1]))
		text[--length] = 0;
	return text;
}

int settings_error(const struct settings *settings, const struct setting *setting,
	struct error *error, const char *format, ...)
{
	char object[512], reason[512];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(reason, sizeof reason, format, arguments);
	va_end(arguments);
	snprintf(object, sizeof object, "%s: line %d", settings->path, setting->line);
	return error_set(error, object, "%s", reason);
}

static int add_setting(struct settings *settings, const char *key, const char *value, int line,
	struct error *error)
{
	struct setting *items = array_grow(settings->items, settings->count, sizeof *items);
	if (!items)
		return error_memory(error, settings->path);
	settings->items = items;
	struct setting *setting = &items[settings->count++];
	*setting = (struct setting){strdup(key), strdup(value), line};
	return setting->key && setting->value ? 0 : error_memory(error, settings->path);
}

static int continue_setting(struct settings *settings, const char *continuation,
	struct error *error)
{
	struct setting *last = &settings->items[settings->count - 1];
	/* Bounds the quadratic cost: each line copies those before it. */
	if (strlen(last->value) + strlen(continuation) > VALUE_MAXIMUM)
		return settings_error(settings, last, error, "%s: longer than %d bytes", last->key,
			VALUE_MAXIMUM);
	char *joined = text_format("%s%s%s", last->value, *last->value ? " " : "", continuation);
	if (!joined)
		return error_memory(error, settings->path);
	free(last->value);
	last->value = joined;
	return 0;
}

static int parse_line(struct settings *settings, char *text, int line, struct error *error)
{
	bool continues = is_blank(*text) && settings->count;
	char *start = trim(text);
	if (!*start || *start == '#')
		return 0;
	for (const char *p = start; *p; p++)
		if (iscntrl((unsigned char)*p) && *p != '\t')
			return settings_error(settings, &(struct setting){.line = line}, error,
				"has a control character");
	if (continues)
		return continue_setting(settings, start, error);
	char *equals = strchr(start, '=');
	if (!equals || equals == start)
		return settings_error(settings, &(struct setting){.line = line}, error,
			"not of the form KEY = VALUE");
	*equals = 0;
	return add_setting(settings, trim(start), trim(equals + 1), line, error);
}

int settings_read(struct settings *settings, const char *path, struct error *error)
{
	char *content;
	*settings = (struct settings){0};
	if (file_read_text(path, FILE_SIZE_MAXIMUM, &content, error))
		return -1;
	settings->path = strdup(path);
	int result = settings->path ? 0 : error_memory(error, path);
	char *next = content;
	for (int line = 1; result == 0 && next; line++) {
		char *text = strsep(&next, "\n");
		result = parse_line(settings, text, line, error);
	}
	free(content);
	if (result)
		settings_free(settings);
	return result;
}

const struct setting *settings_earlier(const struct settings *settings,
	const struct setting *setting, const char *since)
{
	for (const struct setting *earlier = setting;
		earlier-- > settings->items && (!since || strcmp(earlier->key, since));)
		if (strcmp(earlier->key, setting->key) == 0)
			return earlier;
	return NULL;
}

char *settings_path(const struct settings *settings, const char *name)
{
	int folder = (int)(text_base_name(settings->path) - settings->path);
	return *name == '/' ? strdup(name) : text_format("%.*s%s", folder, settings->path, name);
}

void settings_free(struct settings *settings)
{
	for (size_t i = 0; i < settings->count; i++) {
		free(settings->items[i].key);
		free(settings->items[i].value);
	}
	free(settings->items);
	free(settings->path);
	*settings = (struct settings){0};
}
