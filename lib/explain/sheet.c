#include "explain/sheet.h"

#include "explain/overlay.h"

#include <math.h>
#include <stdio.h>

static const double margin = 24, gap = 14, header = 74;
static const uint32_t ink = 0x1f2933, quiet_ink = 0x66727f, frame_ink = 0xccd3db;
static const unsigned char constant_grey = 0xd5;

static void draw_header(const struct canvas *canvas, const char *heading, const char *detail)
{
	struct text_style title = {.size = 19, .bold = true, .color = solid_color(ink)};
	struct text_style below = {.size = 12.5, .color = solid_color(quiet_ink)};
	canvas_text_fitted(canvas, &title, margin, 28, canvas->width - 2 * margin, heading);
	canvas_text_fitted(canvas, &below, margin, 53, canvas->width - 2 * margin, detail);
}

/* ---- strip ---- */

int sheet_strip(struct canvas *canvas, const char *heading, const char *detail,
	const struct tile *tiles, int count, struct error *error)
{
	const double height = 210, captions = 46;
	/* Very picture_width or tall pictures are scaled to fit tiles that are picture_width enough
	 * for captions. */
	double aspect = (double)tiles[0].image->width / tiles[0].image->height;
	double width = fmin(fmax(height * aspect, 130), 420);
	double picture_width = fmin(width, height * aspect),
	       picture_height = picture_width / aspect;
	if (canvas_create(canvas, 2 * margin + count * (width + gap) - gap,
		    header + picture_height + captions + margin / 2, 2, error))
		return -1;
	draw_header(canvas, heading, detail);
	struct text_style title = {.size = 13, .bold = true, .color = solid_color(ink)};
	struct text_style below = {.size = 12, .color = solid_color(quiet_ink)};
	for (int i = 0; i < count; i++) {
		double x = margin + i * (width + gap);
		canvas_picture(canvas, tiles[i].image, x, header, picture_width, picture_height);
		canvas_frame(canvas, x, header, picture_width, picture_height, 0, 1,
			solid_color(frame_ink));
		canvas_text_fitted(canvas, &title, x, header + picture_height + 15, width,
			tiles[i].title);
		canvas_text_fitted(canvas, &below, x, header + picture_height + 34, width,
			tiles[i].detail);
	}
	return 0;
}

/* ---- feature maps ---- */

/* Maps one channel of a layer's output to colours, from minimum to maximum; a constant one is
 * grey. */
static void color_channel(const float *output, struct shape shape, int channel,
	const struct colormap *colormap, struct image *image)
{
	size_t positions = (size_t)shape.height * (size_t)shape.width,
	       channels = (size_t)shape.channels;
	float minimum = INFINITY, maximum = -INFINITY;
	output += channel;
	for (size_t i = 0; i < positions; i++) {
		minimum = fminf(minimum, output[i * channels]);
		maximum = fmaxf(maximum, output[i * channels]);
	}
	for (size_t i = 0; i < positions; i++) {
		const unsigned char *color = colormap_at(colormap,
			(output[i * channels] - minimum) / (maximum - minimum));
		for (int c = 0; c < 3; c++)
			image->pixels[3 * i + (size_t)c] =
				maximum > minimum ? color[c] : constant_grey;
	}
}

struct feature_sheet {
	double tile_width, tile_height, caption;
	int columns, rows;
	double scale;
};

static struct feature_sheet plan_features(struct shape shape)
{
	struct feature_sheet sheet = {.tile_height = shape.channels > 128 ? 64 : 112,
		.caption = 17,
		.scale = 2};
	sheet.tile_width = fmin(fmax(sheet.tile_height * shape.width / shape.height, 24),
		4 * sheet.tile_height);
	double cell = (sheet.tile_height + sheet.caption + gap) / (sheet.tile_width + gap);
	/* Aspect ratio of about 4:3. */
	sheet.columns = (int)fmax(1, round(sqrt(shape.channels * cell * 4 / 3)));
	sheet.columns = (int)fmin(sheet.columns, shape.channels);
	sheet.rows = (shape.channels + sheet.columns - 1) / sheet.columns;
	if (shape.channels > 512)
		sheet.scale = 1;
	return sheet;
}

static void draw_features(const struct canvas *canvas, const struct feature_sheet *sheet,
	const float *output, struct shape shape, const struct colormap *colormap,
	struct image *image)
{
	struct text_style style = {.size = 10.5, .color = solid_color(quiet_ink)};
	for (int i = 0; i < shape.channels; i++) {
		double x = margin + (i % sheet->columns) * (sheet->tile_width + gap);
		double y =
			header + (i / sheet->columns) * (sheet->tile_height + sheet->caption + gap);
		char number[16];
		color_channel(output, shape, i, colormap, image);
		canvas_picture(canvas, image, x, y, sheet->tile_width, sheet->tile_height);
		snprintf(number, sizeof number, "%d", i);
		canvas_text(canvas, &style, x, y + sheet->tile_height + 10, number);
	}
}

int sheet_feature_maps(struct canvas *canvas, const struct network *network, int node,
	const struct colormap *colormap, struct error *error)
{
	struct shape shape = network_shapes(network)[node];
	struct feature_sheet sheet = plan_features(shape);
	char heading[LAYER_NAME_SIZE + 32], detail[128];
	struct image image;
	*canvas = (struct canvas){0};
	if (image_create(&image, shape.width, shape.height, 3, error))
		return -1;
	double width = fmax(300, 2 * margin + sheet.columns * (sheet.tile_width + gap) - gap);
	double height =
		header + sheet.rows * (sheet.tile_height + sheet.caption + gap) - gap + margin / 2;
	int result = canvas_create(canvas, width, height, sheet.scale, error);
	if (result == 0) {
		snprintf(heading, sizeof heading, "Feature maps of %s",
			network_graph(network)->nodes[node].name);
		snprintf(detail, sizeof detail,
			"%d maps of %d\u2009\u00d7\u2009%d, each scaled separately; grey: constant",
			shape.channels, shape.height, shape.width);
		draw_header(canvas, heading, detail);
		draw_features(canvas, &sheet, network_output(network, node), shape, colormap,
			&image);
	}
	image_free(&image);
	return result;
}
