#include "explain/canvas.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

enum { SHOWN_SIZE = 1024 };

/* Half the height of a capital letter, as a fraction of the font size. */
static const double capital_half = 0.365;
static const double scale_minimum = 0.7;
static const char ellipsis[] = "\xe2\x80\xa6";

static bool font_has_all(cairo_t *cairo, const char *text)
{
	cairo_glyph_t *glyphs = NULL;
	int count = 0;
	bool all = true;
	if (cairo_scaled_font_text_to_glyphs(cairo_get_scaled_font(cairo), 0, 0, text, -1, &glyphs,
		    &count, NULL, NULL, NULL) != CAIRO_STATUS_SUCCESS)
		return false;
	for (int i = 0; i < count; i++)
		all &= glyphs[i].index != 0;
	cairo_glyph_free(glyphs);
	return all;
}

static void choose_font(cairo_t *cairo, const struct text_style *style, double size,
	const char *text)
{
	static const char *const families[] = {"DejaVu Sans", "sans-serif", "Noto Sans",
		"Noto Sans CJK JP", "IPAGothic", "WenQuanYi Micro Hei", "Noto Sans Arabic",
		"Noto Sans Hebrew", "Unifont"};
	cairo_font_weight_t weight =
		style->bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL;
	cairo_set_font_size(cairo, size);
	for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
		cairo_select_font_face(cairo, families[i], CAIRO_FONT_SLANT_NORMAL, weight);
		if (font_has_all(cairo, text))
			return;
	}
	cairo_select_font_face(cairo, families[0], CAIRO_FONT_SLANT_NORMAL, weight);
}

static double text_advance(cairo_t *cairo, const char *text)
{
	cairo_text_extents_t extents;
	cairo_text_extents(cairo, text, &extents);
	return extents.x_advance;
}

/* choose_font must have been called for `text`. */
static double draw_text(const struct canvas *canvas, const struct text_style *style, double size,
	double x, double y, const char *text)
{
	cairo_t *cairo = canvas->cairo;
	double width = text_advance(cairo, text);
	double left = style->align == CANVAS_LEFT ? 0
		: style->align == CANVAS_CENTER   ? -width / 2
						  : -width;
	cairo_save(cairo);
	cairo_translate(cairo, x, y);
	cairo_rotate(cairo, style->angle);
	cairo_move_to(cairo, left, capital_half * size);
	if (style->outline > 0) {
		cairo_text_path(cairo, text);
		canvas_set_color(canvas, style->outline_color);
		cairo_set_line_width(cairo, 2 * style->outline);
		cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND);
		cairo_stroke(cairo);
		cairo_move_to(cairo, left, capital_half * size);
	}
	canvas_set_color(canvas, style->color);
	cairo_show_text(cairo, text);
	cairo_new_path(cairo);
	cairo_restore(cairo);
	return width;
}

void canvas_text(const struct canvas *canvas, const struct text_style *style, double x, double y,
	const char *text)
{
	char shown[SHOWN_SIZE];
	text_printable(shown, sizeof shown, text);
	choose_font(canvas->cairo, style, style->size, shown);
	draw_text(canvas, style, style->size, x, y, shown);
}

double canvas_text_width(const struct canvas *canvas, const struct text_style *style,
	const char *text)
{
	char shown[SHOWN_SIZE];
	text_printable(shown, sizeof shown, text);
	choose_font(canvas->cairo, style, style->size, shown);
	return text_advance(canvas->cairo, shown);
}

/* Removes characters from the end until the text with an ellipsis is no wider than `width`. */
static void cut_to_width(cairo_t *cairo, char *text, double width)
{
	size_t length = strlen(text);
	while (length > 0 && text_advance(cairo, text) > width) {
		do
			length--;
		while (length > 0 && (text[length] & 0xc0) == 0x80);
		while (length > 0 && text[length - 1] == ' ')
			length--;
		memcpy(text + length, ellipsis, sizeof ellipsis);
	}
}

double canvas_text_fitted(const struct canvas *canvas, const struct text_style *style, double x,
	double y, double width, const char *text)
{
	char shown[SHOWN_SIZE + sizeof ellipsis];
	text_printable(shown, SHOWN_SIZE, text);
	choose_font(canvas->cairo, style, style->size, shown);
	double full_width = text_advance(canvas->cairo, shown), size = style->size;
	if (full_width > width) {
		size *= fmax(scale_minimum, width / full_width);
		cairo_set_font_size(canvas->cairo, size);
		cut_to_width(canvas->cairo, shown, width);
	}
	return draw_text(canvas, style, size, x, y, shown);
}
