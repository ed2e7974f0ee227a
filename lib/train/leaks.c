#include "train/leaks.h"

#include "base/file.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAXIMUM = 1 << 30, COLUMNS_MAXIMUM = 64 };
enum { SHA256, GROUP, SPLIT, COLUMNS };

static const char *const column_names[COLUMNS] = {"sha256", "group", "split"};
static const char *const part_names[] = {"train", "validation", "test"};

/* The list of split-dataset: a row for each line after the header. */
struct split_list {
	size_t columns[COLUMNS]; /* indices of the fields of a line */
	struct split_row {
		unsigned char digest[LEAK_DIGEST_SIZE];
		uint64_t group;
		int part;
	} * rows;
	size_t count, capacity;
	unsigned char *parts; /* by group: bit p is set if it has a file in part p */
};

/* Splits a line at its tabs, in place. Returns the number of fields, at most COLUMNS_MAXIMUM. */
static size_t split_fields(char *line, char *fields[COLUMNS_MAXIMUM])
{
	size_t count = 0;
	while (line && count < COLUMNS_MAXIMUM)
		fields[count++] = strsep(&line, "\t");
	return count;
}

static int read_header(struct split_list *list, char *line, struct error *error)
{
	char *fields[COLUMNS_MAXIMUM];
	size_t count = split_fields(line, fields);
	for (int column = 0; column < COLUMNS; column++) {
		size_t index = 0;
		while (index < count && strcmp(fields[index], column_names[column]))
			index++;
		if (index == count)
			return error_set(error, "line 1",
				"has no column %s: not a list of split-dataset",
				column_names[column]);
		list->columns[column] = index;
	}
	return 0;
}

static bool read_digest(const char *text, unsigned char digest[LEAK_DIGEST_SIZE])
{
	if (strlen(text) != 64 || strspn(text, "0123456789abcdefABCDEF") != 64)
		return false;
	for (int i = 0; i < LEAK_DIGEST_SIZE; i++)
		digest[i] = (unsigned char)(16 * text_hexadecimal(text[2 * i]) +
			text_hexadecimal(text[2 * i + 1]));
	return true;
}

static int read_row(struct split_list *list, char *line, struct error *error)
{
	char *fields[COLUMNS_MAXIMUM];
	struct split_row row = {.part = -1};
	size_t count = split_fields(line, fields);
	for (int column = 0; column < COLUMNS; column++)
		if (list->columns[column] >= count)
			return error_set(error, "line", "has no field %s", column_names[column]);
	const char *part = fields[list->columns[SPLIT]];
	for (int i = 0; i < 3; i++)
		if (strcmp(part, part_names[i]) == 0)
			row.part = i;
	if (row.part < 0)
		return error_set(error, "split", "'%s' is not train, validation or test", part);
	if (!read_digest(fields[list->columns[SHA256]], row.digest))
		return error_set(error, "sha256", "'%s' is not a SHA-256",
			fields[list->columns[SHA256]]);
	if (!text_to_unsigned(fields[list->columns[GROUP]], &row.group) || row.group < 1 ||
		row.group > list->capacity)
		return error_set(error, "group",
			"'%s' is not a number from 1 to the number of files",
			fields[list->columns[GROUP]]);
	list->parts[row.group] |= (unsigned char)(1 << row.part);
	list->rows[list->count++] = row;
	return 0;
}

static int read_lines(struct split_list *list, char *text, struct error *error)
{
	for (const char *p = text; (p = strchr(p, '\n')); p++)
		list->capacity++;
	list->rows = calloc(list->capacity + 1, sizeof *list->rows);
	list->parts = calloc(list->capacity + 1, 1);
	if (!list->rows || !list->parts)
		return error_memory(error, "lines");
	if (read_header(list, strsep(&text, "\n"), error))
		return -1;
	for (size_t number = 2; text && *text; number++) {
		char object[64];
		snprintf(object, sizeof object, "line %zu", number);
		if (read_row(list, strsep(&text, "\n"), error))
			return error_within(error, object);
	}
	return 0;
}

static int compare_digests(const void *a, const void *b)
{
	return memcmp(a, b, LEAK_DIGEST_SIZE);
}

static int collect_leaks(struct leaks *leaks, const struct split_list *list, struct error *error)
{
	leaks->digests = calloc(list->count + 1, sizeof *leaks->digests);
	if (!leaks->digests)
		return error_memory(error, "lines");
	for (size_t i = 0; i < list->count; i++) {
		const struct split_row *row = &list->rows[i];
		int earlier = (1 << row->part) - 1;
		if (list->parts[row->group] & earlier)
			memcpy(leaks->digests[leaks->count++], row->digest, LEAK_DIGEST_SIZE);
	}
	qsort(leaks->digests, leaks->count, sizeof *leaks->digests, compare_digests);
	return 0;
}

int leaks_read(struct leaks *leaks, const char *path, struct error *error)
{
	struct split_list list = {0};
	char *text;
	*leaks = (struct leaks){0};
	if (file_read_text(path, TEXT_MAXIMUM, &text, error))
		return -1;
	int result = read_lines(&list, text, error) || collect_leaks(leaks, &list, error) ? -1 : 0;
	free(list.rows);
	free(list.parts);
	free(text);
	return result ? error_within(error, path) : 0;
}

bool leaks_contain(const struct leaks *leaks, const unsigned char digest[LEAK_DIGEST_SIZE])
{
	return leaks->count &&
		bsearch(digest, leaks->digests, leaks->count, sizeof *leaks->digests,
			compare_digests);
}

void leaks_free(struct leaks *leaks)
{
	free(leaks->digests);
	*leaks = (struct leaks){0};
}
