#include "dataset/list.h"

#include "base/array.h"
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
		return error_set(error, name, "is not a valid class name");
	if (text_list_find(classes, name) >= 0)
		return error_set(error, name, "is given twice");
	return text_list_add(classes, name, error);
}

/* Splits the text at separators and adds each part. */
static int add_classes(struct text_list *classes, char *text, const char *separator,
	struct error *error)
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

static int add_stream_classes(struct text_list *classes, struct stream_reader *reader,
	struct error *error)
{
	const struct stream_head *head;
	int result = stream_next_segment(reader, &head, error);
	for (size_t i = 0; result > 0 && i < head->classes.count; i++)
		if (add_class(classes, head->classes.items[i], error))
			result = error_within(error, stream_name(reader));
	return result < 0 ? -1 : 0;
}

static int add_text_classes(struct text_list *classes, char *text, size_t size, const char *name,
	struct error *error)
{
	if (strlen(text) != size)
		return error_set(error, name, "is not text");
	text_unify_lines(text);
	size = strlen(text);
	if (size && text[size - 1] == '\n')
		text[--size] = 0;
	if (size == 0)
		return error_set(error, name, "contains no class");
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
		result = reader ? add_stream_classes(classes, reader, error)
				: add_text_classes(classes, (char *)text, size,
					  strcmp(file, "-") == 0 ? "standard input" : file, error);
	stream_close(reader);
	free(text);
	free(file);
	return result;
}

enum column_role { COLUMN_OTHER, COLUMN_PATH, COLUMN_CLASS };

struct list_reader {
	struct dataset_files *files;
	bool classes_given; /* by the caller: no others are added */
	struct table table;
	size_t path_column;
	enum column_role *roles; /* of `columns` columns; NULL: the first is the path, the others
	                            are classes */
	size_t columns;
};

/* The label of a class, which is added if it is new and allowed. -1: an error. */
static int find_or_add_label(const struct list_reader *list, const char *name, struct error *error)
{
	struct text_list *classes = &list->files->classes;
	int label = text_list_find(classes, name);
	if (label >= 0)
		return label;
	if (list->classes_given)
		return error_set(error, name, "is not a known class");
	return add_class(classes, name, error) ? -1 : (int)classes->count - 1;
}

static int add_label(struct dataset_file *file, int label, struct error *error)
{
	if (file->label < 0) {
		file->label = label;
		return 0;
	}
	int *labels = array_grow(file->more_labels, (size_t)file->more_label_count, sizeof *labels);
	if (!labels)
		return error_memory(error, file->path);
	file->more_labels = labels;
	labels[file->more_label_count++] = label;
	return 0;
}

/* Adds the classes in the fields from `first` on. */
static int add_labels(struct list_reader *list, struct dataset_file *file, size_t first,
	struct error *error)
{
	const struct table *table = &list->table;
	for (size_t i = first; i < table->count; i++) {
		const char *name = table->fields[i];
		bool is_ignored =
			list->roles && (i >= list->columns || list->roles[i] != COLUMN_CLASS);
		if (is_ignored || !*name)
			continue;
		int label = find_or_add_label(list, name, error);
		if (label < 0 || add_label(file, label, error))
			return table_error(table, error);
	}
	return 0;
}

static int add_row(struct list_reader *list, struct error *error)
{
	struct dataset_files *files = list->files;
	const struct table *table = &list->table;
	size_t column = list->path_column;
	if (column >= table->count || !*table->fields[column]) {
		error_set(error, "path", "is missing");
		return table_error(table, error);
	}
	if (dataset_files_add(files, table->fields[column], 0, -1, error))
		return -1;
	return add_labels(list, &files->files[files->count - 1], list->roles ? 0 : 1, error);
}

static enum column_role find_column_role(const char *name)
{
	static const char *const paths[] = {"path", "file", "filename", "image"},
				 *const classes[] = {"class", "label"};
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
		if (strcasecmp(name, paths[i]) == 0)
			return COLUMN_PATH;
	for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
		if (strcasecmp(name, classes[i]) == 0)
			return COLUMN_CLASS;
	return COLUMN_OTHER;
}

/* Whether a row is a single field that has, between semicolons, the name of a column of paths. */
static bool has_semicolons(const struct table *table)
{
	char names[256], *rest = names;
	if (table->count != 1 || !strchr(table->fields[0], ';'))
		return false;
	snprintf(names, sizeof names, "%s", table->fields[0]);
	for (char *name; (name = strsep(&rest, ";"));)
		if (find_column_role(name) == COLUMN_PATH)
			return true;
	return false;
}

/* Takes the first row of a CSV table as its header if it has a column of paths. Returns 1 if so, 0,
 * or -1. */
static int read_header(struct list_reader *list, struct error *error)
{
	const struct table *table = &list->table;
	size_t paths = 0;
	for (size_t i = 0; table->csv && i < table->count; i++)
		if (find_column_role(table->fields[i]) == COLUMN_PATH && paths++ == 0)
			list->path_column = i;
	if (table->csv && has_semicolons(table)) {
		error_set(error, "fields", "are separated by semicolons instead of commas");
		return table_error(table, error);
	}
	if (paths == 0)
		return 0;
	list->roles = calloc(table->count, sizeof *list->roles);
	if (!list->roles)
		return error_memory(error, table->name);
	list->columns = table->count;
	for (size_t i = 0; i < table->count; i++)
		list->roles[i] = find_column_role(table->fields[i]);
	return 1;
}

/* Sorts the classes, and renumbers the labels accordingly. */
static int sort_classes(struct dataset_files *files, struct error *error)
{
	struct text_list sorted = {0};
	size_t count = files->classes.count;
	int *new_labels = malloc((count + 1) * sizeof *new_labels);
	int result = new_labels ? 0 : error_memory(error, "classes");
	for (size_t i = 0; result == 0 && i < count; i++)
		result = text_list_add(&sorted, files->classes.items[i], error);
	text_list_sort(&sorted);
	for (size_t i = 0; result == 0 && i < count; i++)
		new_labels[i] = text_list_find(&sorted, files->classes.items[i]);
	for (size_t i = 0; result == 0 && i < files->count; i++) {
		struct dataset_file *file = &files->files[i];
		file->label = file->label < 0 ? -1 : new_labels[file->label];
		for (int k = 0; k < file->more_label_count; k++)
			file->more_labels[k] = new_labels[file->more_labels[k]];
	}
	free(new_labels);
	text_list_free(result == 0 ? &files->classes : &sorted);
	if (result == 0)
		files->classes = sorted;
	return result;
}

static int finish_list(struct list_reader *list, int result, struct error *error)
{
	table_close(&list->table);
	free(list->roles);
	return result == 0 && !list->classes_given ? sort_classes(list->files, error) : result;
}

int list_read(struct dataset_files *files, const char *path, struct error *error)
{
	struct list_reader list = {.files = files, .classes_given = files->classes.count > 0};
	if (table_open(&list.table, path, error))
		return -1;
	int result = table_next(&list.table, error);
	if (result == 1)
		result = read_header(&list, error);
	if (result == 0 && list.table.count)
		result = add_row(&list, error) ? -1 : 1;
	while (result == 1 && (result = table_next(&list.table, error)) == 1)
		result = add_row(&list, error) ? -1 : 1;
	return finish_list(&list, result, error);
}

int list_read_labels(struct dataset_files *files, const char *path, struct error *error)
{
	struct list_reader list = {.files = files, .classes_given = files->classes.count > 0};
	size_t rows = 0;
	if (table_open(&list.table, path, error))
		return -1;
	int result;
	while ((result = table_next(&list.table, error)) == 1) {
		if (rows < files->count && add_labels(&list, &files->files[rows], 0, error)) {
			result = -1;
			break;
		}
		rows++;
	}
	if (result == 0 && rows != files->count)
		result = error_set(error, list.table.name, "%zu rows for %zu images", rows,
			files->count);
	return finish_list(&list, result, error);
}
