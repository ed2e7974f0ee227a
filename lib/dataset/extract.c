#include "dataset/extract.h"

#include "base/file.h"
#include "image/image.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char unlabelled_folder[] = "predict", multi_label_folder[] = "pictures",
		  list_name[] = "list.tsv";
enum { NAME_MAXIMUM = 100 }; /* bytes of a source name */

int extract_start(struct extraction *extraction, const char *folder, struct error *error)
{
	size_t length = strlen(folder);
	while (length > 1 && folder[length - 1] == '/')
		length--;
	*extraction = (struct extraction){.folder = strndup(folder, length)};
	if (!extraction->folder)
		return error_memory(error, folder);
	if (file_exists(folder))
		return error_set(error, folder, "already exists");
	if (file_make_parent(extraction->folder, error))
		return -1;
	return unfinished_folder(&extraction->unfinished, extraction->folder)
		? error_system(error, folder)
		: 0;
}

/* ---- names ---- */

/* The base name of a source without its extension, at most NAME_MAXIMUM bytes; control characters,
 * backslashes and bytes of invalid UTF-8 become '_'. */
static void sanitize_name(const char *source, char out[NAME_MAXIMUM + 1])
{
	const char *base = text_base_name(source), *dot = strrchr(base, '.');
	size_t length = dot && dot > base ? (size_t)(dot - base) : strlen(base);
	bool utf8 = text_is_utf8(source);
	if (length > NAME_MAXIMUM)
		for (length = NAME_MAXIMUM;
			utf8 && length && ((unsigned char)base[length] & 0xC0) == 0x80;)
			length--;
	for (size_t i = 0; i < length; i++) {
		unsigned char byte = (unsigned char)base[i];
		out[i] =
			(char)(byte < ' ' || byte == 0x7F || byte == '\\' || (byte >= 0x80 && !utf8)
					? '_'
					: byte);
	}
	out[length] = 0;
}

static const char *class_folder(const struct stream_head *head, const struct stream_record *record,
	struct error *error)
{
	const struct text_list *classes = &head->classes;
	if (head->label == STREAM_LABEL_WEIGHTS)
		return multi_label_folder;
	if (record->label < 0)
		return unlabelled_folder;
	if (strcmp(classes->items[record->label], unlabelled_folder) != 0)
		return classes->items[record->label];
	error_set(error, "class", "'%s' is the folder of unlabelled pictures", unlabelled_folder);
	return NULL;
}

/* ---- pictures ---- */

static int make_picture(const struct stream_head *head, const void *tensor, struct image *image,
	struct error *error)
{
	size_t count = (size_t)head->height * (size_t)head->width * (size_t)head->channels;
	double range = head->maximum - head->minimum;
	*image = (struct image){0};
	if (head->channels != 1 && head->channels != 3)
		return error_set(error, "shape", "can't write %d channels as a picture",
			head->channels);
	if (image_create(image, head->width, head->height, head->channels, error))
		return -1;
	for (size_t i = 0; i < count; i++) {
		double value = head->type == STREAM_U8 ? ((const unsigned char *)tensor)[i]
						       : (double)((const float *)tensor)[i];
		double level = (value - head->minimum) / range * 255;
		image->pixels[i] =
			(unsigned char)(level > 0 ? level < 255 ? lrint(level) : 255 : 0);
	}
	return 0;
}

/* Not synced to disk: the folder is renamed only when all files are complete. */
static int write_file(const char *path, const unsigned char *bytes, size_t size,
	struct error *error)
{
	FILE *file = fopen(path, "wbe");
	if (!file)
		return error_system(error, path);
	errno = EIO;
	bool written = fwrite(bytes, 1, size, file) == size;
	written &= fclose(file) == 0;
	return written ? 0 : error_system(error, path);
}

static int write_picture(const struct stream_head *head, const struct stream_record *record,
	const char *path, struct error *error)
{
	struct image image;
	unsigned char *bytes = NULL;
	size_t size;
	int result = make_picture(head, record->tensor, &image, error);
	if (result == 0)
		result = image_encode_png(&image, &bytes, &size, error);
	if (result == 0)
		result = write_file(path, bytes, size, error);
	image_free(&image);
	free(bytes);
	return result;
}

/* ---- the list ---- */

static int open_list(struct extraction *extraction, struct error *error)
{
	char *path = extraction->list ? NULL : file_join(extraction->unfinished.path, list_name);
	if (extraction->list)
		return 0;
	extraction->list = path ? fopen(path, "wbe") : NULL;
	int result = extraction->list ? 0 : error_system(error, extraction->folder);
	free(path);
	return result;
}

static int add_to_list(struct extraction *extraction, const struct stream_head *head,
	const struct stream_record *record, const char *name, struct error *error)
{
	if (open_list(extraction, error))
		return -1;
	char *path = file_join(extraction->folder, name);
	if (!path)
		return error_memory(error, extraction->folder);
	text_write_field(extraction->list, path);
	free(path);
	for (size_t i = 0; i < head->classes.count; i++) {
		if (record->weights[i] != 0 && record->weights[i] != 1)
			return error_set(error, "weights",
				"%g is neither 0 nor 1: it can't be written as a list of classes",
				(double)record->weights[i]);
		if (record->weights[i] == 0)
			continue;
		fputc('\t', extraction->list);
		text_write_field(extraction->list, head->classes.items[i]);
	}
	fputc('\n', extraction->list);
	return 0;
}

/* ---- records ---- */

int extract_add(struct extraction *extraction, const struct stream_head *head,
	const struct stream_record *record, struct error *error)
{
	char base[NAME_MAXIMUM + 1];
	const char *class = class_folder(head, record, error);
	if (!class)
		return -1;
	sanitize_name(record->source, base);
	char *name = text_format("%s/%08llu%s%s.png", class, (unsigned long long)extraction->count,
		*base ? "-" : "", base);
	char *folder = file_join(extraction->unfinished.path, class);
	char *path = name ? file_join(extraction->unfinished.path, name) : NULL;
	int result = folder && path ? file_make_folder(folder, error)
				    : error_memory(error, extraction->folder);
	if (result == 0)
		result = write_picture(head, record, path, error);
	if (result == 0 && head->label == STREAM_LABEL_WEIGHTS)
		result = add_to_list(extraction, head, record, name, error);
	if (result)
		error_replace_path(error, extraction->unfinished.path, extraction->folder);
	extraction->count++;
	free(name);
	free(folder);
	free(path);
	return result;
}

int extract_commit(struct extraction *extraction, struct error *error)
{
	FILE *list = extraction->list;
	extraction->list = NULL;
	errno = EIO;
	if (list && (ferror(list) | fclose(list)))
		return error_system(error, extraction->folder);
	if (rename(extraction->unfinished.path, extraction->folder))
		return error_system(error, extraction->folder);
	unfinished_forget(&extraction->unfinished);
	return 0;
}

void extract_end(struct extraction *extraction)
{
	if (extraction->list)
		fclose(extraction->list);
	unfinished_remove(&extraction->unfinished);
	free(extraction->folder);
	*extraction = (struct extraction){0};
}
