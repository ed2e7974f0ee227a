#include "dataset/split.h"

#include "base/file.h"

#include <stdlib.h>
#include <string.h>

const char *const split_part_names[] = {"train", "validation", "test", NULL};

static int digest_file(const char *path, unsigned char out[DIGEST_SIZE], struct error *error)
{
	unsigned char buffer[1 << 15];
	size_t size;
	FILE *stream = fopen(path, "rbe");
	if (!stream)
		return error_system(error, path);
	struct digest *digest = digest_start();
	while (digest && (size = fread(buffer, 1, sizeof buffer, stream)) > 0)
		digest_add(digest, buffer, size);
	int result = !digest ? error_memory(error, path) : ferror(stream) ? error_system(error, path) : 0;
	if (result)
		digest_abandon(digest);
	else
		digest_finish(digest, out);
	fclose(stream);
	return result;
}

/* Digests what was found of one part. `root` is the length of what precedes names in every path. */
static int add_part(struct split *split, enum split_part part, size_t root, struct bad_inputs *bad,
	struct error *error)
{
	const struct dataset_files *found = &split->folders[part];
	struct split_file *larger = realloc(split->files, (split->count + found->count + 1) * sizeof *larger);
	if (!larger)
		return error_memory(error, "files");
	split->files = larger;
	for (size_t i = 0; i < found->count; i++) {
		const struct dataset_file *file = &found->files[i];
		struct split_file added = {.file = file, .name = file->path + root, .part = part};
		if (digest_file(file->path, added.digest, error) == 0) {
			split->files[split->count++] = added;
			continue;
		}
		if (bad_input_skip(bad, error, error))
			return -1;
	}
	return 0;
}

static int read_part(struct split *split, enum split_part part, const char *folder, size_t root, struct bad_inputs *bad,
	struct error *error)
{
	if (class_folders_read(&split->folders[part], folder, error))
		return -1;
	return add_part(split, part, root, bad, error);
}

static int read_kept(struct split *split, const char *folder, size_t root, struct bad_inputs *bad,
	struct error *error)
{
	int result = 0;
	for (int part = 0; result == 0 && part < SPLIT_PARTS; part++) {
		char *path = file_join(folder, split_part_names[part]);
		if (!path)
			return error_memory(error, folder);
		if (file_is_folder(path))
			result = read_part(split, (enum split_part)part, path, root, bad, error);
		free(path);
	}
	return result;
}

static bool holds_folder(const char *folder, const char *name)
{
	char *path = file_join(folder, name);
	bool held = path && file_is_folder(path);
	free(path);
	return held;
}

int split_read(struct split *split, const char *folder, struct bad_inputs *bad, struct error *error)
{
	*split = (struct split){0};
	char *prefix = file_join(folder, "");
	if (!prefix)
		return error_memory(error, folder);
	size_t root = strlen(prefix);
	free(prefix);
	split->kept = holds_folder(folder, split_part_names[SPLIT_TRAIN])
		&& holds_folder(folder, split_part_names[SPLIT_VALIDATION]);
	int result = split->kept ? read_kept(split, folder, root, bad, error)
				 : read_part(split, SPLIT_TRAIN, folder, root, bad, error);
	if (result == 0 && split->count == 0)
		return error_set(error, folder, "holds no files in class folders");
	return result;
}

size_t split_part_count(const struct split *split, enum split_part part)
{
	size_t count = 0;
	for (size_t i = 0; i < split->count; i++)
		count += split->files[i].part == part;
	return count;
}

static int compare_content(const void *a, const void *b)
{
	const struct split_file *const *left = a, *const *right = b;
	int order = memcmp((*left)->digest, (*right)->digest, DIGEST_SIZE);
	return order ? order : (int)(*left)->part - (int)(*right)->part;
}

int split_leaked(const struct split *split, size_t *leaked, struct error *error)
{
	const struct split_file **order = malloc((split->count + 1) * sizeof *order);
	*leaked = 0;
	if (!order)
		return error_memory(error, "files");
	for (size_t i = 0; i < split->count; i++)
		order[i] = &split->files[i];
	qsort(order, split->count, sizeof *order, compare_content);
	/* Of one content the training files come first. */
	const struct split_file *trained = NULL;
	for (size_t i = 0; i < split->count; i++)
		if (order[i]->part == SPLIT_TRAIN)
			trained = order[i];
		else
			*leaked += trained && memcmp(trained->digest, order[i]->digest, DIGEST_SIZE) == 0;
	free(order);
	return 0;
}

void split_write_list(const struct split *split, FILE *stream)
{
	char digest[DIGEST_HEX_SIZE];
	fputs("path\tclass\tsplit\tsha256\n", stream);
	for (size_t i = 0; i < split->count; i++) {
		const struct split_file *file = &split->files[i];
		const char *source = file->file->source;
		char class_name[256];
		snprintf(class_name, sizeof class_name, "%.*s", (int)strcspn(source, "/"), source);
		digest_hex(file->digest, DIGEST_SIZE, digest);
		text_write_field(stream, file->name);
		fputc('\t', stream);
		text_write_field(stream, class_name);
		fprintf(stream, "\t%s\t%s\n", split_part_names[file->part], digest);
	}
}

void split_free(struct split *split)
{
	for (int part = 0; part < SPLIT_PARTS; part++)
		dataset_files_free(&split->folders[part]);
	free(split->files);
	*split = (struct split){0};
}
