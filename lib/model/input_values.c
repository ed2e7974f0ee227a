#include "model/input_values.h"

#include <math.h>
#include <string.h>

/* (level * white - mean) / deviation. */
static const struct {
	bool is_bgr;
	double white, mean[PICTURE_CHANNELS], deviation[PICTURE_CHANNELS];
} MODES[] = {
	[INPUT_CAFFE] = {true, 255, {103.939, 116.779, 123.68}, {1, 1, 1}},
	[INPUT_TF] = {false, 2, {1, 1, 1}, {1, 1, 1}},
	[INPUT_TORCH] = {false, 1, {0.485, 0.456, 0.406}, {0.229, 0.224, 0.225}},
};
const char *const input_mode_names[] =
	{[INPUT_CAFFE] = "caffe", [INPUT_TF] = "tf", [INPUT_TORCH] = "torch", NULL};

enum input_mode input_mode_find(const char *name)
{
	for (int i = 0; name && input_mode_names[i]; i++)
		if (strcmp(name, input_mode_names[i]) == 0)
			return (enum input_mode)i;
	return INPUT_RANGE;
}

struct input_values input_values_of_range(double minimum, double maximum, enum input_source source)
{
	double scale = maximum - minimum;
	return (struct input_values){source, INPUT_RANGE, false, {scale, scale, scale},
		{minimum, minimum, minimum}};
}

struct input_values input_values_of_mode(enum input_mode mode, enum input_source source)
{
	struct input_values values = {.source = source, .mode = mode, .is_bgr = MODES[mode].is_bgr};
	for (int c = 0; c < PICTURE_CHANNELS; c++) {
		values.scale[c] = MODES[mode].white / MODES[mode].deviation[c];
		values.offset[c] = -MODES[mode].mean[c] / MODES[mode].deviation[c];
	}
	return values;
}

bool input_values_suit(const struct input_values *values, int channels)
{
	return channels == PICTURE_CHANNELS ||
		(!values->is_bgr && values->offset[0] == values->offset[2]);
}

bool input_range_is_valid(double minimum, double maximum)
{
	return minimum < maximum && isfinite((float)minimum) && isfinite((float)maximum) &&
		isfinite((float)(maximum - minimum));
}

/* ---- from bytes and tensors ---- */

/* The value of each byte, by channel. */
struct table {
	float values[PICTURE_CHANNELS][256];
};

static void fill_table(struct table *table, const struct input_values *values, double black,
	double range)
{
	for (int c = 0; c < PICTURE_CHANNELS; c++)
		for (int i = 0; i < 256; i++)
			table->values[c][i] =
				(float)((i - black) / range * values->scale[c] + values->offset[c]);
}

static void map_bytes(const struct input_values *values, double black, double range,
	const unsigned char *bytes, struct shape shape, float *input)
{
	struct table table;
	size_t count = shape_count(shape);
	int red = values->is_bgr ? 2 : 0;
	fill_table(&table, values, black, range);
	if (shape.channels == PICTURE_CHANNELS)
		for (size_t i = 0; i < count; i += PICTURE_CHANNELS) {
			input[i] = table.values[0][bytes[i + (size_t)red]];
			input[i + 1] = table.values[1][bytes[i + 1]];
			input[i + 2] = table.values[2][bytes[i + 2 - (size_t)red]];
		}
	else
		for (size_t i = 0; i < count; i++)
			input[i] = table.values[0][bytes[i]];
}

void input_values_of_bytes(const struct input_values *values, const unsigned char *bytes,
	struct shape shape, float *input)
{
	map_bytes(values, 0, 255, bytes, shape, input);
}

/* Where channel `c` of the value at `i` is in a picture of RGB. */
static size_t place_in_picture(const struct input_values *values, size_t i, size_t c)
{
	return values->is_bgr ? i + 2 - 2 * c : i;
}

void input_values_of_tensor(const struct input_values *values, const struct stream_head *head,
	const void *tensor, float *input)
{
	struct shape shape = {head->height, head->width, head->channels, false};
	double black = head->minimum, range = head->maximum - head->minimum;
	if (head->type == STREAM_U8) {
		map_bytes(values, black, range, tensor, shape, input);
		return;
	}
	const float *numbers = tensor;
	for (size_t i = 0; i < shape_count(shape); i++) {
		size_t c = input_channel(i, shape.channels);
		double level = (numbers[place_in_picture(values, i, c)] - black) / range;
		input[i] = (float)(level * values->scale[c] + values->offset[c]);
	}
}

void input_values_to_bytes(const struct input_values *values, const float *input,
	struct shape shape, unsigned char *bytes)
{
	for (size_t i = 0; i < shape_count(shape); i++) {
		size_t c = input_channel(i, shape.channels);
		double level = ((double)input[i] - values->offset[c]) / values->scale[c];
		bytes[place_in_picture(values, i, c)] =
			(unsigned char)lrint(255 * fmin(fmax(level, 0), 1));
	}
}
