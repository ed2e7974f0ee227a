#include "dataset/table.h"

#include "base/array.h"
#include "base/file.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { TEXT_MAXIMUM = 1 << 30 }; /* bytes */

int table_open(struct table *table, const char *path, struct error *error)
{
	size_t length = strlen(path);
	*table = (struct table){.name = strcmp(path, "-") == 0 ? "standard input" : path};
	table->csv = length >= 4 && strcasecmp(path + length - 4, ".csv") == 0;
	int result = file_read_text(path, TEXT_MAXIMUM, &table->text, error);
	table->rest = table->text;
	return result;
}

void table_close(struct table *table)
{
	free(table->text);
	free(table->fields);
	*table = (struct table){0};
}

int table_error(const struct table *table, struct error *error)
{
	char line[64];
	snprintf(line, sizeof line, "line %zu", table->line);
	error_within(error, line);
	return error_within(error, table->name);
}

static int add_field(struct table *table, char *field, struct error *error)
{
	char **fields = array_grow(table->fields, table->count, sizeof *fields);
	if (!fields)
		return error_memory(error, "fields");
	table->fields = fields;
	fields[table->count++] = field;
	return 0;
}

static int split_tsv(struct table *table, struct error *error)
{
	char *line = strsep(&table->rest, "\n");
	for (char *field; (field = strsep(&line, "\t"));) {
		if (!text_read_field(field))
			return error_set(error, field, "has an unknown escape");
		if (add_field(table, field, error))
			return -1;
	}
	return 0;
}

/* Removes the quotes of a quoted field, in place. Returns the end of the field, or NULL if the
 * closing quote is missing. */
static char *unquote(char *from, size_t *lines)
{
	char *to = from++;
	for (; *from && (*from != '"' || from[1] == '"'); from++) {
		*lines += *from == '\n';
		from += *from == '"';
		*to++ = *from;
	}
	*to = 0;
	return *from ? from + 1 : NULL;
}

static int split_csv(struct table *table, struct error *error)
{
	char separator = ',';
	while (separator == ',') {
		char *field = table->rest,
		     *end = *field == '"' ? unquote(field, &table->lines)
					  : field + strcspn(field, ",\n");
		if (!end)
			return error_set(error, "field", "has no closing quote");
		separator = *end;
		if (separator && separator != ',' && separator != '\n')
			return error_set(error, "field", "has text after its closing quote");
		*end = 0;
		table->rest = separator ? end + 1 : end;
		if (add_field(table, field, error))
			return -1;
	}
	return 0;
}

int table_next(struct table *table, struct error *error)
{
	if (!table->rest || !*table->rest)
		return 0;
	table->line = ++table->lines;
	table->count = 0;
	if (table->csv ? split_csv(table, error) : split_tsv(table, error))
		return table_error(table, error);
	return 1;
}
