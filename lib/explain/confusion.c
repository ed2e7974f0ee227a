#include "explain/confusion.h"

#include <math.h>
#include <stdio.h>

enum { SCALE = 2, TEXT = 0x1F2933, FAINT = 0x697586, LINE = 0xD5DBE3, SHADE = 0x08519C, TITLE_SIZE = 17 };

/* Where things go, in units. */
struct layout {
	double cell;           /* side of a cell */
	double font;           /* size of the classes' names */
	double left, top;      /* where the matrix begins */
	double names, columns; /* room for names beside the rows, and height of those above the columns */
	bool slanted;          /* names above the columns, which are wider than a cell */
	double width, height;
};

static struct text_style make_style(double size, bool bold, uint32_t color, enum canvas_align align)
{
	return (struct text_style){.size = size, .bold = bold, .color = color_solid(color), .align = align};
}

static double widest_label(const struct canvas *canvas, const struct confusion *confusion, double size)
{
	struct text_style style = make_style(size, false, TEXT, CANVAS_LEFT);
	double widest = 0;
	for (int i = 0; i < confusion->classes; i++)
		widest = fmax(widest, canvas_text_width(canvas, &style, confusion->labels[i]));
	return widest;
}

static struct layout make_layout(const struct canvas *canvas, const struct confusion *confusion)
{
	struct layout layout = {.cell = fmin(96, fmax(14, 640.0 / confusion->classes))};
	if (confusion->classes * layout.cell > 12000)
		layout.cell = 12000.0 / confusion->classes;
	layout.font = fmax(6, fmin(14, layout.cell * 0.7));
	layout.names = fmin(220, widest_label(canvas, confusion, layout.font));
	layout.slanted = layout.names > layout.cell * 0.92;
	layout.columns = layout.slanted ? layout.names * sin(M_PI / 4) + layout.font : layout.font * 1.5;
	layout.left = 52 + layout.names;
	layout.top = 92 + layout.columns;
	double side = layout.cell * confusion->classes;
	double overhang = layout.slanted ? layout.columns : 20;
	struct text_style title = make_style(TITLE_SIZE, true, TEXT, CANVAS_LEFT);
	double widest = fmin(canvas_text_width(canvas, &title, confusion->title) + 40, 640);
	layout.width = fmax(layout.left + side + overhang + 12, fmax(widest, 420));
	layout.height = layout.top + side + 28;
	return layout;
}

static uint64_t row_total(const struct confusion *confusion, int row)
{
	uint64_t total = 0;
	for (int column = 0; column < confusion->classes; column++)
		total += confusion->counts[(size_t)row * (size_t)confusion->classes + (size_t)column];
	return total;
}

/* From white at 0 to SHADE at 1; the root lets small shares be seen. */
static struct color shade(double share)
{
	uint32_t rgb = 0;
	for (int shift = 16; shift >= 0; shift -= 8)
		rgb |= (uint32_t)lround(255 - (255 - (SHADE >> shift & 255)) * sqrt(share)) << shift;
	return color_solid(rgb);
}

static void draw_cell(const struct canvas *canvas, const struct layout *layout, double x, double y, uint64_t count,
	double share)
{
	char text[32];
	uint32_t ink = share > 0.3 ? 0xFFFFFF : TEXT;
	canvas_box(canvas, x, y, layout->cell, layout->cell, 0, shade(share));
	if (count == 0 || layout->cell < 18)
		return;
	bool both = layout->cell >= 44;
	double middle = x + layout->cell / 2, size = both ? layout->cell * 0.25 : layout->cell * 0.42;
	struct text_style style = make_style(size, true, ink, CANVAS_CENTER);
	snprintf(text, sizeof text, "%llu", (unsigned long long)count);
	canvas_text_fitted(canvas, &style, middle, y + layout->cell * (both ? 0.42 : 0.5), layout->cell * 0.9, text);
	if (!both)
		return;
	style = make_style(layout->cell * 0.15, false, ink, CANVAS_CENTER);
	snprintf(text, sizeof text, "%.0f %%", 100 * share);
	canvas_text_fitted(canvas, &style, middle, y + layout->cell * 0.72, layout->cell * 0.9, text);
}

static void draw_matrix(const struct canvas *canvas, const struct layout *layout, const struct confusion *confusion)
{
	const uint64_t *count = confusion->counts;
	double side = layout->cell * confusion->classes;
	for (int row = 0; row < confusion->classes; row++) {
		double total = (double)row_total(confusion, row), y = layout->top + row * layout->cell;
		for (int column = 0; column < confusion->classes; column++, count++)
			draw_cell(canvas, layout, layout->left + column * layout->cell, y, *count,
				total > 0 ? (double)*count / total : 0);
	}
	for (int i = 0; i <= confusion->classes && layout->cell >= 6; i++) {
		double x = layout->left + i * layout->cell, y = layout->top + i * layout->cell;
		canvas_line(canvas, x, layout->top, x, layout->top + side, 0.75, color_solid(LINE));
		canvas_line(canvas, layout->left, y, layout->left + side, y, 0.75, color_solid(LINE));
	}
	for (int i = 0; i < confusion->classes && layout->cell >= 14; i++)
		canvas_frame(canvas, layout->left + i * layout->cell, layout->top + i * layout->cell, layout->cell,
			layout->cell, 0, 1.25, color_solid(TEXT));
}

static void draw_names(const struct canvas *canvas, const struct layout *layout, const struct confusion *confusion)
{
	struct text_style row = make_style(layout->font, false, TEXT, CANVAS_RIGHT);
	struct text_style column = make_style(layout->font, false, TEXT, layout->slanted ? CANVAS_LEFT : CANVAS_CENTER);
	column.angle = layout->slanted ? -M_PI / 4 : 0;
	int step = layout->cell < layout->font ? (int)ceil(layout->font * 1.1 / layout->cell) : 1;
	for (int i = 0; i < confusion->classes; i += step) {
		double middle = (i + 0.5) * layout->cell;
		canvas_text_fitted(canvas, &row, layout->left - 8, layout->top + middle, layout->names,
			confusion->labels[i]);
		canvas_text_fitted(canvas, &column, layout->left + middle, layout->top - (layout->slanted ? 8 : 12),
			layout->slanted ? layout->names : layout->cell * 0.95, confusion->labels[i]);
	}
}

static void draw_titles(const struct canvas *canvas, const struct layout *layout, const struct confusion *confusion)
{
	double middle = layout->cell * confusion->classes / 2;
	struct text_style title = make_style(TITLE_SIZE, true, TEXT, CANVAS_LEFT);
	struct text_style axis = make_style(13, false, FAINT, CANVAS_CENTER);
	canvas_text_fitted(canvas, &title, 20, 28, layout->width - 40, confusion->title);
	canvas_text(canvas, &axis, layout->left + middle, 64, "predicted");
	axis.angle = -M_PI / 2;
	canvas_text(canvas, &axis, 24, layout->top + middle, "truth");
}

int confusion_draw(struct canvas *canvas, const struct confusion *confusion, struct error *error)
{
	struct canvas measure;
	*canvas = (struct canvas){0};
	if (canvas_create(&measure, 1, 1, SCALE, error))
		return -1;
	struct layout layout = make_layout(&measure, confusion);
	canvas_free(&measure);
	if (canvas_create(canvas, layout.width, layout.height, SCALE, error))
		return -1;
	draw_matrix(canvas, &layout, confusion);
	draw_names(canvas, &layout, confusion);
	draw_titles(canvas, &layout, confusion);
	return 0;
}

int confusion_write_png(const struct confusion *confusion, const char *path, struct error *error)
{
	struct canvas canvas;
	if (confusion_draw(&canvas, confusion, error))
		return -1;
	int result = canvas_write_png(&canvas, path, error);
	canvas_free(&canvas);
	return result;
}
