#include "image/decoders.h"

#include <stdbool.h>
#include <string.h>

/* EXIF's eight orientations as three operations: transpose the stored picture, flip its columns,
 * flip its rows. */
struct orientation {
	bool transpose, flip_columns, flip_rows;
};

static const struct orientation orientations[9] = {
	[1] = {false, false, false},
	[2] = {false, true, false},
	[3] = {false, true, true},
	[4] = {false, false, true},
	[5] = {true, false, false},
	[6] = {true, false, true},
	[7] = {true, true, true},
	[8] = {true, true, false},
};

int image_orient(struct image *image, int orientation, struct error *error)
{
	struct image upright;
	if (orientation == 1)
		return 0;
	const struct orientation transform = orientations[orientation];
	int width = transform.transpose ? image->height : image->width;
	int height = transform.transpose ? image->width : image->height;
	if (image_create(&upright, width, height, image->channels, error))
		return -1;
	size_t channels = (size_t)image->channels;
	unsigned char *out = upright.pixels;
	for (int y = 0; y < height; y++)
		for (int x = 0; x < width; x++, out += channels) {
			int column = transform.transpose ? y : x, row = transform.transpose ? x : y;
			column = transform.flip_columns ? image->width - 1 - column : column;
			row = transform.flip_rows ? image->height - 1 - row : row;
			size_t from = (size_t)row * (size_t)image->width + (size_t)column;
			memcpy(out, image->pixels + from * channels, channels);
		}
	image_free(image);
	*image = upright;
	return 0;
}
