#include "dataset/split.h"

#include "base/file.h"

#include <stdlib.h>
#include <string.h>

const char *const split_part_names[] = {"train", "validation", "test", NULL};

/* ---- reading ---- */

static int list_kept(struct split *split, const char *folder, struct error *error)
{
	int result = 0;
	for (int part = 0; result == 0 && part < SPLIT_PARTS; part++) {
		char *path = file_join(folder, split_part_names[part]);
		if (!path)
			return error_memory(error, folder);
		result = file_check_folder(path, error);
		if (result > 0)
			result = class_folders_read(&split->folders[part], path, error);
		free(path);
	}
	return result;
}

/* Returns 1, 0 or -1. */
static int holds_folder(const char *folder, const char *name, struct error *error)
{
	char *path = file_join(folder, name);
	int result = path ? file_check_folder(path, error) : error_memory(error, folder);
	free(path);
	return result;
}

static int unite_classes(struct split *split, struct error *error)
{
	for (int part = 0; part < SPLIT_PARTS; part++) {
		const struct text_list *classes = &split->folders[part].classes;
		for (size_t i = 0; i < classes->count; i++)
			if (text_list_find(&split->classes, classes->items[i]) < 0
				&& text_list_add(&split->classes, classes->items[i], error))
				return -1;
	}
	text_list_sort(&split->classes);
	return 0;
}

/* The files of all parts, as found. Returns how many. */
static size_t list_files(struct split *split, const struct dataset_file **files, size_t root)
{
	size_t count = 0;
	for (int part = 0; part < SPLIT_PARTS; part++) {
		const struct dataset_files *found = &split->folders[part];
		for (size_t i = 0; i < found->count; i++) {
			const struct dataset_file *file = &found->files[i];
			files[count] = file;
			split->files[count++] = (struct split_file){.file = file, .name = file->path + root, .part = part,
				.label = text_list_find(&split->classes, found->classes.items[file->label])};
		}
	}
	return count;
}

static int add_trouble(struct split *split, const struct split_file *file, const struct error *trouble, struct error *error)
{
	struct split_trouble *larger = realloc(split->troubles, (split->trouble_count + 1) * sizeof *larger);
	if (!larger)
		return error_memory(error, file->name);
	split->troubles = larger;
	larger[split->trouble_count++] = (struct split_trouble){file->name, file->label, *trouble};
	return 0;
}

/* Keeps those of count listed files that could be decoded. */
static int keep_known(struct split *split, const struct survey *surveys, size_t count, struct bad_inputs *bad,
	struct error *error)
{
	for (size_t i = 0; i < count; i++) {
		if (!surveys[i].known) {
			if (add_trouble(split, &split->files[i], surveys[i].trouble, error)
				|| bad_input_skip(bad, surveys[i].trouble, error))
				return -1;
			continue;
		}
		struct split_file *file = &split->files[split->count++];
		*file = split->files[i];
		memcpy(file->digest, surveys[i].digest, DIGEST_SIZE);
		file->hash = surveys[i].hash;
		file->facts = surveys[i].facts;
		file->group = (uint32_t)split->count;
	}
	split->groups = (uint32_t)split->count;
	return 0;
}

static int read_files(struct split *split, const char *folder, size_t root, const struct split_reading *reading,
	struct error *error)
{
	size_t count = 0;
	for (int part = 0; part < SPLIT_PARTS; part++)
		count += split->folders[part].count;
	if (count == 0 || count >= UINT32_MAX)
		return error_set(error, folder, count ? "holds too many files" : "holds no files in class folders");
	const struct dataset_file **files = calloc(count, sizeof *files);
	struct survey *surveys = calloc(count, sizeof *surveys);
	split->files = calloc(count, sizeof *split->files);
	int result = -1;
	if (!files || !surveys || !split->files) {
		error_memory(error, folder);
	} else {
		list_files(split, files, root);
		result = survey_files(surveys, files, count, reading->facts, reading->pool, reading->progress, error);
		if (result == 0)
			result = keep_known(split, surveys, count, reading->bad, error);
		if (result == 0 && split->count == 0)
			result = error_set(error, folder, "holds no picture that can be decoded");
		survey_free(surveys, count);
	}
	free(surveys);
	free(files);
	return result;
}

int split_read(struct split *split, const char *folder, const struct split_reading *reading, struct error *error)
{
	*split = (struct split){0};
	char *prefix = file_join(folder, "");
	if (!prefix)
		return error_memory(error, folder);
	size_t root = strlen(prefix);
	free(prefix);
	int kept = holds_folder(folder, split_part_names[SPLIT_TRAIN], error);
	if (kept > 0)
		kept = holds_folder(folder, split_part_names[SPLIT_VALIDATION], error);
	if (kept < 0)
		return -1;
	split->kept = kept;
	int result = split->kept ? list_kept(split, folder, error) : class_folders_read(&split->folders[0], folder, error);
	if (result || unite_classes(split, error))
		return -1;
	if (reading->wanted == SPLIT_READ_PARTS && !split->kept)
		return error_set(error, folder, "is not split: it holds no train and validation");
	if (reading->wanted == SPLIT_READ_CLASSES && split->kept)
		return error_set(error, folder, "is split already: no folds can be made of it");
	return read_files(split, folder, root, reading, error);
}

/* ---- telling ---- */

size_t split_part_count(const struct split *split, int part)
{
	size_t count = 0;
	for (size_t i = 0; i < split->count; i++)
		count += split->files[i].part == part;
	return count;
}

const char *split_part_name(const struct split *split, int part, char out[24])
{
	if (split->folds)
		snprintf(out, 24, "fold-%d", part + 1);
	else
		snprintf(out, 24, "%s", split_part_names[part]);
	return out;
}

void split_write_list(const struct split *split, FILE *stream)
{
	char digest[DIGEST_HEX_SIZE], pixels[2 * IMAGE_HASH_PIXELS_SIZE + 1], part[24];
	fputs("path\tsha256\tpixels\tphash\tgroup\tclass\tsplit\n", stream);
	for (size_t i = 0; i < split->count; i++) {
		const struct split_file *file = &split->files[i];
		digest_hex(file->digest, DIGEST_SIZE, digest);
		digest_hex(file->hash.pixels, IMAGE_HASH_PIXELS_SIZE, pixels);
		text_write_field(stream, file->name);
		fprintf(stream, "\t%s\t%s\t%016llx\t%lu\t", digest, pixels, (unsigned long long)file->hash.look.perceptual,
			(unsigned long)file->group);
		text_write_field(stream, split->classes.items[file->label]);
		fprintf(stream, "\t%s\n", split_part_name(split, file->part, part));
	}
}

void split_free(struct split *split)
{
	for (int part = 0; part < SPLIT_PARTS; part++)
		dataset_files_free(&split->folders[part]);
	text_list_free(&split->classes);
	free(split->files);
	free(split->troubles);
	*split = (struct split){0};
}
