#include "explain/confusion.h"

#include <math.h>
#include <stdio.h>

enum {
	SCALE = 2,
	TEXT = 0x1F2933,
	FAINT = 0x697586,
	LINE = 0xD5DBE3,
	SHADE = 0x08519C,
	TITLE_SIZE = 17
};

/* Sizes and positions in units. */
struct confusion_layout {
	double cell;          /* side of a cell */
	double font;          /* of the class names */
	double left, top;     /* of the matrix */
	double name_width;    /* of the row names at most */
	double header_height; /* of the column names */
	bool slanted;         /* column names, as they are wider than a cell */
	double width, height;
};

static struct text_style text_style_of(double size, bool bold, uint32_t color,
	enum canvas_align align)
{
	return (struct text_style){.size = size,
		.bold = bold,
		.color = solid_color(color),
		.align = align};
}

static double widest_label(const struct canvas *canvas, const struct confusion *confusion,
	double size)
{
	struct text_style style = text_style_of(size, false, TEXT, CANVAS_LEFT);
	double widest = 0;
	for (int i = 0; i < confusion->classes; i++)
		widest = fmax(widest, canvas_text_width(canvas, &style, confusion->labels[i]));
	return widest;
}

static struct confusion_layout layout_matrix(const struct canvas *canvas,
	const struct confusion *confusion)
{
	struct confusion_layout layout = {.cell = fmin(96, fmax(14, 640.0 / confusion->classes))};
	if (confusion->classes * layout.cell > 12000)
		layout.cell = 12000.0 / confusion->classes;
	layout.font = fmax(6, fmin(14, layout.cell * 0.7));
	layout.name_width = fmin(220, widest_label(canvas, confusion, layout.font));
	layout.slanted = layout.name_width > layout.cell * 0.92;
	layout.header_height = layout.slanted ? layout.name_width * sin(M_PI / 4) + layout.font
					      : layout.font * 1.5;
	layout.left = 52 + layout.name_width;
	layout.top = 92 + layout.header_height;
	double side = layout.cell * confusion->classes;
	double overhang = layout.slanted ? layout.header_height : 20;
	struct text_style title = text_style_of(TITLE_SIZE, true, TEXT, CANVAS_LEFT);
	double widest = fmin(canvas_text_width(canvas, &title, confusion->title) + 40, 640);
	layout.width = fmax(layout.left + side + overhang + 12, fmax(widest, 420));
	layout.height = layout.top + side + 28;
	return layout;
}

static uint64_t row_total(const struct confusion *confusion, int row)
{
	uint64_t total = 0;
	for (int column = 0; column < confusion->classes; column++)
		total +=
			confusion
				->counts[(size_t)row * (size_t)confusion->classes + (size_t)column];
	return total;
}

/* From white at 0 to SHADE at 1; by square root, so that small fractions are visible. */
static struct canvas_color cell_color(double fraction)
{
	uint32_t rgb = 0;
	for (int shift = 16; shift >= 0; shift -= 8)
		rgb |= (uint32_t)lround(255 - (255 - (SHADE >> shift & 255)) * sqrt(fraction))
			<< shift;
	return solid_color(rgb);
}

static void draw_cell(const struct canvas *canvas, const struct confusion_layout *layout, double x,
	double y, uint64_t count, double fraction)
{
	char text[32];
	uint32_t ink = fraction > 0.3 ? 0xFFFFFF : TEXT;
	canvas_box(canvas, x, y, layout->cell, layout->cell, 0, cell_color(fraction));
	if (count == 0 || layout->cell < 18)
		return;
	bool both = layout->cell >= 44;
	double middle = x + layout->cell / 2,
	       size = both ? layout->cell * 0.25 : layout->cell * 0.42;
	struct text_style style = text_style_of(size, true, ink, CANVAS_CENTER);
	snprintf(text, sizeof text, "%llu", (unsigned long long)count);
	canvas_text_fitted(canvas, &style, middle, y + layout->cell * (both ? 0.42 : 0.5),
		layout->cell * 0.9, text);
	if (!both)
		return;
	style = text_style_of(layout->cell * 0.15, false, ink, CANVAS_CENTER);
	snprintf(text, sizeof text, "%.0f %%", 100 * fraction);
	canvas_text_fitted(canvas, &style, middle, y + layout->cell * 0.72, layout->cell * 0.9,
		text);
}

static void draw_matrix(const struct canvas *canvas, const struct confusion_layout *layout,
	const struct confusion *confusion)
{
	const uint64_t *count = confusion->counts;
	double side = layout->cell * confusion->classes;
	for (int row = 0; row < confusion->classes; row++) {
		double total = (double)row_total(confusion, row),
		       y = layout->top + row * layout->cell;
		for (int column = 0; column < confusion->classes; column++, count++)
			draw_cell(canvas, layout, layout->left + column * layout->cell, y, *count,
				total > 0 ? (double)*count / total : 0);
	}
	for (int i = 0; i <= confusion->classes && layout->cell >= 6; i++) {
		double x = layout->left + i * layout->cell, y = layout->top + i * layout->cell;
		canvas_line(canvas, x, layout->top, x, layout->top + side, 0.75, solid_color(LINE));
		canvas_line(canvas, layout->left, y, layout->left + side, y, 0.75,
			solid_color(LINE));
	}
	for (int i = 0; i < confusion->classes && layout->cell >= 14; i++)
		canvas_frame(canvas, layout->left + i * layout->cell,
			layout->top + i * layout->cell, layout->cell, layout->cell, 0, 1.25,
			solid_color(TEXT));
}

static void draw_class_names(const struct canvas *canvas, const struct confusion_layout *layout,
	const struct confusion *confusion)
{
	struct text_style row = text_style_of(layout->font, false, TEXT, CANVAS_RIGHT);
	struct text_style column = text_style_of(layout->font, false, TEXT,
		layout->slanted ? CANVAS_LEFT : CANVAS_CENTER);
	column.angle = layout->slanted ? -M_PI / 4 : 0;
	int step = layout->cell < layout->font ? (int)ceil(layout->font * 1.1 / layout->cell) : 1;
	for (int i = 0; i < confusion->classes; i += step) {
		double middle = (i + 0.5) * layout->cell;
		canvas_text_fitted(canvas, &row, layout->left - 8, layout->top + middle,
			layout->name_width, confusion->labels[i]);
		canvas_text_fitted(canvas, &column, layout->left + middle,
			layout->top - (layout->slanted ? 8 : 12),
			layout->slanted ? layout->name_width : layout->cell * 0.95,
			confusion->labels[i]);
	}
}

static void draw_titles(const struct canvas *canvas, const struct confusion_layout *layout,
	const struct confusion *confusion)
{
	double middle = layout->cell * confusion->classes / 2;
	struct text_style title = text_style_of(TITLE_SIZE, true, TEXT, CANVAS_LEFT);
	struct text_style axis = text_style_of(13, false, FAINT, CANVAS_CENTER);
	canvas_text_fitted(canvas, &title, 20, 28, layout->width - 40, confusion->title);
	canvas_text(canvas, &axis, layout->left + middle, 64, "predicted");
	axis.angle = -M_PI / 2;
	canvas_text(canvas, &axis, 24, layout->top + middle, "ground truth");
}

int confusion_draw(struct canvas *canvas, const struct confusion *confusion, struct error *error)
{
	struct canvas measure;
	*canvas = (struct canvas){0};
	if (canvas_create(&measure, 1, 1, SCALE, error))
		return -1;
	struct confusion_layout layout = layout_matrix(&measure, confusion);
	canvas_free(&measure);
	if (canvas_create(canvas, layout.width, layout.height, SCALE, error))
		return -1;
	draw_matrix(canvas, &layout, confusion);
	draw_class_names(canvas, &layout, confusion);
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
