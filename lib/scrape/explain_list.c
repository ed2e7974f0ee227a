#include "scrape/explain.h"

#include "base/array.h"
#include "scrape/url_list.h"

#include <stdlib.h>
#include <string.h>

/* The URLs of a list for one class. */
struct list_class {
	char *class_name;
	size_t count;
	char *examples[EXPLAIN_EXAMPLES];
};

struct list_classes {
	struct list_class *items;
	size_t count, bad_count;
};

static struct list_class *find_class(struct list_classes *classes, const char *class_name)
{
	for (size_t i = 0; i < classes->count; i++)
		if (strcmp(classes->items[i].class_name, class_name) == 0)
			return &classes->items[i];
	struct list_class *items = array_grow(classes->items, classes->count, sizeof *items);
	char *name = items ? strdup(class_name) : NULL;
	if (items)
		classes->items = items;
	if (!name)
		return NULL;
	items[classes->count] = (struct list_class){.class_name = name};
	return &items[classes->count++];
}

/* Counts a line; takes over its URL. */
static int count_line(const struct recipe_explanation *explanation, struct list_classes *classes,
	const struct listed_url *listed, struct error *error)
{
	if (!listed->url) {
		classes->bad_count++;
		explanation->request->options.report(&listed->error);
		return 0;
	}
	struct list_class *class = find_class(classes, listed->class_name);
	if (class && class->count < EXPLAIN_EXAMPLES)
		class->examples[class->count] = listed->url;
	else
		free(listed->url);
	if (!class)
		return error_memory(error, explanation->request->list);
	class->count++;
	return 0;
}

static void write_class(FILE *stream, const struct list_class *class)
{
	fputs("  ", stream);
	explain_text(stream, class->class_name);
	fprintf(stream, ": %zu\n", class->count);
	for (size_t i = 0; i < class->count && i < EXPLAIN_EXAMPLES; i++) {
		fputs("    ", stream);
		explain_text(stream, class->examples[i]);
		fputc('\n', stream);
	}
}

static void free_classes(struct list_classes *classes)
{
	for (size_t i = 0; i < classes->count; i++) {
		for (int j = 0; j < EXPLAIN_EXAMPLES; j++)
			free(classes->items[i].examples[j]);
		free(classes->items[i].class_name);
	}
	free(classes->items);
}

int explain_list(const struct recipe_explanation *explanation, struct error *error)
{
	struct url_list list;
	struct listed_url listed;
	struct list_classes classes = {0};
	const char *path = explanation->request->list;
	if (url_list_open(&list, path, error))
		return -1;
	int result;
	while ((result = url_list_next(&list, true, &listed, error)) > 0)
		if (result == LINES_LINE && count_line(explanation, &classes, &listed, error)) {
			result = -1;
			break;
		}
	url_list_close(&list);
	fputs("list: ", explanation->stream);
	explain_text(explanation->stream, path);
	fputc('\n', explanation->stream);
	for (size_t i = 0; i < classes.count; i++)
		write_class(explanation->stream, &classes.items[i]);
	if (result == 0 && classes.bad_count)
		result = error_set(error, path, "lines that can't be used: %zu", classes.bad_count);
	free_classes(&classes);
	return result;
}
