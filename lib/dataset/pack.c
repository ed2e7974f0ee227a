#include "dataset/pack.h"

#include "base/digest.h"
#include "base/file.h"
#include "base/random.h"

#include <stdlib.h>
#include <string.h>

enum { WINDOW_MAXIMUM = 256, WINDOW_BYTES = 64 << 20 };

/* One picture between its worker and the writer. */
struct slot {
	uint32_t index; /* into the files */
	bool bad;
	struct error error;
	unsigned char digest[DIGEST_SIZE];
	unsigned char *tensor;
};

/* Pictures that are read together, in parallel. */
struct window {
	const struct pack_options *options;
	const struct pack_input *input;
	size_t tensor_size, capacity;
	unsigned char *tensors;
	struct slot slots[WINDOW_MAXIMUM];
	uint32_t *order; /* of all files */
	float *weights;  /* of one record */
};

int pack_head(const struct pack_options *options, const struct dataset_files *files, struct stream_head *head,
	struct error *error)
{
	*head = (struct stream_head){.type = STREAM_U8, .height = options->resize.height, .width = options->resize.width,
		.channels = options->channels, .minimum = 0, .maximum = 255, .label = STREAM_LABEL_INDEX};
	for (size_t i = 0; i < files->count; i++)
		if (files->files[i].more_count)
			head->label = STREAM_LABEL_WEIGHTS;
	for (size_t i = 0; i < files->classes.count; i++)
		if (text_list_add(&head->classes, files->classes.items[i], error)) {
			stream_head_free(head);
			return -1;
		}
	return 0;
}

static int load_file(const char *path, const struct pack_options *options, struct slot *slot)
{
	unsigned char *bytes;
	size_t size;
	struct image image;
	if (file_read(path, IMAGE_FILE_MAXIMUM, &bytes, &size, &slot->error))
		return -1;
	digest_of(bytes, size, slot->digest);
	int result = image_load(bytes, size, path, &options->resize, options->channels, &image, &slot->error);
	free(bytes);
	if (result)
		return -1;
	memcpy(slot->tensor, image.pixels, (size_t)image.width * (size_t)image.height * (size_t)image.channels);
	image_free(&image);
	return 0;
}

static int load_idx(const struct idx_images *idx, const struct pack_options *options, struct slot *slot)
{
	size_t size = (size_t)idx->width * (size_t)idx->height;
	struct image image = {idx->width, idx->height, 1, idx->pixels + slot->index * size}, sized;
	digest_of(image.pixels, size, slot->digest);
	if (image_resize(&image, &options->resize, &sized, &slot->error))
		return -1;
	size_t count = (size_t)sized.width * (size_t)sized.height;
	for (size_t i = 0; i < count; i++)
		memset(slot->tensor + i * (size_t)options->channels, sized.pixels[i], (size_t)options->channels);
	image_free(&sized);
	return 0;
}

static void read_slot(void *context, int number, int worker)
{
	struct window *window = context;
	struct slot *slot = &window->slots[number];
	const char *path = window->input->files->files[slot->index].path;
	const struct idx_images *idx = window->input->idx;
	(void)worker;
	if (idx)
		slot->bad = load_idx(idx, window->options, slot) != 0 && error_within(&slot->error, path);
	else
		slot->bad = load_file(path, window->options, slot) != 0;
}

static int write_slot(struct window *window, const struct slot *slot, const struct stream_head *head,
	struct stream_writer *writer, struct error *error)
{
	const struct dataset_file *file = &window->input->files->files[slot->index];
	struct stream_record record = {.tensor = slot->tensor, .label = file->label, .id = slot->index,
		.source = file->source};
	memcpy(record.digest, slot->digest, sizeof record.digest);
	if (head->label == STREAM_LABEL_WEIGHTS) {
		memset(window->weights, 0, head->classes.count * sizeof *window->weights);
		if (file->label >= 0)
			window->weights[file->label] = 1;
		for (int i = 0; i < file->more_count; i++)
			window->weights[file->more[i]] = 1;
		record.weights = window->weights;
	}
	return stream_write(writer, &record, error);
}

/* Writes the good ones of the window in order, starting the segment at the first. */
static int write_window(struct window *window, size_t count, const struct stream_head *head,
	struct stream_writer **writer, struct pack_output *output, struct error *error)
{
	for (size_t i = 0; i < count; i++) {
		const struct slot *slot = &window->slots[i];
		if (slot->bad) {
			if (bad_input_skip(output->bad, &slot->error, error))
				return -1;
			continue;
		}
		if (!*writer && stream_begin(writer, output->stream, output->name, head, window->options->codec, error))
			return -1;
		if (write_slot(window, slot, head, *writer, error))
			return -1;
		output->written++;
	}
	return 0;
}

static int write_all(struct window *window, size_t total, const struct stream_head *head, struct parallel *pool,
	struct stream_writer **writer, struct pack_output *output, struct error *error)
{
	for (size_t first = 0; first < total; first += window->capacity) {
		size_t count = total - first < window->capacity ? total - first : window->capacity;
		for (size_t i = 0; i < count; i++)
			window->slots[i].index = window->order[first + i];
		parallel_for(pool, (int)count, read_slot, window);
		if (write_window(window, count, head, writer, output, error))
			return -1;
		progress_update(output->progress, output->written + output->bad->count, "");
	}
	if (!output->written)
		return error_set(error, output->name, "no picture could be read: nothing to write");
	return 0;
}

static void window_free(struct window *window)
{
	if (!window)
		return;
	free(window->tensors);
	free(window->order);
	free(window->weights);
	free(window);
}

/* Returns NULL without memory. */
static struct window *window_create(const struct pack_options *options, const struct pack_input *input,
	const struct stream_head *head)
{
	struct window *window = calloc(1, sizeof *window);
	size_t count = input->files->count;
	if (!window)
		return NULL;
	window->options = options;
	window->input = input;
	window->tensor_size = stream_tensor_size(head);
	window->capacity = WINDOW_BYTES / window->tensor_size;
	window->capacity = window->capacity < 1 ? 1 : window->capacity > WINDOW_MAXIMUM ? WINDOW_MAXIMUM : window->capacity;
	window->tensors = malloc(window->capacity * window->tensor_size);
	window->order = malloc(count * sizeof *window->order);
	window->weights = malloc((head->classes.count + 1) * sizeof *window->weights);
	if (!window->tensors || !window->order || !window->weights) {
		window_free(window);
		return NULL;
	}
	for (size_t i = 0; i < window->capacity; i++)
		window->slots[i].tensor = window->tensors + i * window->tensor_size;
	for (size_t i = 0; i < count; i++)
		window->order[i] = (uint32_t)i;
	if (options->shuffle) {
		struct random random = random_start(options->seed, RANDOM_SHUFFLE, 0, 0);
		random_shuffle(&random, window->order, (uint32_t)count);
	}
	return window;
}

int pack_write(const struct pack_options *options, const struct pack_input *input, const struct stream_head *head,
	struct parallel *pool, struct pack_output *output, struct error *error)
{
	size_t count = input->files->count;
	struct stream_writer *writer = NULL;
	output->written = 0;
	if (count == 0 || count > UINT32_MAX)
		return error_set(error, output->name, count ? "too many pictures" : "there are no pictures to pack");
	if (stream_tensor_size(head) > STREAM_RECORD_MAXIMUM)
		return error_set(error, output->name, "a tensor of %zu bytes is larger than %d", stream_tensor_size(head),
			STREAM_RECORD_MAXIMUM);
	struct window *window = window_create(options, input, head);
	if (!window)
		return error_memory(error, output->name);
	size_t total = options->limit && options->limit < count ? options->limit : count;
	progress_start(output->progress, "", "pictures", total);
	int result = write_all(window, total, head, pool, &writer, output, error);
	window_free(window);
	if (result == 0)
		result = stream_end(writer, error);
	else
		stream_abandon(writer);
	if (result == 0)
		progress_finish(output->progress, output->written, "");
	return result;
}
