#include "stream/select.h"

#include "base/array.h"
#include "base/file.h"

#include <stdlib.h>
#include <string.h>

enum { LIST_MAXIMUM = 1 << 30 }; /* bytes */

/* Orders ids numerically before names by bytes. */
static int compare_records(const struct stream_select_line *a, const struct stream_select_line *b)
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
	const struct stream_select_line *first = a, *second = b;
	int order = compare_records(first, second);
	return order ? order : first->line < second->line ? -1 : first->line > second->line;
}

static int add_line(struct stream_select *select, char *line, size_t number, struct error *error)
{
	struct stream_select_line item = {.line = number};
	struct stream_select_line *lines = array_grow(select->lines, select->count, sizeof *lines);
	if (!lines)
		return error_memory(error, select->list_name);
	select->lines = lines;
	char *name = strsep(&line, "\t");
	if (!text_to_unsigned(name, &item.id)) {
		if (!*name || !text_read_field(name))
			return error_set(error, "source name",
				*name ? "has an unknown escape" : "is missing");
		item.source = strdup(name);
		if (!item.source)
			return error_memory(error, name);
	}
	lines[select->count++] = item;
	return 0;
}

/* Sorts the lines; of equal ones only the first is kept. */
static void sort_lines(struct stream_select *select)
{
	struct stream_select_line *lines = select->lines;
	size_t count = 0;
	if (select->count)
		qsort(lines, select->count, sizeof *lines, compare_lines);
	for (size_t i = 0; i < select->count; i++) {
		if (count && compare_records(&lines[count - 1], &lines[i]) == 0)
			free(lines[i].source);
		else
			lines[count++] = lines[i];
	}
	select->count = count;
}

/* Prefixes the object of the error with the list and the line. Always returns -1. */
static int line_error(const struct stream_select *select, size_t line, struct error *error)
{
	char prefix[64];
	snprintf(prefix, sizeof prefix, "line %zu", line);
	error_within(error, prefix);
	return error_within(error, select->list_name);
}

static int add_lines(struct stream_select *select, char *text, struct error *error)
{
	for (size_t number = 1; text && *text; number++)
		if (add_line(select, strsep(&text, "\n"), number, error))
			return line_error(select, number, error);
	sort_lines(select);
	return 0;
}

int stream_select_read(struct stream_select *select, const char *path, struct error *error)
{
	char *text;
	if (file_read_text(path, LIST_MAXIMUM, &text, error))
		return -1;
	select->has_list = true;
	select->list_name = strdup(strcmp(path, "-") == 0 ? "standard input" : path);
	int result = select->list_name ? add_lines(select, text, error) : error_memory(error, path);
	free(text);
	return result;
}

static bool has_class(const struct stream_select *select, const struct stream_head *head,
	const struct stream_record *record)
{
	if (!record->weights)
		return record->label >= 0 &&
			text_list_find(&select->classes, head->classes.items[record->label]) >= 0;
	for (size_t i = 0; i < head->classes.count; i++)
		if (record->weights[i] > 0 &&
			text_list_find(&select->classes, head->classes.items[i]) >= 0)
			return true;
	return false;
}

/* Marks the line with a key as matched. Returns whether there is one. */
static bool match_line(struct stream_select *select, const struct stream_select_line *key)
{
	struct stream_select_line *item = select->count
		? bsearch(key, select->lines, select->count, sizeof *key, compare_keys)
		: NULL;
	if (item)
		item->matched = true;
	return item;
}

static bool is_in_list(struct stream_select *select, const struct stream_record *record)
{
	bool by_id = match_line(select, &(struct stream_select_line){.id = record->id});
	return match_line(select, &(struct stream_select_line){.source = (char *)record->source}) ||
		by_id;
}

void stream_source_key(const struct stream_record *record, unsigned char key[DIGEST_KEY_SIZE])
{
	static const unsigned char unknown[STREAM_DIGEST_SIZE];
	_Static_assert(sizeof unknown == DIGEST_KEY_SIZE, "digests are keys");
	char id[24];
	snprintf(id, sizeof id, "%llu", (unsigned long long)record->id);
	if (memcmp(record->digest, unknown, sizeof unknown) != 0)
		memcpy(key, record->digest, DIGEST_KEY_SIZE);
	else
		digest_key(*record->source ? record->source : id, key);
}

static bool is_in_fold(const struct stream_select *select, const struct stream_record *record)
{
	unsigned char key[DIGEST_KEY_SIZE];
	if (!select->folds.count)
		return true;
	stream_source_key(record, key);
	return digest_table_get(&select->folds, key) == select->fold;
}

bool stream_select_matches(struct stream_select *select, const struct stream_head *head,
	const struct stream_record *record)
{
	bool in_list = !select->has_list || is_in_list(select, record);
	return (in_list && is_in_fold(select, record) &&
		       (!select->classes.count || has_class(select, head, record))) !=
		select->exclude;
}

static int compare_line_numbers(const void *a, const void *b)
{
	const struct stream_select_line *first = *(const struct stream_select_line *const *)a,
					*second = *(const struct stream_select_line *const *)b;
	return first->line < second->line ? -1 : first->line > second->line;
}

static int report_unmatched(const struct stream_select *select,
	const struct stream_select_line *item, struct bad_inputs *bad, struct error *error)
{
	struct error reason;
	char id[24];
	snprintf(id, sizeof id, "%llu", (unsigned long long)item->id);
	error_set(&reason, item->source ? item->source : id, "is %s of no record",
		item->source ? "the source name" : "the id");
	line_error(select, item->line, &reason);
	return bad_input_skip(bad, &reason, error);
}

int stream_select_report_unmatched(const struct stream_select *select, struct bad_inputs *bad,
	struct error *error)
{
	const struct stream_select_line **unmatched = calloc(select->count + 1, sizeof *unmatched);
	size_t count = 0;
	int result = 0;
	if (!unmatched)
		return error_memory(error, select->list_name);
	for (size_t i = 0; i < select->count; i++)
		if (!select->lines[i].matched)
			unmatched[count++] = &select->lines[i];
	qsort(unmatched, count, sizeof *unmatched, compare_line_numbers);
	for (size_t i = 0; i < count && result == 0; i++)
		result = report_unmatched(select, unmatched[i], bad, error);
	free(unmatched);
	return result;
}

void stream_select_free(struct stream_select *select)
{
	text_list_free(&select->classes);
	for (size_t i = 0; i < select->count; i++)
		free(select->lines[i].source);
	free(select->lines);
	free(select->list_name);
	digest_table_free(&select->folds);
	*select = (struct stream_select){0};
}
