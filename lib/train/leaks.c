#include "train/leaks.h"

#include "base/file.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAXIMUM = 1 << 30, COLUMNS_MAXIMUM = 64 };
enum { SHA256, GROUP, SPLIT, COLUMNS };

static const char *const column_names[COLUMNS] = {"sha256", "group", "split"};
static const char *const part_names[] = {"train", "validation", "test"};

/* A list being read: a row for each of its lines but the first. */
struct reading {
	size_t columns[COLUMNS]; /* where they stand in a line */
	struct row {
		unsigned char digest[LEAK_DIGEST_SIZE];
		uint64_t group;
		int part;
	} *rows;
	size_t count, capacity;
	unsigned char *parts; /* by group: bit p is set where it has a file in part p */
};

/* Cuts a line at its tabs. Returns the number of fields, at most COLUMNS_MAXIMUM. */
static size_t cut(char *line, char *fields[COLUMNS_MAXIMUM])
{
	size_t count = 0;
	while (line && count < COLUMNS_MAXIMUM)
		fields[count++] = strsep(&line, "\t");
	return count;
}

static int read_head(struct reading *reading, char *line, struct error *error)
{
	char *fields[COLUMNS_MAXIMUM];
	size_t count = cut(line, fields);
	for (int column = 0; column < COLUMNS; column++) {
		size_t at = 0;
		while (at < count && strcmp(fields[at], column_names[column]))
			at++;
		if (at == count)
			return error_set(error, "line 1", "names no column %s: no list of split-dataset", column_names[column]);
		reading->columns[column] = at;
	}
	return 0;
}

static bool read_digest(const char *text, unsigned char digest[LEAK_DIGEST_SIZE])
{
	if (strlen(text) != 64 || strspn(text, "0123456789abcdefABCDEF") != 64)
		return false;
	for (int i = 0; i < LEAK_DIGEST_SIZE; i++)
		digest[i] = (unsigned char)(16 * text_hexadecimal(text[2 * i]) + text_hexadecimal(text[2 * i + 1]));
	return true;
}

static int read_row(struct reading *reading, char *line, struct error *error)
{
	char *fields[COLUMNS_MAXIMUM];
	struct row row = {.part = -1};
	size_t count = cut(line, fields);
	for (int column = 0; column < COLUMNS; column++)
		if (reading->columns[column] >= count)
			return error_set(error, "line", "has no field %s", column_names[column]);
	const char *part = fields[reading->columns[SPLIT]];
	for (int i = 0; i < 3; i++)
		if (strcmp(part, part_names[i]) == 0)
			row.part = i;
	if (row.part < 0)
		return error_set(error, "split", "'%s' is none of train, validation and test", part);
	if (!read_digest(fields[reading->columns[SHA256]], row.digest))
		return error_set(error, "sha256", "'%s' is none", fields[reading->columns[SHA256]]);
	if (!text_to_unsigned(fields[reading->columns[GROUP]], &row.group) || row.group < 1 || row.group > reading->capacity)
		return error_set(error, "group", "'%s' is no number from 1 to that of files", fields[reading->columns[GROUP]]);
	reading->parts[row.group] |= (unsigned char)(1 << row.part);
	reading->rows[reading->count++] = row;
	return 0;
}

static int read_lines(struct reading *reading, char *text, struct error *error)
{
	for (const char *p = text; (p = strchr(p, '\n')); p++)
		reading->capacity++;
	reading->rows = calloc(reading->capacity + 1, sizeof *reading->rows);
	reading->parts = calloc(reading->capacity + 1, 1);
	if (!reading->rows || !reading->parts)
		return error_memory(error, "lines");
	if (read_head(reading, strsep(&text, "\n"), error))
		return -1;
	for (size_t number = 2; text && *text; number++) {
		char place[64];
		snprintf(place, sizeof place, "line %zu", number);
		if (read_row(reading, strsep(&text, "\n"), error))
			return error_within(error, place);
	}
	return 0;
}

static int compare_digests(const void *a, const void *b)
{
	return memcmp(a, b, LEAK_DIGEST_SIZE);
}

static int gather(struct leaks *leaks, const struct reading *reading, struct error *error)
{
	leaks->digests = calloc(reading->count + 1, sizeof *leaks->digests);
	if (!leaks->digests)
		return error_memory(error, "lines");
	for (size_t i = 0; i < reading->count; i++) {
		const struct row *row = &reading->rows[i];
		int earlier = (1 << row->part) - 1;
		if (reading->parts[row->group] & earlier)
			memcpy(leaks->digests[leaks->count++], row->digest, LEAK_DIGEST_SIZE);
	}
	qsort(leaks->digests, leaks->count, sizeof *leaks->digests, compare_digests);
	return 0;
}

int leaks_read(struct leaks *leaks, const char *path, struct error *error)
{
	struct reading reading = {0};
	char *text;
	*leaks = (struct leaks){0};
	if (file_read_text(path, TEXT_MAXIMUM, &text, error))
		return -1;
	int result = read_lines(&reading, text, error) || gather(leaks, &reading, error) ? -1 : 0;
	free(reading.rows);
	free(reading.parts);
	free(text);
	return result ? error_within(error, path) : 0;
}

bool leaks_hold(const struct leaks *leaks, const unsigned char digest[LEAK_DIGEST_SIZE])
{
	return leaks->count && bsearch(digest, leaks->digests, leaks->count, sizeof *leaks->digests, compare_digests);
}

void leaks_free(struct leaks *leaks)
{
	free(leaks->digests);
	*leaks = (struct leaks){0};
}
