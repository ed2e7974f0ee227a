#include "dataset/pack.h"

#include "base/digest.h"
#include "base/file.h"
#include "base/random.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { DEFAULT_SIDE = 150, BATCH_MAXIMUM = 256, BATCH_BYTES = 64 << 20 };

/* A picture that is passed from a worker to the writer. */
struct pack_slot {
	uint32_t index; /* into the files */
	off_t file_size;
	bool failed;
	struct error error;
	unsigned char digest[DIGEST_SIZE];
	unsigned char *tensor;
};

/* Pictures that are decoded in parallel, then written in order. */
struct pack_batch {
	const struct pack_options *options;
	const struct pack_source *source;
	size_t tensor_size, capacity;
	unsigned char *tensors;
	struct pack_slot slots[BATCH_MAXIMUM];
	struct pack_slot *largest_first[BATCH_MAXIMUM]; /* a large picture at the end would keep one
	                                                   thread busy while the others wait */
	atomic_int next_slot;                           /* index into largest_first */
	uint32_t *order;                                /* of all files */
	float *weights;                                 /* of the current record */
	const struct stream_head *head;
	FILE *stream;
	const char *name;             /* of the stream */
	struct stream_writer *writer; /* NULL before the first record */
};

/* ---- the head ---- */

bool pack_can_resize(const struct pack_source *source)
{
	const struct ndarray *images = &source->images;
	return !images->values ||
		(ndarray_is_bytes(images) && (images->sizes[3] == 1 || images->sizes[3] == 3));
}

static bool is_within_range(double minimum, double maximum, const struct pack_options *options)
{
	return minimum >= options->minimum && maximum <= options->maximum;
}

/* Chooses or checks the value range of an array of floats or integers. */
static int choose_range(struct pack_options *options, const struct ndarray *images,
	const char *name, struct error *error)
{
	double minimum, maximum;
	bool given = options->minimum < options->maximum;
	if (!ndarray_range(images, &minimum, &maximum))
		return error_set(error, name, "holds a value that is not finite");
	for (int i = 0; !given && i < 2 && !is_within_range(minimum, maximum, options); i++)
		options->maximum = i ? 255 : 1;
	if (is_within_range(minimum, maximum, options) && options->maximum > options->minimum)
		return 0;
	return error_set(error, name, "values from %g to %g%s", minimum, maximum,
		given ? ", outside of --range" : ": give their range with --range");
}

static int complete_options(struct pack_options *options, const struct pack_source *source,
	struct error *error)
{
	const struct ndarray *images = &source->images;
	struct image_resize_options *resize = &options->resize;
	int height = images->values ? (int)images->sizes[1] : DEFAULT_SIDE,
	    width = images->values ? (int)images->sizes[2] : DEFAULT_SIDE;
	int channels = images->values ? (int)images->sizes[3] : 3;
	resize->width = resize->width ? resize->width : width;
	resize->height = resize->height ? resize->height : height;
	options->channels = options->channels ? options->channels : channels;
	if (images->values && options->channels == 4 && channels != 4)
		return error_set(error, source->name, "has no alpha: --channels 4 is for pictures");
	if (!pack_can_resize(source) &&
		(resize->width != width || resize->height != height ||
			options->channels != channels))
		return error_set(error, source->name,
			"only bytes in 1 or 3 channels can be resized");
	if (images->values && !ndarray_is_bytes(images))
		return choose_range(options, images, source->name, error);
	if (options->minimum >= options->maximum)
		options->maximum = images->values && images->kind == NDARRAY_BOOLEAN ? 1 : 255;
	return 0;
}

/* All options that the result depends on: neither the number of threads nor the output. */
static int add_history(struct stream_head *head, const struct pack_options *options,
	const char *inputs, struct error *error)
{
	const struct image_resize_options *resize = &options->resize;
	char *arguments = text_format("--size %dx%d --channels %d --fit %s --interpolation %s "
				      "--background '#%02x%02x%02x' "
				      "--range %.17g,%.17g --count %zu%s %s",
		resize->width, resize->height, options->channels, image_fit_names[resize->fit],
		image_filter_names[resize->filter], resize->background[0], resize->background[1],
		resize->background[2], options->minimum, options->maximum, options->limit,
		options->shuffle ? " --shuffle" : "", inputs);
	int result = arguments
		? stream_head_add_history(head, "pack-tensors", arguments, options->seed, error)
		: error_memory(error, "history");
	free(arguments);
	return result;
}

int pack_head(struct pack_options *options, const struct pack_source *source, const char *arguments,
	struct stream_head *head, struct error *error)
{
	const struct dataset_files *files = &source->files;
	*head = (struct stream_head){0};
	if (complete_options(options, source, error))
		return -1;
	bool bytes = !source->images.values || ndarray_is_bytes(&source->images);
	*head = (struct stream_head){.type = bytes ? STREAM_U8 : STREAM_F32,
		.height = options->resize.height,
		.width = options->resize.width,
		.channels = options->channels,
		.minimum = options->minimum,
		.maximum = options->maximum,
		.label = STREAM_LABEL_INDEX};
	for (size_t i = 0; i < files->count; i++)
		if (files->files[i].more_label_count || files->files[i].weights)
			head->label = STREAM_LABEL_WEIGHTS;
	int result = add_history(head, options, arguments, error);
	for (size_t i = 0; result == 0 && i < files->classes.count; i++)
		result = text_list_add(&head->classes, files->classes.items[i], error);
	if (result)
		stream_head_free(head);
	return result;
}

/* ---- pictures ---- */

/* A pipe in a list is an error, because reading it could block forever. */
static int load_file(const char *path, bool from_list, const struct pack_options *options,
	struct pack_slot *slot)
{
	unsigned char *bytes;
	size_t size;
	struct image image;
	if (from_list && file_is_special(path))
		return error_set(&slot->error, path, "is not a regular file");
	if (file_read(path, IMAGE_FILE_MAXIMUM, &bytes, &size, &slot->error))
		return -1;
	digest_of(bytes, size, slot->digest);
	int result = image_load(bytes, size, path, &options->resize, options->channels, &image,
		&slot->error);
	free(bytes);
	if (result)
		return -1;
	memcpy(slot->tensor, image.pixels,
		(size_t)image.width * (size_t)image.height * (size_t)image.channels);
	image_free(&image);
	return 0;
}

/* Converts a row of bytes to the size and channels of the stream. */
static int make_picture(struct image *image, const struct pack_options *options,
	unsigned char *tensor, struct error *error)
{
	struct image sized;
	if (options->channels == 1)
		image_to_grey(image);
	if (image_resize(image, &options->resize, &sized, error))
		return -1;
	size_t count = (size_t)sized.width * (size_t)sized.height,
	       channels = (size_t)options->channels;
	for (size_t i = 0; i < count; i++)
		for (size_t c = 0; c < channels; c++)
			tensor[i * channels + c] =
				sized.pixels[sized.channels == 3 ? 3 * i + c : i];
	image_free(&sized);
	return 0;
}

static int load_bytes(const struct pack_source *source, const struct pack_options *options,
	struct pack_slot *slot)
{
	const struct ndarray *images = &source->images;
	size_t count = (size_t)ndarray_row_count(images);
	struct image image = {(int)images->sizes[2], (int)images->sizes[1], (int)images->sizes[3],
		malloc(count)};
	if (!image.pixels)
		return error_memory(&slot->error, "picture");
	for (size_t i = 0; i < count; i++)
		image.pixels[i] = (unsigned char)ndarray_value(images, slot->index, i);
	digest_of(image.pixels, count, slot->digest);
	int result = 0;
	if (pack_can_resize(source))
		result = make_picture(&image, options, slot->tensor, &slot->error);
	else
		memcpy(slot->tensor, image.pixels, count);
	image_free(&image);
	return result;
}

static void load_floats(const struct ndarray *images, struct pack_slot *slot)
{
	float *values = (float *)(void *)slot->tensor;
	size_t count = (size_t)ndarray_row_count(images);
	for (size_t i = 0; i < count; i++)
		values[i] = (float)ndarray_value(images, slot->index, i);
	digest_of(values, count * sizeof *values, slot->digest);
}

static void read_slot(void *context, int number, int worker)
{
	struct pack_batch *batch = context;
	struct pack_slot *slot = batch->largest_first[atomic_fetch_add(&batch->next_slot, 1)];
	const char *path = batch->source->files.files[slot->index].path;
	const struct ndarray *images = &batch->source->images;
	(void)number, (void)worker;
	slot->failed = false;
	if (!images->values)
		slot->failed = load_file(path, batch->source->from_list, batch->options, slot) != 0;
	else if (ndarray_is_bytes(images))
		slot->failed = load_bytes(batch->source, batch->options, slot) != 0 &&
			error_within(&slot->error, path);
	else
		load_floats(images, slot);
}

static int compare_sizes(const void *a, const void *b)
{
	const struct pack_slot *x = *(struct pack_slot *const *)a,
			       *y = *(struct pack_slot *const *)b;
	return (y->file_size > x->file_size) - (y->file_size < x->file_size);
}

/* Decodes `count` pictures, from position `first` of the order on. */
static void read_batch(struct pack_batch *batch, size_t first, size_t count, struct parallel *pool)
{
	for (size_t i = 0; i < count; i++) {
		struct pack_slot *slot = batch->largest_first[i] = &batch->slots[i];
		struct stat status;
		slot->index = batch->order[first + i];
		slot->file_size = stat(batch->source->files.files[slot->index].path, &status)
			? 0
			: status.st_size;
	}
	qsort(batch->largest_first, count, sizeof *batch->largest_first, compare_sizes);
	atomic_store(&batch->next_slot, 0);
	parallel_for(pool, (int)count, read_slot, batch);
}

static int write_slot(struct pack_batch *batch, const struct pack_slot *slot, struct error *error)
{
	const struct dataset_file *file = &batch->source->files.files[slot->index];
	struct stream_record record = {.tensor = slot->tensor,
		.label = file->label,
		.id = slot->index,
		.source = file->source};
	size_t weights_size = batch->head->classes.count * sizeof *batch->weights;
	memcpy(record.digest, slot->digest, sizeof record.digest);
	if (batch->head->label == STREAM_LABEL_WEIGHTS) {
		memset(batch->weights, 0, weights_size);
		if (file->weights)
			memcpy(batch->weights, file->weights, weights_size);
		if (file->label >= 0)
			batch->weights[file->label] = 1;
		for (int i = 0; i < file->more_label_count; i++)
			batch->weights[file->more_labels[i]] = 1;
		record.weights = batch->weights;
	}
	return stream_write(batch->writer, &record, error);
}

/* Writes the decoded pictures of the batch in order. Starts the segment before the first. */
static int write_batch(struct pack_batch *batch, size_t count, struct pack_output *output,
	struct error *error)
{
	for (size_t i = 0; i < count; i++) {
		const struct pack_slot *slot = &batch->slots[i];
		if (slot->failed) {
			if (bad_input_skip(output->bad, &slot->error, error))
				return -1;
			continue;
		}
		if (!batch->writer &&
			stream_begin(&batch->writer, batch->stream, batch->name, batch->head,
				batch->options->codec, error))
			return -1;
		if (write_slot(batch, slot, error))
			return -1;
		output->written++;
	}
	return 0;
}

static int write_all(struct pack_batch *batch, size_t total, struct parallel *pool,
	struct pack_output *output, struct error *error)
{
	for (size_t first = 0; first < total; first += batch->capacity) {
		size_t count = total - first < batch->capacity ? total - first : batch->capacity;
		read_batch(batch, first, count, pool);
		if (write_batch(batch, count, output, error))
			return -1;
		progress_update(output->progress, output->written + output->bad->count, "");
	}
	if (!output->written)
		return error_set(error, batch->name, "no picture could be read: nothing to write");
	struct stream_writer *writer = batch->writer;
	batch->writer = NULL;
	return stream_end(writer, error);
}

static void batch_free(struct pack_batch *batch)
{
	if (!batch)
		return;
	free(batch->tensors);
	free(batch->order);
	free(batch->weights);
	stream_abandon(batch->writer);
	free(batch);
}

/* Returns NULL without memory. */
static struct pack_batch *batch_create(const struct pack_options *options,
	const struct pack_source *source, const struct stream_head *head)
{
	struct pack_batch *batch = calloc(1, sizeof *batch);
	size_t count = source->files.count;
	if (!batch)
		return NULL;
	batch->options = options;
	batch->source = source;
	batch->head = head;
	batch->tensor_size = stream_tensor_size(head);
	batch->capacity = BATCH_BYTES / batch->tensor_size;
	batch->capacity = batch->capacity < 1     ? 1
		: batch->capacity > BATCH_MAXIMUM ? BATCH_MAXIMUM
						  : batch->capacity;
	batch->tensors = malloc(batch->capacity * batch->tensor_size);
	batch->order = malloc(count * sizeof *batch->order);
	batch->weights = malloc((head->classes.count + 1) * sizeof *batch->weights);
	if (!batch->tensors || !batch->order || !batch->weights) {
		batch_free(batch);
		return NULL;
	}
	for (size_t i = 0; i < batch->capacity; i++)
		batch->slots[i].tensor = batch->tensors + i * batch->tensor_size;
	for (size_t i = 0; i < count; i++)
		batch->order[i] = (uint32_t)i;
	if (options->shuffle) {
		struct random random = random_start(options->seed, RANDOM_SHUFFLE, 0, 0);
		random_shuffle(&random, batch->order, (uint32_t)count);
	}
	return batch;
}

int pack_write(const struct pack_options *options, const struct pack_source *source,
	const struct stream_head *head, struct parallel *pool, struct pack_output *output,
	struct error *error)
{
	const char *name =
		!output->path || strcmp(output->path, "-") == 0 ? "standard output" : output->path;
	size_t count = source->files.count,
	       total = options->limit && options->limit < count ? options->limit : count;
	struct output file;
	output->written = 0;
	if (count > UINT32_MAX)
		return error_set(error, name, "too many pictures");
	if (stream_tensor_size(head) > STREAM_RECORD_MAXIMUM)
		return error_set(error, name, "a tensor of %zu bytes is larger than %d",
			stream_tensor_size(head), STREAM_RECORD_MAXIMUM);
	if (output_open(&file, output->path, error))
		return -1;
	struct pack_batch *batch = batch_create(options, source, head);
	int result = batch ? 0 : error_memory(error, name);
	progress_start(output->progress, "", "pictures", total);
	if (result == 0) {
		batch->stream = file.stream;
		batch->name = name;
		result = write_all(batch, total, pool, output, error);
	}
	batch_free(batch);
	if (result) {
		output_abandon(&file);
		return -1;
	}
	progress_finish(output->progress, output->written, "");
	return output_commit(&file, error);
}
