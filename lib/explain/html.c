#include "explain/html.h"

#include "base/text.h"

#include <stdlib.h>

enum { DEPTH_MAXIMUM = 16 };

void html_text(FILE *stream, const char *text)
{
	char shown[4096];
	text_write_html(stream, text_printable(shown, sizeof shown, text));
}

static void write_base64(FILE *stream, const unsigned char *bytes, size_t size)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	for (size_t i = 0; i < size; i += 3) {
		size_t left = size - i;
		unsigned group = (unsigned)bytes[i] << 16 |
			(left > 1 ? (unsigned)bytes[i + 1] << 8 : 0) |
			(left > 2 ? bytes[i + 2] : 0u);
		fputc(digits[group >> 18], stream);
		fputc(digits[group >> 12 & 63], stream);
		fputc(left > 1 ? digits[group >> 6 & 63] : '=', stream);
		fputc(left > 2 ? digits[group & 63] : '=', stream);
	}
}

int html_image(FILE *stream, const struct image *image, const char *class, const char *alternative,
	struct error *error)
{
	unsigned char *bytes;
	size_t size;
	if (image_encode_png(image, &bytes, &size, error))
		return -1;
	fprintf(stream, "<img class=\"%s\" width=\"%d\" height=\"%d\" alt=\"", class, image->width,
		image->height);
	html_text(stream, alternative);
	fputs("\" src=\"data:image/png;base64,", stream);
	write_base64(stream, bytes, size);
	fputs("\">", stream);
	free(bytes);
	return 0;
}

int html_canvas(FILE *stream, struct canvas *canvas, const char *class, const char *alternative,
	struct error *error)
{
	struct image image;
	double width = canvas->width;
	int result = canvas_to_image(canvas, &image, error);
	canvas_free(canvas);
	if (result)
		return -1;
	fprintf(stream, "<div class=\"fit\" style=\"max-width:%.0fpx\">", width);
	result = html_image(stream, &image, class, alternative, error);
	fputs("</div>\n", stream);
	image_free(&image);
	return result;
}

static void write_json_name(FILE *stream, const char *name)
{
	char shown[256];
	snprintf(shown, sizeof shown, "%s", name);
	for (char *p = shown; *p; p++)
		if (*p == '_')
			*p = ' ';
	html_text(stream, shown);
}

static void write_json_value(FILE *stream, const json_t *value, int depth);

static void write_json_object(FILE *stream, const json_t *object, int depth)
{
	const char *name;
	json_t *member;
	fputs("<dl>", stream);
	json_object_foreach ((json_t *)object, name, member) {
		fputs("<dt>", stream);
		write_json_name(stream, name);
		fputs("</dt><dd>", stream);
		write_json_value(stream, member, depth + 1);
		fputs("</dd>\n", stream);
	}
	fputs("</dl>", stream);
}

static void write_json_array(FILE *stream, const json_t *array, int depth)
{
	fputs("<ol>", stream);
	for (size_t i = 0; i < json_array_size(array); i++) {
		fputs("<li>", stream);
		write_json_value(stream, json_array_get(array, i), depth + 1);
		fputs("</li>\n", stream);
	}
	fputs("</ol>", stream);
}

static void write_json_value(FILE *stream, const json_t *value, int depth)
{
	if (depth > DEPTH_MAXIMUM)
		fputs("\u2026", stream);
	else if (json_is_object(value) && json_object_size(value))
		write_json_object(stream, value, depth);
	else if (json_is_array(value) && json_array_size(value))
		write_json_array(stream, value, depth);
	else if (json_is_string(value))
		html_text(stream, json_string_value(value));
	else if (json_is_integer(value))
		fprintf(stream, "%lld", (long long)json_integer_value(value));
	else if (json_is_real(value))
		fprintf(stream, "%.6g", json_real_value(value));
	else
		fputs(json_is_true(value) ? "yes" : json_is_false(value) ? "no" : "\u2013", stream);
}

void html_json(FILE *stream, const json_t *value)
{
	write_json_value(stream, value, 0);
}
