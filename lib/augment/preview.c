#include "augment/preview.h"

#include "augment/augmenter.h"
#include "augment/operations.h"
#include "base/argmax.h"

#include <math.h>
#include <stdlib.h>

struct preview_builder {
	struct preview *preview;
	struct record_index *index;
	struct augmenter augmenter;
	struct stream_head head;
	void *in, *out;
	float *weights;
};

/* Converts a tensor to bytes; if it has not 1, 3 or 4 channels, only its first. */
static int to_image(struct image *image, const struct stream_head *head, const void *tensor,
	struct error *error)
{
	int channels = head->channels == 1 || head->channels == 3 || head->channels == 4
		? head->channels
		: 1;
	const size_t pixels = (size_t)head->width * (size_t)head->height;
	if (image_create(image, head->width, head->height, channels, error))
		return -1;
	for (size_t i = 0; i < pixels; i++)
		for (size_t c = 0; c < (size_t)channels; c++) {
			size_t at = i * (size_t)head->channels + c;
			double value = head->type == STREAM_U8
				? ((const unsigned char *)tensor)[at]
				: (((const float *)tensor)[at] - head->minimum) /
					(head->maximum - head->minimum) * 255;
			image->pixels[i * (size_t)channels + c] =
				(unsigned char)(fmin(fmax(value, 0), 255) + 0.5);
		}
	return 0;
}

static const float *weights_of(const struct preview_builder *builder,
	const struct indexed_record *record)
{
	return builder->head.label == STREAM_LABEL_WEIGHTS
		? record_index_weights(builder->index, record)
		: NULL;
}

/* Its class, or that of the largest weight, and its id. */
static char *describe_label(const struct preview_builder *builder,
	const struct indexed_record *record)
{
	const struct stream_head *head = &builder->head;
	const float *weights = weights_of(builder, record);
	int label = weights ? argmax(weights, (int)head->classes.count) : record->label;
	const char *name = label >= 0 && (size_t)label < head->classes.count
		? head->classes.items[label]
		: "no class";
	return text_format("%s, %llu", name, (unsigned long long)record->id);
}

/* The operations, and the image it was mixed with. */
static char *describe_variation(const struct preview_builder *builder,
	const struct augment_variation *variation, uint32_t input_pass)
{
	char *change = augment_describe_change(&variation->change);
	if (!change || !variation->mixed)
		return change;
	const struct indexed_record *partner =
		record_index_find(builder->index, input_pass, variation->partner);
	char *label = describe_label(builder, partner);
	char *text = label ? text_format("%s\nwith %s", change, label) : NULL;
	free(label);
	free(change);
	return text;
}

static int build_row(struct preview_builder *builder, const struct indexed_record *record,
	struct preview_cell *cells, struct error *error)
{
	const struct augmenter *augmenter = &builder->augmenter;
	const struct stream_record input_record = {.tensor = builder->in,
		.label = record->label,
		.weights = weights_of(builder, record),
		.id = record->id};
	struct augment_variation variation;
	if (indexed_record_read(record, builder->in, stream_tensor_size(&builder->head), error) ||
		to_image(&cells[0].image, &builder->head, builder->in, error))
		return -1;
	cells[0].title = describe_label(builder, record);
	cells[0].detail = text_format("%s", "");
	for (int i = 1; i < builder->preview->columns; i++) {
		augmenter_draw(augmenter, (uint32_t)i - 1, record->pass, record->id, &variation);
		if (augmenter_apply(augmenter, 0, &variation, record->pass, &input_record,
			    builder->out, builder->weights, error) ||
			to_image(&cells[i].image, &augmenter->result, builder->out, error))
			return -1;
		cells[i].title = text_format("pass %d", i - 1);
		cells[i].detail = describe_variation(builder, &variation, record->pass);
	}
	for (int i = 0; i < builder->preview->columns; i++)
		if (!cells[i].title || !cells[i].detail)
			return error_memory(error, "preview");
	return 0;
}

/* Reads the inputs once for the index, and again up to the first head. */
static int open_builder(struct preview_builder *builder, const struct augment_plan *plan,
	struct input_streams *inputs, struct error *error)
{
	const struct stream_head *head;
	if (record_index_create(&builder->index, inputs, error) ||
		input_streams_rewind(inputs, error))
		return -1;
	if (input_streams_next_segment(inputs, &head, error) < 0 ||
		stream_head_copy(&builder->head, head, error))
		return -1;
	if (augmenter_create(&builder->augmenter, &plan->options, plan->seed, plan->rescale,
		    &builder->head, builder->index, 1, error))
		return -1;
	builder->in = malloc(stream_tensor_size(&builder->head));
	builder->out = malloc(stream_tensor_size(&builder->augmenter.result));
	builder->weights = malloc((builder->head.classes.count + 1) * sizeof *builder->weights);
	return builder->in && builder->out && builder->weights ? 0 : error_memory(error, "preview");
}

static int build_rows(struct preview_builder *builder, int rows, struct error *error)
{
	struct preview *preview = builder->preview;
	uint32_t count;
	const struct indexed_record *records =
		record_index_pass(builder->index, builder->head.pass, &count);
	if (count == 0)
		return error_set(error, "preview", "there are no images");
	preview->rows = count < (uint32_t)rows ? (int)count : rows;
	preview->cells =
		calloc((size_t)preview->rows * (size_t)preview->columns, sizeof *preview->cells);
	if (!preview->cells)
		return error_memory(error, "preview");
	for (int i = 0; i < preview->rows; i++) {
		uint64_t rank = (2 * (uint64_t)i + 1) * count / (2 * (uint64_t)preview->rows);
		if (build_row(builder, &records[rank], &preview->cells[i * preview->columns],
			    error))
			return -1;
	}
	return 0;
}

int preview_create(struct preview *preview, const struct augment_plan *plan,
	struct input_streams *inputs, int rows, int columns, struct error *error)
{
	struct preview_builder builder = {.preview = preview};
	*preview = (struct preview){.columns = columns};
	int result = open_builder(&builder, plan, inputs, error);
	if (result == 0)
		result = build_rows(&builder, rows, error);
	augmenter_destroy(&builder.augmenter);
	record_index_destroy(builder.index);
	stream_head_free(&builder.head);
	free(builder.in);
	free(builder.out);
	free(builder.weights);
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
