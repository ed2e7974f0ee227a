#include "model/picture.h"

#include "base/file.h"

#include <stdlib.h>
#include <string.h>

static int find_name(const char *name, const char *const names[])
{
	for (int i = 0; names[i]; i++)
		if (strcmp(name, names[i]) == 0)
			return i;
	return -1;
}

/* What cnn-export wrote beside a model, if it makes sense. */
static bool read_hint(struct input_values *values, const struct input_hint *hint)
{
	enum input_mode mode = input_mode_find(hint->mode);
	if (!hint->is_known ||
		(mode == INPUT_RANGE && !input_range_is_valid(hint->minimum, hint->maximum)))
		return false;
	*values = mode != INPUT_RANGE
		? input_values_of_mode(mode, INPUT_OF_FORM)
		: input_values_of_range(hint->minimum, hint->maximum, INPUT_OF_FORM);
	return true;
}

static int read_values(struct input_values *values, const struct model *model, struct error *error)
{
	int said = input_values_read(values, model->card, error);
	if (said)
		return said < 0 ? -1 : 0;
	if (read_hint(values, &model->hints.input))
		return 0;
	if (input_values_of_layers(values, &model->graph, model->reading ? NULL : model->network))
		return 0;
	if (input_values_of_name(values, model->graph.name))
		return 0;
	*values = model->hints.is_teachable_machine ? input_values_of_range(-1, 1, INPUT_OF_FORM)
						    : input_values_of_range(0, 1, INPUT_ASSUMED);
	return 0;
}

static int choose_values(struct input_values *values, const struct model *model,
	const struct input_values *option, struct error *error)
{
	int channels = model->graph.input.channels;
	if (option)
		*values = *option;
	else if (read_values(values, model, error))
		return -1;
	if (input_values_suit(values, channels))
		return 0;
	return error_set(error, option ? "--input" : "training.json",
		"mode %s is of %d channels; the network takes %d", input_mode_names[values->mode],
		PICTURE_CHANNELS, channels);
}

int picture_settings_read(struct picture_settings *settings, const struct model *model,
	const struct input_values *option, struct error *error)
{
	bool is_teachable_machine = model->hints.is_teachable_machine;
	const json_t *input = json_object_get(model->card, "input");
	const char *fit = json_string_value(json_object_get(input, "fit"));
	const char *filter = json_string_value(json_object_get(input, "interpolation"));
	const char *background = json_string_value(json_object_get(input, "background"));
	if (!fit && find_name(model->hints.input.fit, image_fit_names) >= 0)
		fit = model->hints.input.fit;
	if (!filter && find_name(model->hints.input.filter, image_filter_names) >= 0)
		filter = model->hints.input.filter;
	fit = fit ? fit : is_teachable_machine ? "crop" : "stretch";
	filter = filter ? filter : is_teachable_machine ? "lanczos" : "bilinear";
	int fit_index = find_name(fit, image_fit_names);
	int filter_index = find_name(filter, image_filter_names);
	if (fit_index < 0)
		return error_set(error, "training.json", "unknown fit '%s'", fit);
	if (filter_index < 0)
		return error_set(error, "training.json", "unknown interpolation '%s'", filter);
	if (image_parse_color(background ? background : "white", settings->background, error))
		return error_within(error, "training.json");
	settings->fit = (enum image_fit)fit_index;
	settings->filter = (enum image_filter)filter_index;
	return choose_values(&settings->values, model, option, error);
}

static int settings_of(struct picture_settings *settings, struct shape *input, struct model *model,
	const char *path, int width, int height, struct error *error)
{
	struct shape size = model_picture_size(model, width, height);
	graph_set_input(&model->graph, size.height, size.width);
	*input = model->graph.input;
	return graph_is_free(&model->graph)
		? error_set(error, path, "takes pictures of any size; give one")
		: picture_settings_read(settings, model, NULL, error);
}

int picture_settings_load(struct picture_settings *settings, struct shape *input, const char *path,
	int width, int height, struct error *error)
{
	struct model model;
	struct text_list labels;
	if (model_open_graph(&model, &labels, path, width, height, error))
		return -1;
	int result = settings_of(settings, input, &model, path, width, height, error);
	text_list_free(&labels);
	model_free(&model);
	return result;
}

static int check_channels(struct shape shape, struct error *error)
{
	if (shape.channels == 1 || shape.channels == 3)
		return 0;
	return error_set(error, "network", "takes %d channels; pictures have 1 or 3",
		shape.channels);
}

static int allocate_input(struct picture *picture, struct error *error)
{
	picture->input = malloc(shape_count(picture->shape) * sizeof *picture->input);
	return picture->input ? 0 : error_memory(error, "picture");
}

/* Name of the file in messages. */
static const char *display_name(const char *path)
{
	return strcmp(path, "-") == 0 ? "standard input" : path;
}

int picture_input(float *input, const unsigned char *bytes, size_t size, const char *name,
	const struct picture_settings *settings, struct shape shape, struct error *error)
{
	struct image_resize_options resize = {shape.width, shape.height, settings->filter,
		settings->fit,
		{settings->background[0], settings->background[1], settings->background[2]}};
	struct image image;
	if (check_channels(shape, error) ||
		image_load(bytes, size, name, &resize, shape.channels, &image, error))
		return -1;
	input_values_of_bytes(&settings->values, image.pixels, shape, input);
	image_free(&image);
	return 0;
}

/* Scale and offset along one dimension: `visible` pixels of the picture from `from` on are resized
 * to `size` pixels of the input from `to` on. */
static void map_dimension(int from, int visible, int to, int size, double *scale, double *offset)
{
	*scale = (double)size / visible;
	*offset = to + (0.5 - from) * *scale - 0.5;
}

static void map_to_input(struct picture *picture, enum image_fit fit)
{
	struct image_resize_options resize = {.width = picture->shape.width,
		.height = picture->shape.height,
		.fit = fit};
	struct rectangle visible =
		image_source_rectangle(picture->image.width, picture->image.height, &resize);
	struct rectangle place =
		image_target_rectangle(picture->image.width, picture->image.height, &resize);
	map_dimension(visible.x, visible.width, place.x, place.width, &picture->scale_x,
		&picture->offset_x);
	map_dimension(visible.y, visible.height, place.y, place.height, &picture->scale_y,
		&picture->offset_y);
}

int picture_read(struct picture *picture, const char *path, const struct picture_settings *settings,
	struct shape shape, struct error *error)
{
	unsigned char *bytes;
	size_t size;
	struct image_decode_options decode = {0};
	*picture = (struct picture){.shape = shape};
	memcpy(decode.background, settings->background, sizeof decode.background);
	if (check_channels(shape, error) ||
		file_read(path, IMAGE_FILE_MAXIMUM, &bytes, &size, error))
		return -1;
	int result = image_decode(bytes, size, display_name(path), &decode, &picture->image, error);
	if (result == 0 && (result = allocate_input(picture, error)) == 0)
		result = picture_input(picture->input, bytes, size, display_name(path), settings,
			shape, error);
	free(bytes);
	if (result)
		picture_free(picture);
	else
		map_to_input(picture, settings->fit);
	return result;
}

int picture_from_tensor(struct picture *picture, const unsigned char *tensor,
	const struct input_values *values, struct shape shape, struct error *error)
{
	*picture = (struct picture){.shape = shape};
	if (check_channels(shape, error) ||
		image_create(&picture->image, shape.width, shape.height, 3, error))
		return -1;
	size_t pixels = (size_t)shape.height * (size_t)shape.width,
	       channels = (size_t)shape.channels;
	for (size_t i = 0; i < pixels; i++)
		for (size_t c = 0; c < 3; c++)
			picture->image.pixels[3 * i + c] =
				tensor[i * channels + (channels == 3 ? c : 0)];
	if (allocate_input(picture, error)) {
		picture_free(picture);
		return -1;
	}
	input_values_of_bytes(values, tensor, shape, picture->input);
	map_to_input(picture, IMAGE_STRETCH);
	return 0;
}

void picture_free(struct picture *picture)
{
	image_free(&picture->image);
	free(picture->input);
	*picture = (struct picture){0};
}
