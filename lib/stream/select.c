#include "stream/select.h"

#include "base/file.h"

#include <stdlib.h>
#include <string.h>

enum { LIST_MAXIMUM = 1 << 30 }; /* bytes */

/* Ids by size, then names by bytes. */
static int compare_records(const struct stream_listed *a, const struct stream_listed *b)
{
	if (!a->source || !b->source)
		return a->source ? 1 : b->source ? -1 : a->id < b->id ? -1 : a->id > b->id;
	return strcmp(a->source, b->source);
}

static int compare_keys(const void *a, const void *b)
{
	return compare_records(a, b);
}

static int compare_lines(const void *a, const void *b)
{
	const struct stream_listed *first = a, *second = b;
	int order = compare_records(first, second);
	return order ? order : first->line < second->line ? -1 : first->line > second->line;
}

static int add_line(struct stream_select *select, char *line, size_t number, struct error *error)
{
	struct stream_listed item = {.line = number};
	char *name = strsep(&line, "\t");
	if (!text_to_unsigned(name, &item.id)) {
		if (!*name || !text_read_field(name))
			return error_set(error, "source name", *name ? "has an unknown escape" : "is missing");
		item.source = strdup(name);
		if (!item.source)
			return error_memory(error, name);
	}
	select->items[select->count++] = item;
	return 0;
}

/* Of lines that say the same the first stays. */
static void sort_lines(struct stream_select *select)
{
	struct stream_listed *items = select->items;
	size_t kept = 0;
	qsort(items, select->count, sizeof *items, compare_lines);
	for (size_t i = 0; i < select->count; i++) {
		if (kept && compare_records(&items[kept - 1], &items[i]) == 0)
			free(items[i].source);
		else
			items[kept++] = items[i];
	}
	select->count = kept;
}

static size_t count_lines(const char *text)
{
	size_t lines = 1;
	for (; *text; text++)
		lines += *text == '\n';
	return lines;
}

/* Names the list and a line of it as the object. Always returns -1. */
static int fail_at(const struct stream_select *select, size_t line, struct error *error)
{
	char place[64];
	snprintf(place, sizeof place, "line %zu", line);
	error_within(error, place);
	return error_within(error, select->list_name);
}

static int add_lines(struct stream_select *select, char *text, struct error *error)
{
	select->items = calloc(count_lines(text), sizeof *select->items);
	if (!select->items)
		return error_memory(error, select->list_name);
	for (size_t number = 1; text && *text; number++)
		if (add_line(select, strsep(&text, "\n"), number, error))
			return fail_at(select, number, error);
	sort_lines(select);
	return 0;
}

int stream_select_read(struct stream_select *select, const char *path, struct error *error)
{
	char *text;
	if (file_read_text(path, LIST_MAXIMUM, &text, error))
		return -1;
	select->listed = true;
	select->list_name = strdup(strcmp(path, "-") == 0 ? "standard input" : path);
	int result = select->list_name ? add_lines(select, text, error) : error_memory(error, path);
	free(text);
	return result;
}

static bool has_class(const struct stream_select *select, const struct stream_head *head,
	const struct stream_record *record)
{
	if (!record->weights)
		return record->label >= 0 && text_list_find(&select->classes, head->classes.items[record->label]) >= 0;
	for (size_t i = 0; i < head->classes.count; i++)
		if (record->weights[i] > 0 && text_list_find(&select->classes, head->classes.items[i]) >= 0)
			return true;
	return false;
}

/* Notes that a record has what is looked for, if a line says so. */
static bool meets(struct stream_select *select, const struct stream_listed *wanted)
{
	struct stream_listed *item = select->count
		? bsearch(wanted, select->items, select->count, sizeof *wanted, compare_keys) : NULL;
	if (item)
		item->met = true;
	return item;
}

static bool is_listed(struct stream_select *select, const struct stream_record *record)
{
	bool by_id = meets(select, &(struct stream_listed){.id = record->id});
	return meets(select, &(struct stream_listed){.source = (char *)record->source}) || by_id;
}

bool stream_select_takes(struct stream_select *select, const struct stream_head *head, const struct stream_record *record)
{
	bool listed = !select->listed || is_listed(select, record);
	return (listed && (!select->classes.count || has_class(select, head, record))) != select->exclude;
}

static int compare_places(const void *a, const void *b)
{
	const struct stream_listed *first = *(const struct stream_listed *const *)a, *second = *(const struct stream_listed *const *)b;
	return first->line < second->line ? -1 : first->line > second->line;
}

static int report_unmet(const struct stream_select *select, const struct stream_listed *item, struct bad_inputs *bad,
	struct error *error)
{
	struct error reason;
	char id[24];
	snprintf(id, sizeof id, "%llu", (unsigned long long)item->id);
	error_set(&reason, item->source ? item->source : id, "is %s of no record", item->source ? "the source name" : "the id");
	fail_at(select, item->line, &reason);
	return bad_input_skip(bad, &reason, error);
}

int stream_select_report_unmet(const struct stream_select *select, struct bad_inputs *bad, struct error *error)
{
	const struct stream_listed **unmet = calloc(select->count + 1, sizeof *unmet);
	size_t count = 0;
	int result = 0;
	if (!unmet)
		return error_memory(error, select->list_name);
	for (size_t i = 0; i < select->count; i++)
		if (!select->items[i].met)
			unmet[count++] = &select->items[i];
	qsort(unmet, count, sizeof *unmet, compare_places);
	for (size_t i = 0; i < count && result == 0; i++)
		result = report_unmet(select, unmet[i], bad, error);
	free(unmet);
	return result;
}

void stream_select_free(struct stream_select *select)
{
	text_list_free(&select->classes);
	for (size_t i = 0; i < select->count; i++)
		free(select->items[i].source);
	free(select->items);
	free(select->list_name);
	*select = (struct stream_select){0};
}
