#include "explain/overlay.h"

#include "explain/canvas.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>

/* Desaturation of the picture, opacity of the colour at value 1, and brightness of cropped
 * areas. */
static const float desaturation = 0.75f, opacity = 0.85f, cropped_brightness = 0.45f;

static void blend(const unsigned char *from, float value, const unsigned char *color,
	unsigned char *to)
{
	float grey = 0.299f * from[0] + 0.587f * from[1] + 0.114f * from[2];
	float alpha = opacity * value * value * (3 - 2 * value);
	for (int c = 0; c < 3; c++) {
		float desaturated = from[c] + desaturation * (grey - from[c]);
		to[c] = (unsigned char)(desaturated + alpha * (color[c] - desaturated) + 0.5f);
	}
}

int overlay_picture(const struct picture *picture, const struct map *map,
	const struct colormap *colormap, struct image *out, struct error *error)
{
	if (image_create(out, picture->image.width, picture->image.height, 3, error))
		return -1;
	const unsigned char *from = picture->image.pixels;
	unsigned char *to = out->pixels;
	for (int y = 0; y < out->height; y++) {
		double v = y * picture->scale_y + picture->offset_y;
		bool row_seen = v > -0.5 && v < picture->shape.height - 0.5;
		for (int x = 0; x < out->width; x++, from += 3, to += 3) {
			double u = x * picture->scale_x + picture->offset_x;
			if (row_seen && u > -0.5 && u < picture->shape.width - 0.5) {
				float value = map_at(map, u, v);
				blend(from, value, colormap_at(colormap, value), to);
			} else
				for (int c = 0; c < 3; c++)
					to[c] = (unsigned char)(from[c] * cropped_brightness);
		}
	}
	return 0;
}

int overlay_map(const struct map *map, int width, int height, const struct colormap *colormap,
	struct image *out, struct error *error)
{
	if (image_create(out, width, height, 3, error))
		return -1;
	unsigned char *to = out->pixels;
	for (int y = 0; y < height; y++)
		for (int x = 0; x < width; x++, to += 3) {
			const unsigned char *color = colormap_at(colormap, map_at(map, x, y));
			for (int c = 0; c < 3; c++)
				to[c] = color[c];
		}
	return 0;
}

int overlay_nothing(const struct picture *picture, const char *name, struct image *out,
	struct error *error)
{
	struct canvas canvas;
	char text[320];
	*out = (struct image){0};
	if (canvas_from_image(&canvas, &picture->image, error))
		return -1;
	canvas_box(&canvas, 0, 0, canvas.width, canvas.height, 0,
		(struct canvas_color){0x101418, 0.62});
	snprintf(text, sizeof text, "no positive evidence for %s", name);
	struct text_style style = {.size = fmax(9, fmin(canvas.width / 18, canvas.height / 6)),
		.bold = true,
		.color = solid_color(0xffffff),
		.align = CANVAS_CENTER};
	canvas_text_fitted(&canvas, &style, canvas.width / 2, canvas.height / 2,
		0.92 * canvas.width, text);
	int result = canvas_to_image(&canvas, out, error);
	canvas_free(&canvas);
	return result;
}
