#include "dataset/list.h"

#include "base/file.h"
#include "stream/stream.h"

#include <stdlib.h>
#include <string.h>

enum { TEXT_MAXIMUM = 1 << 30 }; /* bytes of a list */

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

static int add_classes_of_stream(struct text_list *classes, const char *path, struct error *error)
{
	struct stream_reader *reader;
	const struct stream_head *head;
	if (stream_open(&reader, path, error))
		return -1;
	int result = stream_next_segment(reader, &head, error);
	if (result == 0)
		result = error_set(error, path, "is empty");
	for (size_t i = 0; result > 0 && i < head->classes.count; i++)
		if (add_class(classes, head->classes.items[i], error))
			result = error_within(error, path);
	stream_close(reader);
	return result < 0 ? -1 : 0;
}

static int begins_as_stream(const char *path, struct error *error)
{
	unsigned char magic[8];
	FILE *stream = fopen(path, "rbe");
	if (!stream)
		return error_system(error, path);
	size_t size = fread(magic, 1, sizeof magic, stream);
	fclose(stream);
	return stream_has_magic(magic, size);
}

static int add_classes_of_text(struct text_list *classes, const char *path, struct error *error)
{
	unsigned char *bytes;
	size_t size;
	if (file_read(path, STREAM_HEAD_MAXIMUM, &bytes, &size, error))
		return -1;
	if (size && bytes[size - 1] == '\n')
		bytes[--size] = 0;
	int result = strlen((char *)bytes) != size ? error_set(error, path, "is no text")
		: size == 0 ? error_set(error, path, "names no class") : 0;
	if (result == 0 && add_classes(classes, (char *)bytes, "\n", error))
		result = error_within(error, path);
	free(bytes);
	return result;
}

int classes_read(struct text_list *classes, const char *path, struct error *error)
{
	char *file = file_is_folder(path) ? file_join(path, "labels.txt") : strdup(path);
	if (!file)
		return error_memory(error, path);
	int result = begins_as_stream(file, error);
	if (result >= 0)
		result = result ? add_classes_of_stream(classes, file, error) : add_classes_of_text(classes, file, error);
	free(file);
	return result;
}

/* A list being read. */
struct reading {
	struct dataset_files *files;
	bool closed; /* the classes were given */
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

static int add_line(const struct reading *reading, char *line, struct error *error)
{
	struct dataset_files *files = reading->files;
	char *path = strsep(&line, "\t");
	if (!*path || !text_read_field(path))
		return error_set(error, "path", *path ? "has an unknown escape" : "is missing");
	if (dataset_files_add(files, path, 0, -1, error))
		return -1;
	for (char *name; (name = strsep(&line, "\t"));) {
		if (!text_read_field(name))
			return error_set(error, name, "has an unknown escape");
		int label = label_of(reading, name, error);
		if (label < 0 || add_label(&files->files[files->count - 1], label, error))
			return -1;
	}
	return 0;
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

int list_read(struct dataset_files *files, const char *path, struct error *error)
{
	const char *name = strcmp(path, "-") == 0 ? "standard input" : path;
	unsigned char *bytes;
	size_t size;
	if (file_read(path, TEXT_MAXIMUM, &bytes, &size, error))
		return -1;
	struct reading reading = {files, files->classes.count > 0};
	char *rest = (char *)bytes;
	int result = strlen(rest) != size ? error_set(error, name, "is no text") : 0;
	for (size_t number = 1; result == 0 && rest && *rest; number++) {
		char place[64];
		snprintf(place, sizeof place, "line %zu", number);
		if (add_line(&reading, strsep(&rest, "\n"), error)) {
			error_within(error, place);
			result = error_within(error, name);
		}
	}
	free(bytes);
	if (result == 0 && !reading.closed)
		result = sort_classes(files, error);
	return result;
}
