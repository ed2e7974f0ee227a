#include "predict/inputs.h"

#include "base/file.h"
#include "predict/result_names.h"

#include <stdlib.h>
#include <string.h>

/* ---- files ---- */

/* The files of class folders, labelled by the model's classes. */
static int add_class_folders(struct inputs *inputs, const char *folder, struct error *error)
{
	const struct text_list *labels = &inputs->model->labels;
	struct dataset_files found = {0};
	int result = 0;
	for (size_t i = 0; i < labels->count && result == 0; i++)
		result = text_list_add(&found.classes, labels->items[i], error);
	if (result == 0)
		result = class_folders_read(&found, folder, error);
	for (size_t i = 0; i < found.count && result == 0; i++)
		result = dataset_files_add(&inputs->files, found.files[i].path, 0,
			found.files[i].label, error);
	dataset_files_free(&found);
	return result;
}

static int add_operand(struct inputs *inputs, const char *operand, struct error *error)
{
	int folder = file_check_folder(operand, error);
	if (folder <= 0)
		return folder < 0 ? -1 : dataset_files_add(&inputs->files, operand, 0, -1, error);
	return inputs->labelled ? add_class_folders(inputs, operand, error)
				: dataset_files_add_folder(&inputs->files, operand, error);
}

static int name_outputs(struct inputs *inputs, struct error *error)
{
	const struct dataset_files *files = &inputs->files;
	char **paths = calloc(files->count + 1, sizeof *paths);
	if (!paths)
		return error_memory(error, "names");
	for (size_t i = 0; i < files->count; i++)
		paths[i] = files->files[i].path;
	int result = result_names(&inputs->output_names, paths, files->count, error);
	free(paths);
	for (size_t i = 0; i < inputs->output_names.count && result == 0; i++)
		result = digest_table_add(&inputs->used_names, inputs->output_names.items[i],
				 error) < 0
			? -1
			: 0;
	return result;
}

int inputs_find(struct inputs *inputs, char *const *operands, int count, struct error *error)
{
	for (int i = 0; i < count; i++)
		if (add_operand(inputs, operands[i], error) &&
			bad_input_skip(inputs->bad, error, error))
			return -1;
	return name_outputs(inputs, error);
}

/* ---- streams ---- */

static void close_stream(struct inputs *inputs)
{
	stream_close(inputs->reader);
	free(inputs->class_map);
	inputs->reader = NULL;
	inputs->head = NULL;
	inputs->class_map = NULL;
	inputs->has_records = false;
}

static int check_shape(const struct stream_head *head, struct shape shape, struct error *error)
{
	if (head->height == shape.height && head->width == shape.width &&
		head->channels == shape.channels)
		return 0;
	return error_set(error, "shape", "%dx%dx%d; the model takes %dx%dx%d", head->height,
		head->width, head->channels, shape.height, shape.width, shape.channels);
}

/* Maps the classes of the stream to those of the model. -1 if labels are needed and a class is
 * unknown to the model. */
static int map_classes(struct inputs *inputs, const struct stream_head *head, struct error *error)
{
	char unknown[256] = "";
	size_t used = 0;
	free(inputs->class_map);
	inputs->class_map = calloc(head->classes.count + 1, sizeof *inputs->class_map);
	if (!inputs->class_map)
		return error_memory(error, "labels");
	for (size_t i = 0; i < head->classes.count; i++) {
		inputs->class_map[i] =
			text_list_find(&inputs->model->labels, head->classes.items[i]);
		if (inputs->class_map[i] < 0 && used < sizeof unknown)
			used += (size_t)snprintf(unknown + used, sizeof unknown - used, "%s'%s'",
				used ? ", " : "", head->classes.items[i]);
	}
	return used && inputs->labelled
		? error_set(error, "labels", "unknown to the model: %s", unknown)
		: 0;
}

static int check_shapes(const struct inputs *inputs, const struct prediction_batch *batch,
	struct error *error)
{
	int result = check_shape(inputs->head, inputs->model->graph.input, error);
	for (int i = 0; i < batch->member_count && result == 0; i++)
		result = check_shape(inputs->head, batch->members[i].model->graph.input, error);
	return result;
}

/* Returns 1 for a segment of the models' input shape, 0 at the end of the stream, -1. */
static int next_segment(struct inputs *inputs, const struct prediction_batch *batch,
	struct error *error)
{
	int result = stream_next_segment(inputs->reader, &inputs->head, error);
	if (result == 1 &&
		(check_shapes(inputs, batch, error) || map_classes(inputs, inputs->head, error)))
		return error_within(error, stream_name(inputs->reader));
	return result;
}

static void fill_target(const struct inputs *inputs, const struct stream_record *record,
	float *target)
{
	const int *class_map = inputs->class_map;
	if (record->label >= 0 && class_map[record->label] >= 0)
		target[class_map[record->label]] = 1;
	for (size_t i = 0; record->weights && i < inputs->head->classes.count; i++)
		if (class_map[i] >= 0)
			target[class_map[i]] = record->weights[i];
}

/* `name` if it is new, else the first of NAME-2, NAME-3, ... that is. Frees `name` and returns
 * fresh memory; NULL without memory, or if `name` is NULL. */
static char *unique_name(struct digest_table *used_names, char *name, struct error *error)
{
	unsigned char key[DIGEST_KEY_SIZE];
	char *candidate = NULL;
	if (!name)
		return NULL;
	digest_key(name, key);
	/* The table stores the last suffix of each name, so that not every number is tried each
	 * time. */
	int suffix = digest_table_get(used_names, key), new = 0;
	while (new == 0) {
		free(candidate);
		suffix++;
		candidate = suffix ? text_format("%s-%d", name, suffix + 1) : strdup(name);
		new = candidate ? digest_table_add(used_names, candidate, error) : -1;
	}
	free(name);
	if (new == 1 && digest_table_set(used_names, key, suffix, error) == 0)
		return candidate;
	free(candidate);
	return NULL;
}

/* Returns 1 or -1. */
static int add_record(struct inputs *inputs, const struct stream_record *record,
	struct prediction_batch *batch, struct error *error)
{
	const char *output_name = inputs->output_names.items[inputs->next - 1];
	unsigned long long id = record->id;
	unsigned long pass = inputs->head->pass;
	/* Ids are not unique in joined streams, and a file may have the name of a record. */
	char *unique = unique_name(&inputs->used_names,
		pass ? text_format("%s-%lu-%llu", output_name, pass, id)
		     : text_format("%s-%llu", output_name, id),
		error);
	int index = prediction_batch_add(batch,
		*record->source ? strdup(record->source)
				: text_format("%s#%llu", stream_name(inputs->reader), id),
		unique, NULL, error);
	if (index < 0)
		return -1;
	inputs->has_records = true;
	batch->items[index].labelled = record->weights || record->label >= 0;
	memcpy(batch->items[index].digest, record->digest, STREAM_DIGEST_SIZE);
	input_values_of_tensor(&batch->settings.values, inputs->head, record->tensor,
		prediction_batch_input(batch, index));
	for (int i = 0; i < batch->member_count; i++) {
		const struct batch_member *member = &batch->members[i];
		input_values_of_tensor(&member->settings.values, inputs->head, record->tensor,
			member->inputs + (size_t)index * member->input_count);
	}
	fill_target(inputs, record, prediction_batch_target(batch, index));
	return 1;
}

/* Adds a record, or moves to the next segment. Returns 1 or -1. */
static int continue_stream(struct inputs *inputs, struct prediction_batch *batch,
	struct error *error)
{
	struct stream_record record;
	int result = inputs->head ? stream_next_record(inputs->reader, &record, error) : 0;
	if (result == 1)
		result = add_record(inputs, &record, batch, error);
	else if (result == 0)
		result = next_segment(inputs, batch, error);
	if (result == 1)
		return 1;
	inputs->truncated |= result < 0 && inputs->has_records;
	close_stream(inputs);
	return result < 0 && bad_input_skip(inputs->bad, error, error) ? -1 : 1;
}

/* Adds a picture; `bytes` (NULL: none) are the contents of a file that can't be read again. Returns
 * 1 or -1. */
static int add_picture(struct inputs *inputs, struct prediction_batch *batch, unsigned char *bytes,
	size_t size, struct error *error)
{
	const struct dataset_file *file = &inputs->files.files[inputs->next - 1];
	bool is_standard_input = strcmp(file->path, "-") == 0;
	int index = prediction_batch_add(batch,
		strdup(is_standard_input ? "standard input" : file->path),
		strdup(inputs->output_names.items[inputs->next - 1]), file->path, error);
	if (index < 0) {
		free(bytes);
		return -1;
	}
	batch->items[index].bytes = bytes;
	batch->items[index].size = size;
	batch->items[index].labelled = file->label >= 0;
	if (file->label >= 0)
		prediction_batch_target(batch, index)[file->label] = 1;
	return 1;
}

/* Opens a stream; if it turns out to be a picture, adds that. Returns 1 or -1. */
static int open_stream(struct inputs *inputs, const char *path, struct prediction_batch *batch,
	struct error *error)
{
	unsigned char *bytes;
	size_t size;
	int result = stream_open_or_read(&inputs->reader, path, IMAGE_FILE_MAXIMUM, &bytes, &size,
		error);
	if (bytes)
		return add_picture(inputs, batch, bytes, size, error);
	if (result == 0 && inputs->files_only) {
		close_stream(inputs);
		result = error_set(error, path, "is a stream, without picture files to sort");
	}
	return result && bad_input_skip(inputs->bad, error, error) ? -1 : 1;
}

/* ---- batches ---- */

/* Adds a picture or opens a stream. Returns 1, 0 if no file is left, or -1. */
static int next_file(struct inputs *inputs, struct prediction_batch *batch, struct error *error)
{
	if (inputs->next == inputs->files.count)
		return 0;
	const char *path = inputs->files.files[inputs->next++].path;
	int stream = stream_detect(path, error);
	return stream < 0 ? -1
		: stream  ? open_stream(inputs, path, batch, error)
			  : add_picture(inputs, batch, NULL, 0, error);
}

int inputs_fill(struct inputs *inputs, struct prediction_batch *batch, struct error *error)
{
	while (batch->count < batch->capacity) {
		int result = inputs->reader ? continue_stream(inputs, batch, error)
					    : next_file(inputs, batch, error);
		if (result < 0)
			return -1;
		if (result == 0)
			return batch->count > 0;
	}
	return 1;
}

int inputs_batch_size(char *const *operands, int count, int most)
{
	struct error ignored;
	for (int i = 0; i < count && count < most; i++)
		if (file_is_folder(operands[i]) || stream_detect(operands[i], &ignored))
			return most;
	return count < most ? count : most;
}

void inputs_free(struct inputs *inputs)
{
	close_stream(inputs);
	text_list_free(&inputs->output_names);
	digest_table_free(&inputs->used_names);
	dataset_files_free(&inputs->files);
}
