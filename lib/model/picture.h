/* A picture at its original size, and as the input of a network. */
#ifndef MODEL_PICTURE_H
#define MODEL_PICTURE_H

#include "base/error.h"
#include "image/image.h"
#include "graph/layer.h"

#include <jansson.h>

/* Preprocessing of the pictures that the network was trained on. */
struct picture_settings {
	enum image_fit fit;
	enum image_filter filter;
	unsigned char background[3];
};

/* Reads "input": {"fit", "interpolation", "background"} of a model card; the defaults are stretch,
 * bilinear, white. -1 for an unknown value. `card` may be NULL. */
CHECKED int picture_settings_read(struct picture_settings *settings, const json_t *card,
	struct error *error);

struct picture {
	struct image image; /* upright RGB at its own size */
	float *input;       /* (H, W, C) of the network, 0..1; owned */
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
 * channels. */
CHECKED int picture_from_tensor(struct picture *picture, const unsigned char *tensor,
	struct shape shape, struct error *error);

void picture_free(struct picture *picture);

#endif
