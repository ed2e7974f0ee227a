#include "browse/listed.h"

#include "base/file.h"

#include <stdlib.h>
#include <string.h>

enum { TEXT_MAXIMUM = 1 << 30 };

static int write_fields(FILE *stream, char *rest, struct error *error)
{
	const char *separator = "";
	for (char *field; (field = strsep(&rest, "\t"));) {
		if (!*field)
			continue;
		if (!text_read_field(field))
			return error_set(error, "note", "has an unknown escape");
		fprintf(stream, "%s%s", separator, field);
		separator = ", ";
	}
	return 0;
}

/* The fields after the path as one text. New memory; NULL without, or if one has an unknown
 * escape. */
static char *join_fields(char *rest, struct error *error)
{
	char *note = NULL;
	size_t size;
	FILE *stream = open_memstream(&note, &size);
	int result = stream ? write_fields(stream, rest, error) : error_memory(error, "note");
	if (stream && fclose(stream))
		result = error_memory(error, "note");
	if (result == 0)
		return note;
	free(note);
	return NULL;
}

static int add_line(struct listed *listed, char *line, struct error *error)
{
	char *path = strsep(&line, "\t");
	if (!*path || !text_read_field(path))
		return error_set(error, "path", *path ? "has an unknown escape" : "is missing");
	char *note = join_fields(line, error);
	int result = note ? text_list_add(&listed->paths, path, error) : -1;
	if (result == 0)
		result = text_list_add(&listed->notes, note, error);
	free(note);
	return result;
}

static int parse_lines(struct listed *listed, char *text, struct error *error)
{
	char *head = strsep(&text, "\n"), *name = strsep(&head, "\t");
	if (strcmp(name, "path"))
		return error_set(error, "line 1", "has no column path");
	for (size_t number = 2; text && *text && *text != '\n'; number++) {
		char location[64];
		snprintf(location, sizeof location, "line %zu", number);
		if (add_line(listed, strsep(&text, "\n"), error))
			return error_within(error, location);
	}
	return 0;
}

int listed_read(struct listed *listed, const char *path, struct error *error)
{
	char *text;
	*listed = (struct listed){0};
	if (file_read_text(path, TEXT_MAXIMUM, &text, error))
		return -1;
	int result = parse_lines(listed, text, error);
	free(text);
	return result ? error_within(error, path) : 0;
}

void listed_free(struct listed *listed)
{
	text_list_free(&listed->paths);
	text_list_free(&listed->notes);
}
