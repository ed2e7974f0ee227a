/* A picture as people see it, and as the network does. */
#ifndef MODEL_PICTURE_H
#define MODEL_PICTURE_H

#include "base/error.h"
#include "image/image.h"
#include "nn/architecture.h"

#include <jansson.h>

/* How pictures were turned into inputs when the network was trained. */
struct picture_settings {
	enum image_fit fit;
	enum image_filter filter;
	unsigned char background[3];
};

/* Reads "input": {"fit", "interpolation", "background"} of a model card; what it does not say is stretch, bilinear,
 * white. -1 when it says what is not known. `card` may be NULL. */
CHECKED int picture_settings_read(struct picture_settings *settings, const json_t *card, struct error *error);

struct picture {
	struct image image;     /* upright RGB at its own size */
	float *input;           /* (H, W, C) of the network, 0..1; owned */
	struct shape shape;     /* of input */
	double scale_x, scale_y, offset_x, offset_y; /* picture pixel (x, y) lies at input pixel
	                                                (x * scale_x + offset_x, y * scale_y + offset_y) */
};

/* Decodes a file and makes the input that pack-tensors makes of it (dataset/pack.h). `shape` is the network's input, of 1
 * or 3 channels. On failure (-1: no file, no image, another number of channels) the picture is empty. */
CHECKED int picture_read(struct picture *picture, const char *path, const struct picture_settings *settings,
	struct shape shape, struct error *error);

/* Fills `input`, (H, W, C) floats, with what picture_read gives of a file of these bytes, without the picture at its own
 * size: faster. `name` is for messages. */
CHECKED int picture_input(float *input, const unsigned char *bytes, size_t size, const char *name,
	const struct picture_settings *settings, struct shape shape, struct error *error);

/* Makes a picture of a tensor of bytes, (H, W, C) with 1 or 3 channels, that is an input already. */
CHECKED int picture_from_tensor(struct picture *picture, const unsigned char *tensor, struct shape shape,
	struct error *error);

void picture_free(struct picture *picture);

#endif
