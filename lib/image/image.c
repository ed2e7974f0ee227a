#include "image/image.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

int image_create(struct image *image, int width, int height, int channels, struct error *error)
{
	*image = (struct image){0};
	if (width < 1 || height < 1 || width > IMAGE_SIDE_MAXIMUM || height > IMAGE_SIDE_MAXIMUM)
		return error_set(error, "image", "%d x %d pixels, not 1 to %d a side", width,
			height, IMAGE_SIDE_MAXIMUM);
	unsigned char *pixels = malloc((size_t)width * (size_t)height * (size_t)channels);
	if (!pixels)
		return error_memory(error, "image");
	*image = (struct image){width, height, channels, pixels};
	return 0;
}

void image_free(struct image *image)
{
	free(image->pixels);
	*image = (struct image){0};
}

void image_to_grey(struct image *image)
{
	size_t count = (size_t)image->width * (size_t)image->height;
	const unsigned char *in = image->pixels;
	if (image->channels == 1)
		return;
	for (size_t i = 0; i < count; i++, in += image->channels)
		image->pixels[i] = (unsigned char)((19595u * in[0] + 38470u * in[1] +
							   7471u * in[2] + 32768u) >>
			16);
	image->channels = 1;
}

int image_inspect_pixels(const struct image *image, const struct image_inspection *inspection,
	void *finding, struct error *error)
{
	size_t stride = 3 * (size_t)image->width;
	void *state = inspection->start(image->width, image->height, error);
	if (!state)
		return -1;
	for (int y = 0; y < image->height; y++)
		inspection->add_row(state, image->pixels + (size_t)y * stride);
	int result = inspection->finish(state, finding, error);
	inspection->end(state);
	return result;
}

int image_parse_color(const char *text, unsigned char color[3], struct error *error)
{
	static const struct {
		const char *name;
		unsigned char value;
	} greys[] = {{"white", 255}, {"black", 0}, {"grey", 128}};
	for (size_t i = 0; i < sizeof greys / sizeof *greys; i++)
		if (strcmp(text, greys[i].name) == 0) {
			memset(color, greys[i].value, 3);
			return 0;
		}
	if (text[0] != '#' || strlen(text) != 7 || strspn(text + 1, "0123456789abcdefABCDEF") != 6)
		return error_set(error, text, "is not a colour: white, black, grey or #rrggbb");
	for (int i = 0; i < 3; i++)
		color[i] = (unsigned char)(16 * text_hexadecimal(text[1 + 2 * i]) +
			text_hexadecimal(text[2 + 2 * i]));
	return 0;
}
