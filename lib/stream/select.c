#include "stream/select.h"

#include "base/file.h"

#include <stdlib.h>
#include <string.h>

enum { LIST_MAXIMUM = 1 << 30 }; /* bytes */

static int compare_ids(const void *a, const void *b)
{
	uint64_t first = *(const uint64_t *)a, second = *(const uint64_t *)b;
	return first < second ? -1 : first > second;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(a, *(char *const *)b);
}

static int add_line(struct stream_select *select, char *line, struct error *error)
{
	uint64_t id;
	char *name = strsep(&line, "\t");
	if (text_to_unsigned(name, &id)) {
		select->ids[select->id_count++] = id;
		return 0;
	}
	if (!*name || !text_read_field(name))
		return error_set(error, "source name", *name ? "has an unknown escape" : "is missing");
	return text_list_add(&select->sources, name, error);
}

static size_t count_lines(const char *text)
{
	size_t lines = 1;
	for (; *text; text++)
		lines += *text == '\n';
	return lines;
}

static int add_lines(struct stream_select *select, char *text, const char *name, struct error *error)
{
	select->ids = calloc(count_lines(text), sizeof *select->ids);
	if (!select->ids)
		return error_memory(error, name);
	for (size_t number = 1; text && *text; number++) {
		char place[64];
		snprintf(place, sizeof place, "line %zu", number);
		if (add_line(select, strsep(&text, "\n"), error)) {
			error_within(error, place);
			return error_within(error, name);
		}
	}
	text_list_sort(&select->sources);
	qsort(select->ids, select->id_count, sizeof *select->ids, compare_ids);
	return 0;
}

int stream_select_read(struct stream_select *select, const char *path, struct error *error)
{
	const char *name = strcmp(path, "-") == 0 ? "standard input" : path;
	unsigned char *bytes;
	size_t size;
	if (file_read(path, LIST_MAXIMUM, &bytes, &size, error))
		return -1;
	select->listed = true;
	int result = strlen((char *)bytes) == size ? add_lines(select, (char *)bytes, name, error)
						   : error_set(error, name, "is no text");
	free(bytes);
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

static bool is_listed(const struct stream_select *select, const struct stream_record *record)
{
	const struct text_list *sources = &select->sources;
	return (select->id_count &&
		bsearch(&record->id, select->ids, select->id_count, sizeof *select->ids, compare_ids)) ||
		(sources->count && bsearch(record->source, sources->items, sources->count, sizeof *sources->items,
			compare_names));
}

bool stream_select_takes(const struct stream_select *select, const struct stream_head *head,
	const struct stream_record *record)
{
	bool fits = (!select->classes.count || has_class(select, head, record)) &&
		(!select->listed || is_listed(select, record));
	return fits != select->exclude;
}

void stream_select_free(struct stream_select *select)
{
	text_list_free(&select->classes);
	text_list_free(&select->sources);
	free(select->ids);
	*select = (struct stream_select){0};
}
