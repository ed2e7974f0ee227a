#include "predict/answers.h"

#include "base/file.h"

#include <stdlib.h>
#include <string.h>

int answers_create(struct answers *answers, struct network *network, const struct text_list *labels,
	const struct picture_settings *settings, int capacity, int shown, struct parallel *pool, struct error *error)
{
	struct shape shape = network_architecture(network)->input;
	int outputs = network_outputs(network);
	size_t count = (size_t)capacity, values = count * (size_t)outputs;
	*answers = (struct answers){.network = network, .labels = labels, .pool = pool, .settings = *settings,
		.shape = shape, .outputs = outputs, .shown = shown < outputs ? shown : outputs, .capacity = capacity};
	answers->input_count = shape_count(shape);
	answers->items = calloc(count, sizeof *answers->items);
	answers->inputs = calloc(count, answers->input_count * sizeof *answers->inputs);
	answers->logits = calloc(values, sizeof *answers->logits);
	answers->probabilities = calloc(values, sizeof *answers->probabilities);
	answers->targets = calloc(values, sizeof *answers->targets);
	answers->order = calloc(values, sizeof *answers->order);
	if (answers->items && answers->inputs && answers->logits && answers->probabilities && answers->targets &&
		answers->order)
		return 0;
	answers_free(answers);
	return error_memory(error, "answers");
}

void answers_clear(struct answers *answers)
{
	for (int i = 0; i < answers->count; i++) {
		free(answers->items[i].name);
		free(answers->items[i].result);
		free(answers->items[i].bytes);
	}
	answers->count = 0;
}

void answers_free(struct answers *answers)
{
	answers_clear(answers);
	free(answers->items);
	free(answers->inputs);
	free(answers->logits);
	free(answers->probabilities);
	free(answers->targets);
	free(answers->order);
	*answers = (struct answers){0};
}

float *answers_input(const struct answers *answers, int index)
{
	return answers->inputs + (size_t)index * answers->input_count;
}

const float *answers_logits(const struct answers *answers, int index)
{
	return answers->logits + (size_t)index * (size_t)answers->outputs;
}

float *answers_target(const struct answers *answers, int index)
{
	return answers->targets + (size_t)index * (size_t)answers->outputs;
}

int answers_add(struct answers *answers, char *name, char *result, const char *path, struct error *error)
{
	if (!name || !result) {
		free(name);
		free(result);
		return error_memory(error, path ? path : "answers");
	}
	answers->items[answers->count] = (struct answers_item){.name = name, .result = result, .path = path};
	memset(answers_target(answers, answers->count), 0, (size_t)answers->outputs * sizeof *answers->targets);
	return answers->count++;
}

int answers_bytes(const struct answers_item *item, unsigned char **bytes, size_t *size, struct error *error)
{
	*bytes = item->bytes;
	*size = item->size;
	return item->bytes ? 0 : file_read(item->path, IMAGE_FILE_MAXIMUM, bytes, size, error);
}

void answers_release(const struct answers_item *item, unsigned char *bytes)
{
	if (bytes != item->bytes)
		free(bytes);
}

static int read_input(const struct answers *answers, int index, struct error *error)
{
	const struct answers_item *item = &answers->items[index];
	unsigned char *bytes;
	size_t size;
	if (answers_bytes(item, &bytes, &size, error))
		return -1;
	int result = picture_input(answers_input(answers, index), bytes, size, item->name, &answers->settings,
		answers->shape, error);
	answers_release(item, bytes);
	return result;
}

struct reading {
	struct answers *answers;
	void (*meanwhile)(void *context);
	void *context;
	int errands; /* before the files: 1 or 0 */
};

static void read_task(void *context, int index, int worker)
{
	const struct reading *reading = context;
	struct answers *answers = reading->answers;
	(void)worker;
	if (index < reading->errands) {
		reading->meanwhile(reading->context);
		return;
	}
	index -= reading->errands;
	struct answers_item *item = &answers->items[index];
	if (item->path)
		item->bad = read_input(answers, index, &item->error);
}

void answers_read(struct answers *answers, void meanwhile(void *context), void *context)
{
	struct reading reading = {answers, meanwhile, context, meanwhile != NULL};
	parallel_for(answers->pool, reading.errands + answers->count, read_task, &reading);
}

void answers_run(struct answers *answers)
{
	if (answers->count == 0)
		return;
	network_forward(answers->network, answers->inputs, answers->count, answers->logits, answers->probabilities);
	for (size_t i = 0; i < (size_t)answers->count * (size_t)answers->outputs; i += (size_t)answers->outputs)
		answer_rank(answers->probabilities + i, answers->outputs, answers->order + i);
}

struct answer answers_get(const struct answers *answers, int index)
{
	size_t start = (size_t)index * (size_t)answers->outputs;
	return (struct answer){answers->items[index].name, answers->labels, answers->probabilities + start,
		answers->order + start, answers->shown};
}

static int show_input(const struct answers *answers, int index, struct image *image, struct error *error)
{
	const float *input = answers_input(answers, index);
	if (answers->shape.channels != 1 && answers->shape.channels != 3)
		return error_set(error, answers->items[index].name, "has %d channels and is no picture",
			answers->shape.channels);
	if (image_create(image, answers->shape.width, answers->shape.height, answers->shape.channels, error))
		return -1;
	for (size_t i = 0; i < answers->input_count; i++)
		image->pixels[i] = (unsigned char)(input[i] > 0 ? input[i] < 1 ? input[i] * 255 + 0.5f : 255 : 0);
	return 0;
}

/* The picture itself at its own size; of an input, what the network sees. */
static int read_picture(const struct answers *answers, int index, struct image *image, struct error *error)
{
	const struct answers_item *item = &answers->items[index];
	struct image_decode_options decode = {0};
	unsigned char *bytes;
	size_t size;
	*image = (struct image){0};
	if (!item->path)
		return show_input(answers, index, image, error);
	memcpy(decode.background, answers->settings.background, sizeof decode.background);
	if (answers_bytes(item, &bytes, &size, error))
		return -1;
	int result = image_decode(bytes, size, item->name, &decode, image, error);
	answers_release(item, bytes);
	return result;
}

/* What a worker draws. */
struct drawing_work {
	struct answers *answers;
	const struct answers_drawing *drawing;
};

static int draw_answer(const struct drawing_work *work, int index, const struct image *picture, struct error *error)
{
	const struct answers_drawing *drawing = work->drawing;
	struct answer answer = answers_get(work->answers, index);
	struct image out = {0};
	const char *decision = drawing->by_decision ? answer_decision(&answer, drawing->threshold) : "";
	char *folder = *decision ? file_join(drawing->folder, decision) : strdup(drawing->folder);
	char *name = text_format("%s-annotated.png", work->answers->items[index].result);
	char *path = folder && name ? file_join(folder, name) : NULL;
	int result = path ? file_make_folder(folder, error) : error_memory(error, answer.name);
	if (result == 0)
		result = drawing->annotate(&answer, picture, drawing->threshold, drawing->several, &out, error);
	if (result == 0)
		result = image_write_png(&out, path, error);
	image_free(&out);
	free(folder);
	free(name);
	free(path);
	return result;
}

static void draw_task(void *context, int index, int worker)
{
	const struct drawing_work *work = context;
	struct answers_item *item = &work->answers->items[index];
	struct image picture;
	(void)worker;
	if (item->bad)
		return;
	item->bad = read_picture(work->answers, index, &picture, &item->error);
	if (!item->bad)
		item->lost = item->bad = draw_answer(work, index, &picture, &item->error);
	image_free(&picture);
}

void answers_draw(struct answers *answers, const struct answers_drawing *drawing)
{
	struct drawing_work work = {answers, drawing};
	parallel_for(answers->pool, answers->count, draw_task, &work);
}
