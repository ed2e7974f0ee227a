#include "scrape/url_list.h"

#include "base/text.h"
#include "fetch/url.h"
#include "scrape/manifest.h"

#include <stdlib.h>
#include <string.h>

int url_list_open(struct url_list *list, const char *path, struct error *error)
{
	*list = (struct url_list){0};
	return line_reader_open(&list->lines, path, error);
}

static void parse_line(const struct url_list *list, char *line, struct listed_url *listed)
{
	struct error error = {0};
	char *tab = strchr(line, '\t');
	if (tab)
		*tab = 0;
	const char *name_error = tab ? manifest_class_name_error(tab + 1) : NULL;
	if (!tab)
		error_set(&error, line, "no tab and class after the URL");
	else if (name_error)
		error_set(&error, tab + 1, "%s", name_error);
	else if ((listed->url = url_resolve(NULL, line, &error)))
		listed->class_name = tab + 1;
	if (listed->url)
		return;
	error_set(&listed->error, list->lines->name, "line %d: %.200s: %.200s", list->lines->number,
		error.object, error.reason);
	listed->error.kind = error.kind;
}

static int finish(struct url_list *list, struct error *error)
{
	int result = list->lines && !list->has_lines
		? error_set(error, list->lines->name, "has no URL")
		: LINES_END;
	url_list_close(list);
	return result;
}

int url_list_next(struct url_list *list, bool wait, struct listed_url *listed, struct error *error)
{
	char *line;
	int result = LINES_END;
	*listed = (struct listed_url){0};
	while (list->lines &&
		(result = line_reader_next(list->lines, wait, &line, error)) == LINES_LINE) {
		if (!*line || *line == '#')
			continue;
		list->has_lines = true;
		parse_line(list, line, listed);
		return LINES_LINE;
	}
	return result == LINES_END ? finish(list, error) : result;
}

void url_list_close(struct url_list *list)
{
	line_reader_close(list->lines);
	*list = (struct url_list){0};
}
