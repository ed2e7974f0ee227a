#include "scrape/url_list.h"

#include "base/text.h"
#include "fetch/url.h"
#include "scrape/manifest.h"

#include <stdlib.h>
#include <string.h>

int url_list_open(struct url_list *list, const char *path, struct error *error)
{
	*list = (struct url_list){0};
	return lines_open(&list->lines, path, error);
}

static void read_line(const struct url_list *list, char *line, struct listed_url *listed)
{
	struct error problem;
	char *tab = strchr(line, '\t');
	if (tab)
		*tab = 0;
	char *url = url_resolve(NULL, line, &problem);
	if (!tab)
		error_set(&problem, line, "no tab and class after the address");
	const char *no_class = tab ? manifest_class_problem(tab + 1) : NULL;
	if (no_class)
		error_set(&problem, tab + 1, "%s", no_class);
	if (url && tab && !no_class) {
		listed->url = url;
		listed->class_name = tab + 1;
		return;
	}
	error_set(&listed->problem, list->lines->name, "line %d: %.200s: %.200s", list->lines->number, problem.object,
		problem.reason);
	free(url);
}

static int end(struct url_list *list, struct error *error)
{
	int result = list->lines && !list->any ? error_set(error, list->lines->name, "names no address") : LINES_END;
	url_list_close(list);
	return result;
}

int url_list_next(struct url_list *list, bool wait, struct listed_url *listed, struct error *error)
{
	char *line;
	int result = LINES_END;
	*listed = (struct listed_url){0};
	while (list->lines && (result = lines_next(list->lines, wait, &line, error)) == LINES_LINE) {
		if (!*line || *line == '#')
			continue;
		list->any = true;
		read_line(list, line, listed);
		return LINES_LINE;
	}
	return result == LINES_END ? end(list, error) : result;
}

void url_list_close(struct url_list *list)
{
	lines_close(list->lines);
	*list = (struct url_list){0};
}
