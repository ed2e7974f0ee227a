#include "explain/canvas.h"

#include <math.h>
#include <string.h>

enum { SIDE_MAXIMUM = 32767 };

static int canvas_failed(struct canvas *canvas, cairo_status_t status, struct error *error)
{
	canvas_free(canvas);
	return error_set(error, "canvas", "%s", cairo_status_to_string(status));
}

static void set_up_fonts(cairo_t *cairo)
{
	/* Without hinting, glyph shapes and positions are the same at every scale. */
	cairo_font_options_t *options = cairo_font_options_create();
	cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
	cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
	cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
	cairo_set_font_options(cairo, options);
	cairo_font_options_destroy(options);
}

static int canvas_init(struct canvas *canvas, cairo_surface_t *surface, double scale,
	struct error *error)
{
	*canvas = (struct canvas){.surface = surface, .cairo = cairo_create(surface)};
	if (cairo_status(canvas->cairo))
		return canvas_failed(canvas, cairo_status(canvas->cairo), error);
	canvas->width = cairo_image_surface_get_width(surface) / scale;
	canvas->height = cairo_image_surface_get_height(surface) / scale;
	cairo_scale(canvas->cairo, scale, scale);
	set_up_fonts(canvas->cairo);
	return 0;
}

int canvas_create(struct canvas *canvas, double width, double height, double scale,
	struct error *error)
{
	*canvas = (struct canvas){0};
	double pixels_wide = round(width * scale), pixels_high = round(height * scale);
	if (!(pixels_wide >= 1 && pixels_high >= 1 && pixels_wide <= SIDE_MAXIMUM &&
		    pixels_high <= SIDE_MAXIMUM))
		return error_set(error, "canvas", "%.0fx%.0f pixels: sides may be 1 to %d",
			pixels_wide, pixels_high, SIDE_MAXIMUM);
	cairo_surface_t *surface =
		cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)pixels_wide, (int)pixels_high);
	if (canvas_init(canvas, surface, scale, error))
		return -1;
	cairo_set_source_rgb(canvas->cairo, 1, 1, 1);
	cairo_paint(canvas->cairo);
	return 0;
}

static uint32_t opaque_pixel(const unsigned char *pixel, int channels)
{
	unsigned rgb[3];
	for (int i = 0; i < 3; i++) {
		unsigned value = pixel[channels < 3 ? 0 : i];
		unsigned alpha = channels == 4 ? pixel[3] : 255;
		rgb[i] = (value * alpha + 255 * (255 - alpha) + 127) / 255;
	}
	return 0xff000000u | rgb[0] << 16 | rgb[1] << 8 | rgb[2];
}

static cairo_surface_t *surface_from_image(const struct image *image)
{
	cairo_surface_t *surface =
		cairo_image_surface_create(CAIRO_FORMAT_RGB24, image->width, image->height);
	if (cairo_surface_status(surface))
		return surface;
	unsigned char *rows = cairo_image_surface_get_data(surface);
	size_t stride = (size_t)cairo_image_surface_get_stride(surface);
	const unsigned char *pixel = image->pixels;
	for (int y = 0; y < image->height; y++)
		for (int x = 0; x < image->width; x++, pixel += image->channels) {
			uint32_t value = opaque_pixel(pixel, image->channels);
			memcpy(rows + (size_t)y * stride + 4 * (size_t)x, &value, sizeof value);
		}
	cairo_surface_mark_dirty(surface);
	return surface;
}

int canvas_from_image(struct canvas *canvas, const struct image *image, struct error *error)
{
	return canvas_init(canvas, surface_from_image(image), 1, error);
}

int canvas_to_image(const struct canvas *canvas, struct image *image, struct error *error)
{
	*image = (struct image){0};
	if (cairo_status(canvas->cairo))
		return error_set(error, "canvas", "%s",
			cairo_status_to_string(cairo_status(canvas->cairo)));
	cairo_surface_flush(canvas->surface);
	int width = cairo_image_surface_get_width(canvas->surface);
	int height = cairo_image_surface_get_height(canvas->surface);
	if (image_create(image, width, height, 3, error))
		return -1;
	const unsigned char *rows = cairo_image_surface_get_data(canvas->surface);
	size_t stride = (size_t)cairo_image_surface_get_stride(canvas->surface);
	unsigned char *out = image->pixels;
	for (int y = 0; y < height; y++)
		for (int x = 0; x < width; x++, out += 3) {
			uint32_t value;
			memcpy(&value, rows + (size_t)y * stride + 4 * (size_t)x, sizeof value);
			out[0] = (unsigned char)(value >> 16);
			out[1] = (unsigned char)(value >> 8);
			out[2] = (unsigned char)value;
		}
	return 0;
}

int canvas_write_png(const struct canvas *canvas, const char *path, struct error *error)
{
	struct image image;
	if (canvas_to_image(canvas, &image, error))
		return error_within(error, path);
	int result = image_write_png(&image, path, error);
	image_free(&image);
	return result;
}

void canvas_free(struct canvas *canvas)
{
	if (canvas->cairo)
		cairo_destroy(canvas->cairo);
	if (canvas->surface)
		cairo_surface_destroy(canvas->surface);
	*canvas = (struct canvas){0};
}

/* ---- colour and shapes ---- */

struct canvas_color solid_color(uint32_t rgb)
{
	return (struct canvas_color){rgb, 1};
}

struct canvas_color canvas_color_mix(struct canvas_color a, struct canvas_color b, double weight)
{
	uint32_t rgb = 0;
	for (int shift = 0; shift < 24; shift += 8) {
		double from = a.rgb >> shift & 255, to = b.rgb >> shift & 255;
		rgb |= (uint32_t)lround(from + (to - from) * weight) << shift;
	}
	return (struct canvas_color){rgb, a.alpha + (b.alpha - a.alpha) * weight};
}

void canvas_set_color(const struct canvas *canvas, struct canvas_color color)
{
	cairo_set_source_rgba(canvas->cairo, (color.rgb >> 16 & 255) / 255.0,
		(color.rgb >> 8 & 255) / 255.0, (color.rgb & 255) / 255.0, color.alpha);
}

static void box_path(cairo_t *cairo, double x, double y, double width, double height, double radius)
{
	double r = fmin(radius, fmin(width, height) / 2);
	cairo_new_sub_path(cairo);
	cairo_arc(cairo, x + width - r, y + r, r, -M_PI / 2, 0);
	cairo_arc(cairo, x + width - r, y + height - r, r, 0, M_PI / 2);
	cairo_arc(cairo, x + r, y + height - r, r, M_PI / 2, M_PI);
	cairo_arc(cairo, x + r, y + r, r, M_PI, 1.5 * M_PI);
	cairo_close_path(cairo);
}

void canvas_box(const struct canvas *canvas, double x, double y, double width, double height,
	double radius, struct canvas_color color)
{
	box_path(canvas->cairo, x, y, width, height, radius);
	canvas_set_color(canvas, color);
	cairo_fill(canvas->cairo);
}

void canvas_frame(const struct canvas *canvas, double x, double y, double width, double height,
	double radius, double line, struct canvas_color color)
{
	box_path(canvas->cairo, x, y, width, height, radius);
	canvas_set_color(canvas, color);
	cairo_set_line_width(canvas->cairo, line);
	cairo_stroke(canvas->cairo);
}

void canvas_line(const struct canvas *canvas, double x0, double y0, double x1, double y1,
	double line, struct canvas_color color)
{
	canvas_set_color(canvas, color);
	cairo_set_line_width(canvas->cairo, line);
	cairo_move_to(canvas->cairo, x0, y0);
	cairo_line_to(canvas->cairo, x1, y1);
	cairo_stroke(canvas->cairo);
}

void canvas_disc(const struct canvas *canvas, double x, double y, double radius,
	struct canvas_color color)
{
	cairo_new_sub_path(canvas->cairo);
	cairo_arc(canvas->cairo, x, y, radius, 0, 2 * M_PI);
	canvas_set_color(canvas, color);
	cairo_fill(canvas->cairo);
}

void canvas_picture(const struct canvas *canvas, const struct image *image, double x, double y,
	double width, double height)
{
	cairo_t *cairo = canvas->cairo;
	cairo_surface_t *surface = surface_from_image(image);
	double device_width = width, device_height = height;
	cairo_user_to_device_distance(cairo, &device_width, &device_height);
	cairo_save(cairo);
	cairo_translate(cairo, x, y);
	cairo_rectangle(cairo, 0, 0, width, height);
	cairo_scale(cairo, width / image->width, height / image->height);
	cairo_set_source_surface(cairo, surface, 0, 0);
	cairo_pattern_set_extend(cairo_get_source(cairo), CAIRO_EXTEND_PAD);
	cairo_pattern_set_filter(cairo_get_source(cairo),
		device_width > 4 * image->width ? CAIRO_FILTER_NEAREST : CAIRO_FILTER_GOOD);
	cairo_fill(cairo);
	cairo_restore(cairo);
	cairo_surface_destroy(surface);
}
