#include "model/model.h"

#include "base/file.h"

#include <stdlib.h>
#include <string.h>

enum { LABELS_FILE_MAXIMUM = 32 << 20 };

static int check_label(const char *label, size_t line, const char *path, struct error *error)
{
	char shown[128];
	if (text_is_class_name(label))
		return 0;
	return error_set(error, path, "line %zu: '%s' is not a valid class name", line,
		text_printable(shown, sizeof shown, label));
}

static int check_distinct(const struct text_list *labels, const char *path, struct error *error)
{
	struct text_list sorted = {0};
	char shown[128];
	int result = 0;
	for (size_t i = 0; result == 0 && i < labels->count; i++)
		result = text_list_add(&sorted, labels->items[i], error);
	text_list_sort(&sorted);
	for (size_t i = 1; result == 0 && i < sorted.count; i++)
		if (strcmp(sorted.items[i - 1], sorted.items[i]) == 0)
			result = error_set(error, path, "'%s' occurs twice",
				text_printable(shown, sizeof shown, sorted.items[i]));
	text_list_free(&sorted);
	return result;
}

/* ---- Teachable Machine's indices ---- */

/* The length of "3 " at the start of line `index`; 0 if it begins otherwise, or is that alone. */
static size_t index_length(const char *line, size_t index)
{
	char number[32];
	size_t length = (size_t)snprintf(number, sizeof number, "%zu ", index);
	return strncmp(line, number, length) == 0 && line[length] && line[length] != '\n' ? length
											  : 0;
}

static bool is_indexed(const char *text)
{
	size_t index = 0;
	for (const char *line = text; *line; index++) {
		if (!index_length(line, index))
			return false;
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
	return true;
}

/* ---- reading ---- */

int labels_parse(struct text_list *labels, const void *bytes, size_t size, const char *path,
	struct error *error)
{
	*labels = (struct text_list){0};
	if (memchr(bytes, 0, size))
		return error_set(error, path, "contains a NUL byte; it is not a text file");
	char *text = size <= LABELS_FILE_MAXIMUM ? strndup(bytes, size) : NULL;
	if (!text)
		return size <= LABELS_FILE_MAXIMUM
			? error_memory(error, path)
			: error_set(error, path, "is larger than %d MB", LABELS_FILE_MAXIMUM >> 20);
	text_unify_lines(text);
	bool indexed = is_indexed(text);
	int result = 0;
	for (char *next = text; result == 0 && next && *next;) {
		const char *label = strsep(&next, "\n");
		label += indexed ? index_length(label, labels->count) : 0;
		result = check_label(label, labels->count + 1, path, error) ||
				text_list_add(labels, label, error)
			? -1
			: 0;
	}
	if (result == 0 && labels->count == 0)
		result = error_set(error, path, "has no labels");
	if (result == 0)
		result = check_distinct(labels, path, error);
	free(text);
	if (result)
		text_list_free(labels);
	return result;
}

int labels_read(struct text_list *labels, const char *path, struct error *error)
{
	unsigned char *bytes;
	size_t size;
	*labels = (struct text_list){0};
	if (file_read_regular(path, LABELS_FILE_MAXIMUM, &bytes, &size, error))
		return -1;
	int result = labels_parse(labels, bytes, size, path, error);
	free(bytes);
	return result;
}

int labels_write(const struct text_list *labels, const char *path, struct error *error)
{
	struct output output;
	if (output_open(&output, path, error))
		return -1;
	for (size_t i = 0; i < labels->count; i++)
		fprintf(output.stream, "%s\n", labels->items[i]);
	return output_commit(&output, error);
}
