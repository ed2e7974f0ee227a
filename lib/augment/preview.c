#include "augment/preview.h"

#include "augment/operations.h"
#include "augment/variator.h"

#include <math.h>
#include <stdlib.h>

struct making {
	struct preview *preview;
	struct partners *partners;
	struct variator variator;
	struct stream_head head;
	void *in, *out;
	float *weights;
};

/* Copies a tensor as bytes; of a number of channels that no picture has, the first. */
static int to_image(struct image *image, const struct stream_head *head, const void *tensor, struct error *error)
{
	int channels = head->channels == 1 || head->channels == 3 || head->channels == 4 ? head->channels : 1;
	const size_t pixels = (size_t)head->width * (size_t)head->height;
	if (image_create(image, head->width, head->height, channels, error))
		return -1;
	for (size_t i = 0; i < pixels; i++)
		for (size_t c = 0; c < (size_t)channels; c++) {
			size_t at = i * (size_t)head->channels + c;
			double value = head->type == STREAM_U8 ? ((const unsigned char *)tensor)[at]
				: (((const float *)tensor)[at] - head->minimum) / (head->maximum - head->minimum) * 255;
			image->pixels[i * (size_t)channels + c] = (unsigned char)(fmin(fmax(value, 0), 255) + 0.5);
		}
	return 0;
}

static const float *weights_of(const struct making *making, const struct partner *record)
{
	return making->head.label == STREAM_LABEL_WEIGHTS ? partners_weights(making->partners, record) : NULL;
}

/* Its class, or the one it has most of, and its number. */
static char *describe_label(const struct making *making, const struct partner *record)
{
	const struct stream_head *head = &making->head;
	const float *weights = weights_of(making, record);
	int label = record->label;
	for (size_t i = 0; weights && i < head->classes.count; i++)
		label = i == 0 || weights[i] > weights[label] ? (int)i : label;
	const char *name = label >= 0 && (size_t)label < head->classes.count ? head->classes.items[label] : "no class";
	return text_format("%s, %llu", name, (unsigned long long)record->id);
}

/* What was done, and with which other image. */
static char *describe_variation(const struct making *making, const struct augment_variation *variation, uint32_t source_pass)
{
	char *change = augment_tell(&variation->change);
	if (!change || !variation->mixed)
		return change;
	const struct partner *partner = partners_find(making->partners, source_pass, variation->partner);
	char *label = describe_label(making, partner);
	char *text = label ? text_format("%s\nwith %s", change, label) : NULL;
	free(label);
	free(change);
	return text;
}

static int fill_row(struct making *making, const struct partner *record, struct preview_cell *cells, struct error *error)
{
	const struct variator *variator = &making->variator;
	const struct stream_record given = {.tensor = making->in, .label = record->label, .weights = weights_of(making, record),
		.id = record->id};
	struct augment_variation variation;
	if (partner_read(record, making->in, stream_tensor_size(&making->head), error)
		|| to_image(&cells[0].image, &making->head, making->in, error))
		return -1;
	cells[0].title = describe_label(making, record);
	cells[0].detail = text_format("%s", "");
	for (int i = 1; i < making->preview->columns; i++) {
		variator_draw(variator, (uint32_t)i - 1, record->pass, record->id, &variation);
		if (variator_apply(variator, 0, &variation, record->pass, &given, making->out, making->weights, error)
			|| to_image(&cells[i].image, &variator->result, making->out, error))
			return -1;
		cells[i].title = text_format("pass %d", i - 1);
		cells[i].detail = describe_variation(making, &variation, record->pass);
	}
	for (int i = 0; i < making->preview->columns; i++)
		if (!cells[i].title || !cells[i].detail)
			return error_memory(error, "preview");
	return 0;
}

/* Reads the source once for the places of its records, and again up to its first head. */
static int prepare(struct making *making, const struct augment_plan *plan, struct source *source, struct error *error)
{
	const struct stream_head *head;
	if (partners_create(&making->partners, source, error) || source_rewind(source, error))
		return -1;
	if (source_next_segment(source, &head, error) < 0 || stream_head_copy(&making->head, head, error))
		return -1;
	if (variator_create(&making->variator, &plan->options, plan->seed, plan->rescale, &making->head, making->partners, 1,
		error))
		return -1;
	making->in = malloc(stream_tensor_size(&making->head));
	making->out = malloc(stream_tensor_size(&making->variator.result));
	making->weights = malloc((making->head.classes.count + 1) * sizeof *making->weights);
	return making->in && making->out && making->weights ? 0 : error_memory(error, "preview");
}

static int fill(struct making *making, int rows, struct error *error)
{
	struct preview *preview = making->preview;
	uint32_t count;
	const struct partner *records = partners_of_pass(making->partners, making->head.pass, &count);
	if (count == 0)
		return error_set(error, "preview", "there are no images");
	preview->rows = count < (uint32_t)rows ? (int)count : rows;
	preview->cells = calloc((size_t)preview->rows * (size_t)preview->columns, sizeof *preview->cells);
	if (!preview->cells)
		return error_memory(error, "preview");
	for (int i = 0; i < preview->rows; i++) {
		uint64_t rank = (2 * (uint64_t)i + 1) * count / (2 * (uint64_t)preview->rows);
		if (fill_row(making, &records[rank], &preview->cells[i * preview->columns], error))
			return -1;
	}
	return 0;
}

int preview_create(struct preview *preview, const struct augment_plan *plan, struct source *source, int rows, int columns,
	struct error *error)
{
	struct making making = {.preview = preview};
	*preview = (struct preview){.columns = columns};
	int result = prepare(&making, plan, source, error);
	if (result == 0)
		result = fill(&making, rows, error);
	variator_destroy(&making.variator);
	partners_destroy(making.partners);
	stream_head_free(&making.head);
	free(making.in);
	free(making.out);
	free(making.weights);
	if (result)
		preview_free(preview);
	return result;
}

void preview_free(struct preview *preview)
{
	for (int i = 0; preview->cells && i < preview->rows * preview->columns; i++) {
		image_free(&preview->cells[i].image);
		free(preview->cells[i].title);
		free(preview->cells[i].detail);
	}
	free(preview->cells);
	*preview = (struct preview){0};
}
