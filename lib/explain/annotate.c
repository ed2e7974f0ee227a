#include "explain/annotate.h"

#include "explain/canvas.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SHORTER_SIDE = 120 };

/* Sizes and positions in pixels. */
struct annotation_layout {
	double size; /* of the font of a plain line */
	double margin, padding;
	double box, width;  /* of the box and of the text in it */
	int lines, omitted; /* number of lines shown, and not shown */
};

static struct text_style annotation_style(double size, bool emphasised, enum canvas_align align)
{
	return (struct text_style){.size = size,
		.bold = emphasised,
		.color = solid_color(0xFFFFFF),
		.align = align,
		.outline = size / 14,
		.outline_color = {0x000000, 0.8}};
}

static double font_size(const struct annotation_layout *layout, bool emphasised)
{
	return layout->size * (emphasised ? 1.25 : 1);
}

static double line_height(const struct annotation_layout *layout, bool emphasised)
{
	return font_size(layout, emphasised) * 1.5;
}

/* Percent with enough digits to tell 99.9 from 100. */
static void format_percent(double probability, char out[16])
{
	double percent = 100 * probability;
	bool fine = (percent > 0 && percent < 1) || (percent > 99 && percent < 100);
	if (fine && percent > 99.9)
		snprintf(out, 16, "> 99.9 %%");
	else if (fine && percent < 0.1)
		snprintf(out, 16, "< 0.1 %%");
	else
		snprintf(out, 16, fine ? "%.1f %%" : "%.0f %%", percent);
}

static double total_height(const struct annotation_layout *layout, const struct annotation *lines,
	int count)
{
	double height = 2 * layout->padding;
	for (int i = 0; i < count; i++)
		height += line_height(layout, lines[i].emphasised);
	return height;
}

/* Shrinks the font until all lines fit; at 9 pixels the last ones are replaced by their number. */
static struct annotation_layout layout_annotation(const struct canvas *canvas,
	const struct annotation *lines, int count)
{
	double shorter = fmin(canvas->width, canvas->height);
	struct annotation_layout layout = {.size = fmax(10, shorter * 0.055),
		.margin = shorter * 0.025,
		.lines = count};
	layout.padding = layout.size * 0.4;
	double height_maximum = canvas->height - 2 * layout.margin;
	while (layout.size > 9 && total_height(&layout, lines, count) > height_maximum)
		layout.size = fmax(9, layout.size * 0.95);
	while (layout.lines > 1 &&
		total_height(&layout, lines, layout.lines) +
				(layout.lines < count) * line_height(&layout, false) >
			height_maximum)
		layout.lines--;
	layout.omitted = count - layout.lines;
	for (int i = 0; i < layout.lines; i++) {
		bool emphasised = lines[i].emphasised;
		struct text_style style =
			annotation_style(font_size(&layout, emphasised), emphasised, CANVAS_LEFT);
		layout.width = fmax(layout.width,
			canvas_text_width(canvas, &style, lines[i].label) +
				canvas_text_width(canvas, &style, " > 99.9 %"));
	}
	layout.width = fmin(layout.width, canvas->width - 2 * layout.margin - 2 * layout.padding);
	layout.box = layout.width + 2 * layout.padding;
	return layout;
}

static double draw_line(const struct canvas *canvas, const struct annotation_layout *layout,
	const struct annotation *line, double y)
{
	char percent[16];
	double height = line_height(layout, line->emphasised), middle = y + height / 2;
	double left = layout->margin + layout->padding, right = left + layout->width;
	struct canvas_color bar = {line->emphasised ? 0x1F9D55 : 0x8A94A6,
		line->emphasised ? 0.9 : 0.55};
	double length = layout->width * fmin(1, fmax(0, line->probability));
	format_percent(line->probability, percent);
	canvas_box(canvas, left - layout->padding / 2, y + height * 0.08, length + layout->padding,
		height * 0.84, height * 0.15, bar);
	struct text_style style = annotation_style(font_size(layout, line->emphasised),
		line->emphasised, CANVAS_RIGHT);
	double percent_width =
		canvas_text_fitted(canvas, &style, right, middle, layout->width / 2, percent);
	style.align = CANVAS_LEFT;
	canvas_text_fitted(canvas, &style, left, middle,
		layout->width - percent_width - style.size / 3, line->label);
	return y + height;
}

static void draw_lines(const struct canvas *canvas, const struct annotation *lines, int count)
{
	struct annotation_layout layout = layout_annotation(canvas, lines, count);
	double y = layout.margin + layout.padding;
	double height = total_height(&layout, lines, layout.lines);
	if (layout.omitted)
		height += line_height(&layout, false);
	canvas_box(canvas, layout.margin, layout.margin, layout.box, height, layout.padding,
		(struct canvas_color){0x101418, 0.62});
	for (int i = 0; i < layout.lines; i++)
		y = draw_line(canvas, &layout, &lines[i], y);
	if (layout.omitted) {
		char note[48];
		struct text_style style = annotation_style(layout.size, false, CANVAS_LEFT);
		snprintf(note, sizeof note, "and %d more", layout.omitted);
		canvas_text_fitted(canvas, &style, layout.margin + layout.padding,
			y + line_height(&layout, false) / 2, layout.width, note);
	}
}

/* Enlarges a picture too small for text by an integer factor, nearest neighbour. */
static int upscale_nearest(const struct image *picture, struct image *out, struct error *error)
{
	int shorter = picture->width < picture->height ? picture->width : picture->height;
	int factor = (SHORTER_SIDE + shorter - 1) / shorter;
	if (image_create(out, picture->width * factor, picture->height * factor, picture->channels,
		    error))
		return -1;
	size_t channels = (size_t)picture->channels, stride = (size_t)picture->width * channels;
	unsigned char *to = out->pixels;
	for (int y = 0; y < out->height; y++) {
		const unsigned char *row = picture->pixels + (size_t)(y / factor) * stride;
		for (int x = 0; x < out->width; x++, to += channels)
			memcpy(to, row + (size_t)(x / factor) * channels, channels);
	}
	return 0;
}

int annotate_picture(const struct image *picture, const struct annotation *lines, int count,
	struct image *out, struct error *error)
{
	struct image large;
	struct canvas canvas;
	*out = (struct image){0};
	if (upscale_nearest(picture, &large, error))
		return -1;
	int result = canvas_from_image(&canvas, &large, error);
	image_free(&large);
	if (result)
		return -1;
	draw_lines(&canvas, lines, count);
	result = canvas_to_image(&canvas, out, error);
	canvas_free(&canvas);
	return result;
}
