#include "dataset/list.h"

#include "base/file.h"
#include "base/file_set.h"
#include "dataset/table.h"
#include "stream/stream.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static int add_class(struct text_list *classes, const char *name, struct error *error)
{
	if (!text_is_class_name(name))
		return error_set(error, name, "is no name for a class");
	if (text_list_find(classes, name) >= 0)
		return error_set(error, name, "is named twice");
	return text_list_add(classes, name, error);
}

/* Adds what stands between separators; ends at the end of the text. */
static int add_classes(struct text_list *classes, char *text, const char *separator, struct error *error)
{
	for (char *name; (name = strsep(&text, separator));)
		if (add_class(classes, name, error))
			return -1;
	return 0;
}

int classes_parse(struct text_list *classes, const char *text, struct error *error)
{
	char *copy = strdup(text);
	if (!copy)
		return error_memory(error, text);
	int result = add_classes(classes, copy, ",", error);
	free(copy);
	return result;
}

static int add_classes_of_stream(struct text_list *classes, struct stream_reader *reader, struct error *error)
{
	const struct stream_head *head;
	int result = stream_next_segment(reader, &head, error);
	for (size_t i = 0; result > 0 && i < head->classes.count; i++)
		if (add_class(classes, head->classes.items[i], error))
			result = error_within(error, stream_name(reader));
	return result < 0 ? -1 : 0;
}

static int add_classes_of_text(struct text_list *classes, char *text, size_t size, const char *name, struct error *error)
{
	if (strlen(text) != size)
		return error_set(error, name, "is no text");
	text_unify_lines(text);
	size = strlen(text);
	if (size && text[size - 1] == '\n')
		text[--size] = 0;
	if (size == 0)
		return error_set(error, name, "names no class");
	return add_classes(classes, text, "\n", error) ? error_within(error, name) : 0;
}

int classes_read(struct text_list *classes, const char *path, struct error *error)
{
	struct stream_reader *reader;
	unsigned char *text;
	size_t size;
	char *file = file_is_folder(path) ? file_set_path(path, "labels.txt") : strdup(path);
	if (!file)
		return error_memory(error, path);
	int result = stream_open_or_read(&reader, file, STREAM_HEAD_MAXIMUM, &text, &size, error);
	if (result == 0)
		result = reader ? add_classes_of_stream(classes, reader, error)
				: add_classes_of_text(classes, (char *)text, size, strcmp(file, "-") == 0 ? "standard input" : file, error);
	stream_close(reader);
	free(text);
	free(file);
	return result;
}

enum column_role { COLUMN_OTHER, COLUMN_PATH, COLUMN_CLASS };

/* A list being read. */
struct reading {
	struct dataset_files *files;
	bool closed;             /* the classes were given */
	struct table table;
	size_t path_column;
	enum column_role *roles; /* of `columns` fields; NULL: the first is the path, the others are classes */
	size_t columns;
};

/* The label of a class, which is added where it is new and may be. -1: an error. */
static int label_of(const struct reading *reading, const char *name, struct error *error)
{
	struct text_list *classes = &reading->files->classes;
	int label = text_list_find(classes, name);
	if (label >= 0)
		return label;
	if (reading->closed)
		return error_set(error, name, "is no known class");
	return add_class(classes, name, error) ? -1 : (int)classes->count - 1;
}

static int add_label(struct dataset_file *file, int label, struct error *error)
{
	if (file->label < 0) {
		file->label = label;
		return 0;
	}
	int *more = realloc(file->more, ((size_t)file->more_count + 1) * sizeof *more);
	if (!more)
		return error_memory(error, file->path);
	file->more = more;
	file->more[file->more_count++] = label;
	return 0;
}

/* Adds the classes that stand in fields from `first` on. */
static int add_labels(struct reading *reading, struct dataset_file *file, size_t first, struct error *error)
{
	const struct table *table = &reading->table;
	for (size_t i = first; i < table->count; i++) {
		const char *name = table->fields[i];
		bool other = reading->roles && (i >= reading->columns || reading->roles[i] != COLUMN_CLASS);
		if (other || !*name)
			continue;
		int label = label_of(reading, name, error);
		if (label < 0 || add_label(file, label, error))
			return table_fail(table, error);
	}
	return 0;
}

static int add_row(struct reading *reading, struct error *error)
{
	struct dataset_files *files = reading->files;
	const struct table *table = &reading->table;
	size_t column = reading->path_column;
	if (column >= table->count || !*table->fields[column]) {
		error_set(error, "path", "is missing");
		return table_fail(table, error);
	}
	if (dataset_files_add(files, table->fields[column], 0, -1, error))
		return -1;
	return add_labels(reading, &files->files[files->count - 1], reading->roles ? 0 : 1, error);
}

static enum column_role role_of(const char *name)
{
	static const char *const paths[] = {"path", "file", "filename", "image"}, *const classes[] = {"class", "label"};
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
		if (strcasecmp(name, paths[i]) == 0)
			return COLUMN_PATH;
	for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
		if (strcasecmp(name, classes[i]) == 0)
			return COLUMN_CLASS;
	return COLUMN_OTHER;
}

/* Whether the only field of a row names, between semicolons, a column of paths. */
static bool has_semicolons(const struct table *table)
{
	char names[256], *rest = names;
	if (table->count != 1 || !strchr(table->fields[0], ';'))
		return false;
	snprintf(names, sizeof names, "%s", table->fields[0]);
	for (char *name; (name = strsep(&rest, ";"));)
		if (role_of(name) == COLUMN_PATH)
			return true;
	return false;
}

/* Learns the columns from the first row of a CSV table, if it names one a path. Returns 1 if so, 0, or -1. */
static int read_header(struct reading *reading, struct error *error)
{
	const struct table *table = &reading->table;
	size_t paths = 0;
	for (size_t i = 0; table->csv && i < table->count; i++)
		if (role_of(table->fields[i]) == COLUMN_PATH && paths++ == 0)
			reading->path_column = i;
	if (table->csv && has_semicolons(table)) {
		error_set(error, "fields", "are separated by semicolons; commas are what separates them here");
		return table_fail(table, error);
	}
	if (paths == 0)
		return 0;
	reading->roles = calloc(table->count, sizeof *reading->roles);
	if (!reading->roles)
		return error_memory(error, table->name);
	reading->columns = table->count;
	for (size_t i = 0; i < table->count; i++)
		reading->roles[i] = role_of(table->fields[i]);
	return 1;
}

/* Sorts the classes, and has every label follow its class. */
static int sort_classes(struct dataset_files *files, struct error *error)
{
	struct text_list sorted = {0};
	size_t count = files->classes.count;
	int *moved = malloc((count + 1) * sizeof *moved);
	int result = moved ? 0 : error_memory(error, "classes");
	for (size_t i = 0; result == 0 && i < count; i++)
		result = text_list_add(&sorted, files->classes.items[i], error);
	text_list_sort(&sorted);
	for (size_t i = 0; result == 0 && i < count; i++)
		moved[i] = text_list_find(&sorted, files->classes.items[i]);
	for (size_t i = 0; result == 0 && i < files->count; i++) {
		struct dataset_file *file = &files->files[i];
		file->label = file->label < 0 ? -1 : moved[file->label];
		for (int k = 0; k < file->more_count; k++)
			file->more[k] = moved[file->more[k]];
	}
	free(moved);
	text_list_free(result == 0 ? &files->classes : &sorted);
	if (result == 0)
		files->classes = sorted;
	return result;
}

static int end_reading(struct reading *reading, int result, struct error *error)
{
	table_close(&reading->table);
	free(reading->roles);
	return result == 0 && !reading->closed ? sort_classes(reading->files, error) : result;
}

int list_read(struct dataset_files *files, const char *path, struct error *error)
{
	struct reading reading = {.files = files, .closed = files->classes.count > 0};
	if (table_open(&reading.table, path, error))
		return -1;
	int result = table_next(&reading.table, error);
	if (result == 1)
		result = read_header(&reading, error);
	if (result == 0 && reading.table.count)
		result = add_row(&reading, error) ? -1 : 1;
	while (result == 1 && (result = table_next(&reading.table, error)) == 1)
		result = add_row(&reading, error) ? -1 : 1;
	return end_reading(&reading, result, error);
}

int list_read_labels(struct dataset_files *files, const char *path, struct error *error)
{
	struct reading reading = {.files = files, .closed = files->classes.count > 0};
	size_t rows = 0;
	if (table_open(&reading.table, path, error))
		return -1;
	int result;
	while ((result = table_next(&reading.table, error)) == 1) {
		if (rows < files->count && add_labels(&reading, &files->files[rows], 0, error)) {
			result = -1;
			break;
		}
		rows++;
	}
	if (result == 0 && rows != files->count)
		result = error_set(error, reading.table.name, "%zu rows for %zu images", rows, files->count);
	return end_reading(&reading, result, error);
}
