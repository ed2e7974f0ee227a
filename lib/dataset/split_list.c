#include "dataset/split_list.h"

#include "base/file.h"
#include "dataset/split.h"

#include <stdlib.h>
#include <string.h>

enum { TEXT_MAXIMUM = 1 << 30, COLUMNS_MAXIMUM = 64 };
enum { SHA256, GROUP, SPLIT, COLUMNS };

static const char *const column_names[COLUMNS] = {"sha256", "group", "split"};

/* A list being read. */
struct list_reading {
	struct split_list *list;
	size_t columns[COLUMNS]; /* indices of the fields of a line */
};

/* Splits a line at its tabs, in place. Returns the number of fields, at most COLUMNS_MAXIMUM. */
static size_t split_fields(char *line, char *fields[COLUMNS_MAXIMUM])
{
	size_t count = 0;
	while (line && count < COLUMNS_MAXIMUM)
		fields[count++] = strsep(&line, "\t");
	return count;
}

static int read_header(struct list_reading *reading, char *line, struct error *error)
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
		reading->columns[column] = index;
	}
	return 0;
}

static bool read_digest(const char *text, unsigned char digest[SPLIT_LIST_DIGEST_SIZE])
{
	if (strlen(text) != 64 || strspn(text, "0123456789abcdefABCDEF") != 64)
		return false;
	for (int i = 0; i < SPLIT_LIST_DIGEST_SIZE; i++)
		digest[i] = (unsigned char)(16 * text_hexadecimal(text[2 * i]) +
			text_hexadecimal(text[2 * i + 1]));
	return true;
}

static int read_row(struct list_reading *reading, char *line, struct error *error)
{
	struct split_list *list = reading->list;
	char *fields[COLUMNS_MAXIMUM];
	struct split_list_row row = {.part = -1};
	uint64_t group;
	size_t count = split_fields(line, fields);
	for (int column = 0; column < COLUMNS; column++)
		if (reading->columns[column] >= count)
			return error_set(error, "line", "has no field %s", column_names[column]);
	const char *part = fields[reading->columns[SPLIT]];
	for (int i = 0; i < SPLIT_PARTS; i++)
		if (strcmp(part, split_part_names[i]) == 0)
			row.part = i;
	if (row.part < 0)
		return error_set(error, "split", "'%s' is not train, validation or test", part);
	if (!read_digest(fields[reading->columns[SHA256]], row.digest))
		return error_set(error, "sha256", "'%s' is not a SHA-256",
			fields[reading->columns[SHA256]]);
	if (!text_to_unsigned(fields[reading->columns[GROUP]], &group) || group < 1 ||
		group > list->lines)
		return error_set(error, "group",
			"'%s' is not a number from 1 to the number of files",
			fields[reading->columns[GROUP]]);
	row.group = (uint32_t)group;
	list->rows[list->count++] = row;
	return 0;
}

static int read_lines(struct split_list *list, char *text, struct error *error)
{
	struct list_reading reading = {.list = list};
	for (const char *p = text; (p = strchr(p, '\n')); p++)
		list->lines++;
	list->rows = calloc(list->lines + 1, sizeof *list->rows);
	if (!list->rows)
		return error_memory(error, "lines");
	if (read_header(&reading, strsep(&text, "\n"), error))
		return -1;
	for (size_t number = 2; text && *text; number++) {
		char object[64];
		snprintf(object, sizeof object, "line %zu", number);
		if (read_row(&reading, strsep(&text, "\n"), error))
			return error_within(error, object);
	}
	return 0;
}

int split_list_read(struct split_list *list, const char *path, struct error *error)
{
	char *text;
	*list = (struct split_list){0};
	if (file_read_text(path, TEXT_MAXIMUM, &text, error))
		return -1;
	int result = read_lines(list, text, error);
	free(text);
	if (result == 0)
		return 0;
	split_list_free(list);
	return error_within(error, path);
}

void split_list_free(struct split_list *list)
{
	free(list->rows);
	*list = (struct split_list){0};
}
