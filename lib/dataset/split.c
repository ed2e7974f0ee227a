#include "dataset/split.h"

#include "base/array.h"
#include "base/file.h"

#include <stdlib.h>
#include <string.h>

const char *const split_part_names[] = {"train", "validation", "test", NULL};
_Static_assert(sizeof split_part_names / sizeof *split_part_names == SPLIT_PARTS + 1,
	"a name for each part");

const char split_list_header[] = "path\tsha256\tpixels\tphash\tgroup\tclass\tsplit";

/* ---- reading ---- */

static int read_parts(struct split *split, const char *folder, struct error *error)
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
static int has_folder(const char *folder, const char *name, struct error *error)
{
	char *path = file_join(folder, name);
	int result = path ? file_check_folder(path, error) : error_memory(error, folder);
	free(path);
	return result;
}

static int collect_classes(struct split *split, struct error *error)
{
	for (int part = 0; part < SPLIT_PARTS; part++) {
		const struct text_list *classes = &split->folders[part].classes;
		for (size_t i = 0; i < classes->count; i++)
			if (text_list_find(&split->classes, classes->items[i]) < 0 &&
				text_list_add(&split->classes, classes->items[i], error))
				return -1;
	}
	text_list_sort(&split->classes);
	return 0;
}

/* Lists the files of all parts, in the order of the folders. */
static void list_files(struct split *split, const struct dataset_file **files, size_t root)
{
	size_t count = 0;
	for (int part = 0; part < SPLIT_PARTS; part++) {
		const struct dataset_files *found = &split->folders[part];
		for (size_t i = 0; i < found->count; i++) {
			const struct dataset_file *file = &found->files[i];
			files[count] = file;
			split->files[count++] = (struct split_file){.file = file,
				.name = file->path + root,
				.part = part,
				.label = text_list_find(&split->classes,
					found->classes.items[file->label])};
		}
	}
}

static int add_undecodable(struct split *split, const struct split_file *file,
	const struct error *reason, struct error *error)
{
	struct undecodable_file *larger =
		array_grow(split->undecodable, split->undecodable_count, sizeof *larger);
	if (!larger)
		return error_memory(error, file->name);
	split->undecodable = larger;
	larger[split->undecodable_count++] =
		(struct undecodable_file){file->name, file->label, *reason};
	return 0;
}

/* Keeps those of `count` listed files that were decoded, and reports the others. */
static int add_decoded_files(struct split *split, const struct file_scan *scans, size_t count,
	struct bad_inputs *bad, struct error *error)
{
	for (size_t i = 0; i < count; i++) {
		if (!scans[i].decoded) {
			if (add_undecodable(split, &split->files[i], scans[i].error, error) ||
				bad_input_skip(bad, scans[i].error, error))
				return -1;
			continue;
		}
		struct split_file *file = &split->files[split->count++];
		*file = split->files[i];
		memcpy(file->digest, scans[i].digest, DIGEST_SIZE);
		file->hash = scans[i].hash;
		file->properties = scans[i].properties;
		file->group = (uint32_t)split->count;
	}
	split->groups = (uint32_t)split->count;
	return 0;
}

static int read_files(struct split *split, const char *folder, size_t root,
	const struct split_read_options *options, struct error *error)
{
	size_t count = 0;
	for (int part = 0; part < SPLIT_PARTS; part++)
		count += split->folders[part].count;
	if (count == 0 || count >= UINT32_MAX)
		return error_set(error, folder,
			count ? "holds too many files" : "holds no files in class folders");
	const struct dataset_file **files = calloc(count, sizeof *files);
	struct file_scan *scans = calloc(count, sizeof *scans);
	split->files = calloc(count, sizeof *split->files);
	int result = -1;
	if (!files || !scans || !split->files) {
		error_memory(error, folder);
	} else {
		list_files(split, files, root);
		result = scan_files(scans, files, count, options->with_properties, options->pool,
			options->progress, error);
		if (result == 0)
			result = add_decoded_files(split, scans, count, options->bad, error);
		if (result == 0 && split->count == 0)
			result = error_set(error, folder, "holds no picture that can be decoded");
		file_scans_free(scans, count);
	}
	free(scans);
	free(files);
	return result;
}

int split_read(struct split *split, const char *folder, const struct split_read_options *options,
	struct error *error)
{
	*split = (struct split){0};
	char *prefix = file_join(folder, "");
	if (!prefix)
		return error_memory(error, folder);
	size_t root = strlen(prefix);
	free(prefix);
	int already_split = has_folder(folder, split_part_names[SPLIT_TRAIN], error);
	if (already_split > 0)
		already_split = has_folder(folder, split_part_names[SPLIT_VALIDATION], error);
	if (already_split < 0)
		return -1;
	split->already_split = already_split;
	int result = split->already_split ? read_parts(split, folder, error)
					  : class_folders_read(&split->folders[0], folder, error);
	if (result || collect_classes(split, error))
		return -1;
	if (options->expected == SPLIT_READ_PARTS && !split->already_split)
		return error_set(error, folder, "is not split: it has no train and validation");
	if (options->expected == SPLIT_READ_CLASSES && split->already_split)
		return error_set(error, folder,
			"is split already: folds need a folder that is not split");
	return read_files(split, folder, root, options, error);
}

/* ---- results ---- */

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
	fprintf(stream, "%s\n", split_list_header);
	for (size_t i = 0; i < split->count; i++) {
		const struct split_file *file = &split->files[i];
		digest_hex(file->digest, DIGEST_SIZE, digest);
		digest_hex(file->hash.pixels, IMAGE_HASH_PIXELS_SIZE, pixels);
		text_write_field(stream, file->name);
		fprintf(stream, "\t%s\t%s\t%016llx\t%lu\t", digest, pixels,
			(unsigned long long)file->hash.visual.perceptual,
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
	free(split->undecodable);
	*split = (struct split){0};
}
