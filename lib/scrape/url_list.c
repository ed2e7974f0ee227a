#include "scrape/url_list.h"

#include "base/file.h"
#include "base/text.h"
#include "scrape/manifest.h"
#include "scrape/url.h"

#include <stdlib.h>
#include <string.h>

enum { LINE_MAXIMUM = 1 << 14 };

int url_list_open(struct url_list *list, const char *path, struct error *error)
{
	bool standard = strcmp(path, "-") == 0;
	*list = (struct url_list){0};
	if (!standard && file_is_folder(path))
		return error_set(error, path, "is a folder");
	list->stream = standard ? stdin : fopen(path, "re");
	if (!list->stream)
		return error_system(error, path);
	list->path = strdup(standard ? "standard input" : path);
	list->text = malloc(LINE_MAXIMUM);
	if (list->path && list->text)
		return 0;
	url_list_close(list);
	return error_memory(error, path);
}

static void read_line(const struct url_list *list, struct listed_url *listed)
{
	struct error problem;
	char *tab = strchr(list->text, '\t');
	if (tab)
		*tab = 0;
	char *url = url_resolve(NULL, list->text, &problem);
	if (!tab)
		error_set(&problem, list->text, "no tab and class after the address");
	const char *no_class = tab ? manifest_class_problem(tab + 1) : NULL;
	if (no_class)
		error_set(&problem, tab + 1, "%s", no_class);
	if (url && tab && !no_class) {
		listed->url = url;
		listed->class_name = tab + 1;
		return;
	}
	error_set(&listed->problem, list->path, "line %d: %.200s: %.200s", list->line, problem.object, problem.reason);
	free(url);
}

int url_list_next(struct url_list *list, struct listed_url *listed, struct error *error)
{
	*listed = (struct listed_url){0};
	while (list->stream && fgets(list->text, LINE_MAXIMUM, list->stream)) {
		list->line++;
		if (!strchr(list->text, '\n') && !feof(list->stream))
			return error_set(error, list->path, "line %d is longer than %d bytes", list->line, LINE_MAXIMUM - 2);
		list->text[strcspn(list->text, "\r\n")] = 0;
		if (!*list->text || *list->text == '#')
			continue;
		list->any = true;
		read_line(list, listed);
		return 1;
	}
	int failed = list->stream && ferror(list->stream) ? error_system(error, list->path) : 0;
	if (list->stream && !failed && !list->any)
		failed = error_set(error, list->path, "names no address");
	url_list_close(list);
	return failed;
}

void url_list_close(struct url_list *list)
{
	if (list->stream && list->stream != stdin)
		fclose(list->stream);
	free(list->path);
	free(list->text);
	*list = (struct url_list){0};
}
