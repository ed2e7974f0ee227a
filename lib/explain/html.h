/* Writers for elements of an HTML page. The owner of the stream checks its errors at the end. */
#ifndef EXPLAIN_HTML_H
#define EXPLAIN_HTML_H

#include "base/error.h"
#include "explain/canvas.h"
#include "image/image.h"

#include <jansson.h>
#include <stdio.h>

/* Writes text with HTML escaping, for content and quoted attributes. Control characters and invalid
 * UTF-8 are shown as escapes. */
void html_text(FILE *stream, const char *text);

/* Writes an <img> with the image embedded as PNG in base64 (RFC 4648), of this class and
 * alternative text. */
CHECKED int html_image(FILE *stream, const struct image *image, const char *class,
	const char *alternative, struct error *error);

/* The same for a canvas, displayed at most at its size in units. Frees the canvas in any case. */
CHECKED int html_canvas(FILE *stream, struct canvas *canvas, const char *class,
	const char *alternative, struct error *error);

/* Writes a JSON value as nested definition lists, names with spaces for '_'. Levels deeper than 16
 * are replaced by "…". */
void html_json(FILE *stream, const json_t *value);

#endif
