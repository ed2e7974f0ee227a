/* A picture at its original size, and as the input of a network. */
#ifndef MODEL_PICTURE_H
#define MODEL_PICTURE_H

#include "base/error.h"
#include "image/image.h"
#include "model/input_values.h"
#include "model/model.h"

/* Preprocessing of the pictures that the network was trained on. */
struct picture_settings {
	enum image_fit fit;
	enum image_filter filter;
	unsigned char background[3];
	struct input_values values;
};

/* The settings of a model. "input": {"fit", "interpolation", "background"} of its card; the
 * defaults are stretch, bilinear, white, of a model of Teachable Machine crop and lanczos. The
 * values are `option`'s (NULL: none), else the card's (input_values_read), else what the first
 * layers say (input_values_of_layers; while the weights are not read, without them), else -1..1 of
 * a model of Teachable Machine, else 0..1, assumed. -1: a card with an unknown value, or a mode for
 * another number of channels. */
CHECKED int picture_settings_read(struct picture_settings *settings, const struct model *model,
	const struct input_values *option, struct error *error);

/* Reads how a model takes pictures, without building its network: the settings, and the shape of
 * its input, in which the sides that are free are those of its card, else `width` and `height`.
 * -1: not a model, sides that nothing says (`width` and `height` are 0), a card with an unknown
 * value. */
CHECKED int picture_settings_load(struct picture_settings *settings, struct shape *input,
	const char *path, int width, int height, struct error *error);

struct picture {
	struct image image; /* upright RGB at its own size */
	float *input;       /* (H, W, C) of the network, in its values; owned */
	struct shape shape; /* of input */
	double scale_x, scale_y, offset_x,
		offset_y; /* picture pixel (x, y) is input pixel
	                     (x * scale_x + offset_x, y * scale_y + offset_y) */
};

/* Decodes a file and makes its input, with the same values as pack-tensors (dataset/pack.h).
 * `shape` is the network's input, of 1 or 3 channels. On failure (-1: no such file, no image,
 * another number of channels) the picture is empty. */
CHECKED int picture_read(struct picture *picture, const char *path,
	const struct picture_settings *settings, struct shape shape, struct error *error);

/* Makes only the input, (H, W, C) floats, from the contents of a file; faster than picture_read.
 * `name` is for messages. */
CHECKED int picture_input(float *input, const unsigned char *bytes, size_t size, const char *name,
	const struct picture_settings *settings, struct shape shape, struct error *error);

/* Makes a picture from a tensor of bytes of the network's input shape, (H, W, C) with 1 or 3
 * channels, RGB or grey. */
CHECKED int picture_from_tensor(struct picture *picture, const unsigned char *tensor,
	const struct input_values *values, struct shape shape, struct error *error);

void picture_free(struct picture *picture);

#endif
