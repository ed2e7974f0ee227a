#include "predict/inputs.h"

#include "base/file.h"
#include "base/names.h"

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
		result = dataset_files_add(&inputs->files, found.files[i].path, 0, found.files[i].label, error);
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

static int name_results(struct inputs *inputs, struct error *error)
{
	const struct dataset_files *files = &inputs->files;
	char **paths = calloc(files->count + 1, sizeof *paths);
	if (!paths)
		return error_memory(error, "names");
	for (size_t i = 0; i < files->count; i++)
		paths[i] = files->files[i].path;
	int result = names_of_results(&inputs->results, paths, files->count, error);
	free(paths);
	for (size_t i = 0; i < inputs->results.count && result == 0; i++)
		result = digest_table_see(&inputs->taken, inputs->results.items[i], error) < 0 ? -1 : 0;
	return result;
}

int inputs_find(struct inputs *inputs, char *const *operands, int count, struct error *error)
{
	for (int i = 0; i < count; i++)
		if (add_operand(inputs, operands[i], error) && bad_input_skip(inputs->bad, error, error))
			return -1;
	return name_results(inputs, error);
}

/* ---- streams ---- */

static void close_stream(struct inputs *inputs)
{
	stream_close(inputs->reader);
	free(inputs->map);
	inputs->reader = NULL;
	inputs->head = NULL;
	inputs->map = NULL;
	inputs->gave_records = false;
}

static int check_shape(const struct stream_head *head, struct shape shape, struct error *error)
{
	if (head->height == shape.height && head->width == shape.width && head->channels == shape.channels)
		return 0;
	return error_set(error, "shape", "%dx%dx%d, and the model takes %dx%dx%d", head->height, head->width,
		head->channels, shape.height, shape.width, shape.channels);
}

/* Finds the model's class for each of the stream's. -1 when a label would be lost by that. */
static int map_classes(struct inputs *inputs, const struct stream_head *head, struct error *error)
{
	char unknown[256] = "";
	size_t used = 0;
	free(inputs->map);
	inputs->map = calloc(head->classes.count + 1, sizeof *inputs->map);
	if (!inputs->map)
		return error_memory(error, "labels");
	for (size_t i = 0; i < head->classes.count; i++) {
		inputs->map[i] = text_list_find(&inputs->model->labels, head->classes.items[i]);
		if (inputs->map[i] < 0 && used < sizeof unknown)
			used += (size_t)snprintf(unknown + used, sizeof unknown - used, "%s'%s'", used ? ", " : "",
				head->classes.items[i]);
	}
	return used && inputs->labelled ? error_set(error, "labels", "unknown to the model: %s", unknown) : 0;
}

/* Returns 1 with a segment that the model takes, 0 at the stream's end, -1. */
static int next_segment(struct inputs *inputs, struct error *error)
{
	int result = stream_next_segment(inputs->reader, &inputs->head, error);
	if (result == 1 && (check_shape(inputs->head, inputs->model->architecture.input, error) ||
		map_classes(inputs, inputs->head, error)))
		return error_within(error, stream_name(inputs->reader));
	return result;
}

static void fill_target(const struct inputs *inputs, const struct stream_record *record, float *target)
{
	const int *map = inputs->map;
	if (record->label >= 0 && map[record->label] >= 0)
		target[map[record->label]] = 1;
	for (size_t i = 0; record->weights && i < inputs->head->classes.count; i++)
		if (map[i] >= 0)
			target[map[i]] = record->weights[i];
}

/* `name` where it is new, else the first of NAME-2, NAME-3, ... that is. Takes `name`, and returns fresh memory; NULL
 * without memory, also where `name` is NULL for that reason. */
static char *take_name(struct digest_table *taken, char *name, struct error *error)
{
	unsigned char key[DIGEST_KEY_SIZE];
	char *tried = NULL;
	if (!name)
		return NULL;
	digest_key(name, key);
	/* With a name is kept how often it was wanted again, so that not every number is tried each time. */
	int again = digest_table_get(taken, key), new = 0;
	while (new == 0) {
		free(tried);
		again++;
		tried = again ? text_format("%s-%d", name, again + 1) : strdup(name);
		new = tried ? digest_table_see(taken, tried, error) : -1;
	}
	free(name);
	if (new == 1 && digest_table_set(taken, key, again, error) == 0)
		return tried;
	free(tried);
	return NULL;
}

/* Returns 1 or -1. */
static int add_record(struct inputs *inputs, const struct stream_record *record, struct answers *answers,
	struct error *error)
{
	const char *result = inputs->results.items[inputs->next - 1];
	unsigned long long id = record->id;
	unsigned long pass = inputs->head->pass;
	/* Ids come again in streams that were joined, and a file may have a record's name. */
	char *name = take_name(&inputs->taken,
		pass ? text_format("%s-%lu-%llu", result, pass, id) : text_format("%s-%llu", result, id), error);
	int index = answers_add(answers,
		*record->source ? strdup(record->source) : text_format("%s#%llu", stream_name(inputs->reader), id), name, NULL, error);
	if (index < 0)
		return -1;
	inputs->gave_records = true;
	answers->items[index].labelled = record->weights || record->label >= 0;
	memcpy(answers->items[index].digest, record->digest, STREAM_DIGEST_SIZE);
	stream_values(inputs->head, record->tensor, answers_input(answers, index));
	fill_target(inputs, record, answers_target(answers, index));
	return 1;
}

/* Adds a record, or takes a step towards the next. Returns 1 or -1. */
static int continue_stream(struct inputs *inputs, struct answers *answers, struct error *error)
{
	struct stream_record record;
	int result = inputs->head ? stream_next_record(inputs->reader, &record, error) : 0;
	if (result == 1)
		result = add_record(inputs, &record, answers, error);
	else if (result == 0)
		result = next_segment(inputs, error);
	if (result == 1)
		return 1;
	inputs->cut |= result < 0 && inputs->gave_records;
	close_stream(inputs);
	return result < 0 && bad_input_skip(inputs->bad, error, error) ? -1 : 1;
}

/* Adds a picture, given as bytes where its file can't be read again. Returns 1 or -1. */
static int add_picture(struct inputs *inputs, struct answers *answers, unsigned char *bytes, size_t size,
	struct error *error)
{
	const struct dataset_file *file = &inputs->files.files[inputs->next - 1];
	bool standard = strcmp(file->path, "-") == 0;
	int index = answers_add(answers, strdup(standard ? "standard input" : file->path),
		strdup(inputs->results.items[inputs->next - 1]), file->path, error);
	if (index < 0) {
		free(bytes);
		return -1;
	}
	answers->items[index].bytes = bytes;
	answers->items[index].size = size;
	answers->items[index].labelled = file->label >= 0;
	if (file->label >= 0)
		answers_target(answers, index)[file->label] = 1;
	return 1;
}

/* Begins what may be a stream. Returns 1 or -1. */
static int open_stream(struct inputs *inputs, const char *path, struct answers *answers, struct error *error)
{
	unsigned char *bytes;
	size_t size;
	int result = stream_open_or_read(&inputs->reader, path, IMAGE_FILE_MAXIMUM, &bytes, &size, error);
	if (bytes)
		return add_picture(inputs, answers, bytes, size, error);
	if (result == 0 && inputs->files_only) {
		close_stream(inputs);
		result = error_set(error, path, "is a stream and holds no picture files to sort");
	}
	return result && bad_input_skip(inputs->bad, error, error) ? -1 : 1;
}

/* ---- batches ---- */

/* Adds a picture or begins a stream. Returns 1, 0 when no file is left, or -1. */
static int next_file(struct inputs *inputs, struct answers *answers, struct error *error)
{
	if (inputs->next == inputs->files.count)
		return 0;
	const char *path = inputs->files.files[inputs->next++].path;
	int stream = stream_detect(path, error);
	return stream < 0 ? -1 : stream ? open_stream(inputs, path, answers, error) : add_picture(inputs, answers, NULL, 0, error);
}

int inputs_fill(struct inputs *inputs, struct answers *answers, struct error *error)
{
	while (answers->count < answers->capacity) {
		int result = inputs->reader ? continue_stream(inputs, answers, error) : next_file(inputs, answers, error);
		if (result < 0)
			return -1;
		if (result == 0)
			return answers->count > 0;
	}
	return 1;
}

void inputs_free(struct inputs *inputs)
{
	close_stream(inputs);
	text_list_free(&inputs->results);
	digest_table_free(&inputs->taken);
	dataset_files_free(&inputs->files);
}
