#include "dataset/pack.h"

#include "base/digest.h"
#include "base/file.h"
#include "base/random.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { SIDE = 150, WINDOW_MAXIMUM = 256, WINDOW_BYTES = 64 << 20 };

/* One picture between its worker and the writer. */
struct slot {
	uint32_t index; /* into the files */
	off_t file_size;
	bool bad;
	struct error error;
	unsigned char digest[DIGEST_SIZE];
	unsigned char *tensor;
};

/* Pictures that are read together, in parallel. */
struct window {
	const struct pack_options *options;
	const struct pack_source *source;
	size_t tensor_size, capacity;
	unsigned char *tensors;
	struct slot slots[WINDOW_MAXIMUM];
	struct slot *largest_first[WINDOW_MAXIMUM]; /* so that no thread is left with a large one when the others are done */
	atomic_int taken;                           /* of these */
	uint32_t *order; /* of all files */
	float *weights;  /* of one record */
	const struct stream_head *head;
	FILE *stream;
	const char *name; /* of the stream */
	struct stream_writer *writer; /* NULL before the first good picture */
};

/* ---- the head ---- */

bool pack_resizes(const struct pack_source *source)
{
	const struct array *images = &source->images;
	return !images->values || (array_is_bytes(images) && (images->sizes[3] == 1 || images->sizes[3] == 3));
}

static bool lies_in(double minimum, double maximum, const struct pack_options *options)
{
	return minimum >= options->minimum && maximum <= options->maximum;
}

/* Finds the range of an array that is no picture's. */
static int choose_range(struct pack_options *options, const struct array *images, const char *name, struct error *error)
{
	double minimum, maximum;
	bool given = options->minimum < options->maximum;
	if (!array_range(images, &minimum, &maximum))
		return error_set(error, name, "holds a value that is no finite number");
	for (int i = 0; !given && i < 2 && !lies_in(minimum, maximum, options); i++)
		options->maximum = i ? 255 : 1;
	if (lies_in(minimum, maximum, options) && options->maximum > options->minimum)
		return 0;
	return error_set(error, name, "values from %g to %g%s", minimum, maximum,
		given ? ", beyond the range given" : ": say with --range which shall count as 0 and as 1");
}

static int complete_options(struct pack_options *options, const struct pack_source *source, struct error *error)
{
	const struct array *images = &source->images;
	struct image_resize_options *resize = &options->resize;
	int height = images->values ? (int)images->sizes[1] : SIDE, width = images->values ? (int)images->sizes[2] : SIDE;
	int channels = images->values ? (int)images->sizes[3] : 3;
	resize->width = resize->width ? resize->width : width;
	resize->height = resize->height ? resize->height : height;
	options->channels = options->channels ? options->channels : channels;
	if (images->values && options->channels == 4 && channels != 4)
		return error_set(error, source->name, "has no alpha: --channels 4 is for pictures");
	if (!pack_resizes(source) && (resize->width != width || resize->height != height || options->channels != channels))
		return error_set(error, source->name, "only bytes in 1 or 3 channels can be resized");
	if (images->values && !array_is_bytes(images))
		return choose_range(options, images, source->name, error);
	if (options->minimum >= options->maximum)
		options->maximum = images->values && images->kind == ARRAY_BOOLEAN ? 1 : 255;
	return 0;
}

/* What the result depends on: not the number of threads, nor where it is written. */
static int add_history(struct stream_head *head, const struct pack_options *options, const char *inputs,
	struct error *error)
{
	const struct image_resize_options *resize = &options->resize;
	char *arguments = text_format("--size %dx%d --channels %d --fit %s --interpolation %s --background '#%02x%02x%02x' "
		"--range %.17g,%.17g --count %zu%s %s", resize->width, resize->height, options->channels,
		image_fit_names[resize->fit], image_filter_names[resize->filter], resize->background[0], resize->background[1],
		resize->background[2], options->minimum, options->maximum, options->limit, options->shuffle ? " --shuffle" : "",
		inputs);
	int result = arguments ? stream_head_add_history(head, "pack-tensors", arguments, options->seed, error)
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
	bool bytes = !source->images.values || array_is_bytes(&source->images);
	*head = (struct stream_head){.type = bytes ? STREAM_U8 : STREAM_F32, .height = options->resize.height,
		.width = options->resize.width, .channels = options->channels, .minimum = options->minimum,
		.maximum = options->maximum, .label = STREAM_LABEL_INDEX};
	for (size_t i = 0; i < files->count; i++)
		if (files->files[i].more_count || files->files[i].weights)
			head->label = STREAM_LABEL_WEIGHTS;
	int result = add_history(head, options, arguments, error);
	for (size_t i = 0; result == 0 && i < files->classes.count; i++)
		result = text_list_add(&head->classes, files->classes.items[i], error);
	if (result)
		stream_head_free(head);
	return result;
}

/* ---- pictures ---- */

/* Of what a list names nobody waits for a pipe. */
static int load_file(const char *path, bool listed, const struct pack_options *options, struct slot *slot)
{
	unsigned char *bytes;
	size_t size;
	struct image image;
	if (listed && file_is_special(path))
		return error_set(&slot->error, path, "is no regular file");
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

/* A row of bytes as a picture of the stream's size and channels. */
static int make_picture(struct image *image, const struct pack_options *options, unsigned char *tensor, struct error *error)
{
	struct image sized;
	if (options->channels == 1)
		image_to_grey(image);
	if (image_resize(image, &options->resize, &sized, error))
		return -1;
	size_t count = (size_t)sized.width * (size_t)sized.height, channels = (size_t)options->channels;
	for (size_t i = 0; i < count; i++)
		for (size_t c = 0; c < channels; c++)
			tensor[i * channels + c] = sized.pixels[sized.channels == 3 ? 3 * i + c : i];
	image_free(&sized);
	return 0;
}

static int load_bytes(const struct pack_source *source, const struct pack_options *options, struct slot *slot)
{
	const struct array *images = &source->images;
	size_t count = (size_t)array_row_count(images);
	struct image image = {(int)images->sizes[2], (int)images->sizes[1], (int)images->sizes[3], malloc(count)};
	if (!image.pixels)
		return error_memory(&slot->error, "picture");
	for (size_t i = 0; i < count; i++)
		image.pixels[i] = (unsigned char)array_value(images, slot->index, i);
	digest_of(image.pixels, count, slot->digest);
	int result = 0;
	if (pack_resizes(source))
		result = make_picture(&image, options, slot->tensor, &slot->error);
	else
		memcpy(slot->tensor, image.pixels, count);
	image_free(&image);
	return result;
}

static void load_floats(const struct array *images, struct slot *slot)
{
	float *values = (float *)(void *)slot->tensor;
	size_t count = (size_t)array_row_count(images);
	for (size_t i = 0; i < count; i++)
		values[i] = (float)array_value(images, slot->index, i);
	digest_of(values, count * sizeof *values, slot->digest);
}

static void read_slot(void *context, int number, int worker)
{
	struct window *window = context;
	struct slot *slot = window->largest_first[atomic_fetch_add(&window->taken, 1)];
	const char *path = window->source->files.files[slot->index].path;
	const struct array *images = &window->source->images;
	(void)number, (void)worker;
	slot->bad = false;
	if (!images->values)
		slot->bad = load_file(path, window->source->listed, window->options, slot) != 0;
	else if (array_is_bytes(images))
		slot->bad = load_bytes(window->source, window->options, slot) != 0 && error_within(&slot->error, path);
	else
		load_floats(images, slot);
}

static int compare_sizes(const void *a, const void *b)
{
	const struct slot *x = *(struct slot *const *)a, *y = *(struct slot *const *)b;
	return (y->file_size > x->file_size) - (y->file_size < x->file_size);
}

/* Reads `count` pictures from the order's `first` on. */
static void read_window(struct window *window, size_t first, size_t count, struct parallel *pool)
{
	for (size_t i = 0; i < count; i++) {
		struct slot *slot = window->largest_first[i] = &window->slots[i];
		struct stat status;
		slot->index = window->order[first + i];
		slot->file_size = stat(window->source->files.files[slot->index].path, &status) ? 0 : status.st_size;
	}
	qsort(window->largest_first, count, sizeof *window->largest_first, compare_sizes);
	atomic_store(&window->taken, 0);
	parallel_for(pool, (int)count, read_slot, window);
}

static int write_slot(struct window *window, const struct slot *slot, struct error *error)
{
	const struct dataset_file *file = &window->source->files.files[slot->index];
	struct stream_record record = {.tensor = slot->tensor, .label = file->label, .id = slot->index,
		.source = file->source};
	size_t weights_size = window->head->classes.count * sizeof *window->weights;
	memcpy(record.digest, slot->digest, sizeof record.digest);
	if (window->head->label == STREAM_LABEL_WEIGHTS) {
		memset(window->weights, 0, weights_size);
		if (file->weights)
			memcpy(window->weights, file->weights, weights_size);
		if (file->label >= 0)
			window->weights[file->label] = 1;
		for (int i = 0; i < file->more_count; i++)
			window->weights[file->more[i]] = 1;
		record.weights = window->weights;
	}
	return stream_write(window->writer, &record, error);
}

/* Writes the good ones of the window in order, starting the segment at the first. */
static int write_window(struct window *window, size_t count, struct pack_output *output, struct error *error)
{
	for (size_t i = 0; i < count; i++) {
		const struct slot *slot = &window->slots[i];
		if (slot->bad) {
			if (bad_input_skip(output->bad, &slot->error, error))
				return -1;
			continue;
		}
		if (!window->writer && stream_begin(&window->writer, window->stream, window->name, window->head,
			window->options->codec, error))
			return -1;
		if (write_slot(window, slot, error))
			return -1;
		output->written++;
	}
	return 0;
}

static int write_all(struct window *window, size_t total, struct parallel *pool, struct pack_output *output,
	struct error *error)
{
	for (size_t first = 0; first < total; first += window->capacity) {
		size_t count = total - first < window->capacity ? total - first : window->capacity;
		read_window(window, first, count, pool);
		if (write_window(window, count, output, error))
			return -1;
		progress_update(output->progress, output->written + output->bad->count, "");
	}
	if (!output->written)
		return error_set(error, window->name, "no picture could be read: nothing to write");
	struct stream_writer *writer = window->writer;
	window->writer = NULL;
	return stream_end(writer, error);
}

static void window_free(struct window *window)
{
	if (!window)
		return;
	free(window->tensors);
	free(window->order);
	free(window->weights);
	stream_abandon(window->writer);
	free(window);
}

/* Returns NULL without memory. */
static struct window *window_create(const struct pack_options *options, const struct pack_source *source,
	const struct stream_head *head)
{
	struct window *window = calloc(1, sizeof *window);
	size_t count = source->files.count;
	if (!window)
		return NULL;
	window->options = options;
	window->source = source;
	window->head = head;
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

int pack_write(const struct pack_options *options, const struct pack_source *source, const struct stream_head *head,
	struct parallel *pool, struct pack_output *output, struct error *error)
{
	const char *name = !output->path || strcmp(output->path, "-") == 0 ? "standard output" : output->path;
	size_t count = source->files.count, total = options->limit && options->limit < count ? options->limit : count;
	struct output file;
	output->written = 0;
	if (count > UINT32_MAX)
		return error_set(error, name, "too many pictures");
	if (stream_tensor_size(head) > STREAM_RECORD_MAXIMUM)
		return error_set(error, name, "a tensor of %zu bytes is larger than %d", stream_tensor_size(head),
			STREAM_RECORD_MAXIMUM);
	if (output_open(&file, output->path, error))
		return -1;
	struct window *window = window_create(options, source, head);
	int result = window ? 0 : error_memory(error, name);
	progress_start(output->progress, "", "pictures", total);
	if (result == 0) {
		window->stream = file.stream;
		window->name = name;
		result = write_all(window, total, pool, output, error);
	}
	window_free(window);
	if (result) {
		output_abandon(&file);
		return -1;
	}
	progress_finish(output->progress, output->written, "");
	return output_commit(&file, error);
}
