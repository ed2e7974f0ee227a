#include "model/model.h"

#include "base/file.h"

#include <stdlib.h>
#include <string.h>

enum { LABELS_FILE_MAXIMUM = 32 << 20 };

static int add_label(struct text_list *labels, const char *label, const char *path,
	struct error *error)
{
	size_t line = labels->count + 1;
	char shown[128];
	if (!text_is_class_name(label))
		return error_set(error, path, "line %zu: '%s' is not a valid class name", line,
			text_printable(shown, sizeof shown, label));
	return text_list_add(labels, label, error);
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

int labels_read(struct text_list *labels, const char *path, struct error *error)
{
	char *text;
	*labels = (struct text_list){0};
	if (file_read_regular_text(path, LABELS_FILE_MAXIMUM, &text, error))
		return -1;
	int result = 0;
	for (char *next = text; result == 0 && next && *next;)
		result = add_label(labels, strsep(&next, "\n"), path, error);
	if (result == 0 && labels->count == 0)
		result = error_set(error, path, "has no labels");
	if (result == 0)
		result = check_distinct(labels, path, error);
	free(text);
	if (result)
		text_list_free(labels);
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
