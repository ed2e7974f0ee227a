#include "scrape/explain.h"

#include "scrape/url_list.h"

#include <stdlib.h>
#include <string.h>

/* What a list has for a class. */
struct tally {
	char *class_name;
	size_t count;
	char *examples[EXPLAIN_EXAMPLES];
};

struct tallies {
	struct tally *items;
	size_t count, bad;
};

static struct tally *tally_of(struct tallies *tallies, const char *class_name)
{
	for (size_t i = 0; i < tallies->count; i++)
		if (strcmp(tallies->items[i].class_name, class_name) == 0)
			return &tallies->items[i];
	struct tally *items = realloc(tallies->items, (tallies->count + 1) * sizeof *items);
	char *name = items ? strdup(class_name) : NULL;
	if (items)
		tallies->items = items;
	if (!name)
		return NULL;
	items[tallies->count] = (struct tally){.class_name = name};
	return &items[tallies->count++];
}

/* Counts a line; its address is the tally's then, or freed. */
static int count_line(const struct explanation *explanation, struct tallies *tallies, const struct listed_url *listed,
	struct error *error)
{
	if (!listed->url) {
		tallies->bad++;
		explanation->request->options.report(&listed->problem);
		return 0;
	}
	struct tally *tally = tally_of(tallies, listed->class_name);
	if (tally && tally->count < EXPLAIN_EXAMPLES)
		tally->examples[tally->count] = listed->url;
	else
		free(listed->url);
	if (!tally)
		return error_memory(error, explanation->request->list);
	tally->count++;
	return 0;
}

static void write_tally(FILE *stream, const struct tally *tally)
{
	fputs("  ", stream);
	explain_text(stream, tally->class_name);
	fprintf(stream, ": %zu\n", tally->count);
	for (size_t i = 0; i < tally->count && i < EXPLAIN_EXAMPLES; i++) {
		fputs("    ", stream);
		explain_text(stream, tally->examples[i]);
		fputc('\n', stream);
	}
}

static void free_tallies(struct tallies *tallies)
{
	for (size_t i = 0; i < tallies->count; i++) {
		for (int j = 0; j < EXPLAIN_EXAMPLES; j++)
			free(tallies->items[i].examples[j]);
		free(tallies->items[i].class_name);
	}
	free(tallies->items);
}

int explain_list(const struct explanation *explanation, struct error *error)
{
	struct url_list list;
	struct listed_url listed;
	struct tallies tallies = {0};
	const char *path = explanation->request->list;
	if (url_list_open(&list, path, error))
		return -1;
	int result;
	while ((result = url_list_next(&list, true, &listed, error)) > 0)
		if (result == LINES_LINE && count_line(explanation, &tallies, &listed, error)) {
			result = -1;
			break;
		}
	url_list_close(&list);
	fputs("list: ", explanation->stream);
	explain_text(explanation->stream, path);
	fputc('\n', explanation->stream);
	for (size_t i = 0; i < tallies.count; i++)
		write_tally(explanation->stream, &tallies.items[i]);
	if (result == 0 && tallies.bad)
		result = error_set(error, path, "lines that can't be used: %zu", tallies.bad);
	free_tallies(&tallies);
	return result;
}
