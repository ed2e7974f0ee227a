/* Pieces of an HTML page. Written to a stream, whose errors its owner checks at the end. */
#ifndef EXPLAIN_HTML_H
#define EXPLAIN_HTML_H

#include "base/error.h"
#include "explain/canvas.h"
#include "image/image.h"

#include <jansson.h>
#include <stdio.h>

/* Writes text so that it stands for itself in content and in quoted attributes. Control characters and bytes that are no
 * UTF-8 are shown as escapes. */
void html_text(FILE *stream, const char *text);

/* Writes an <img> of the picture itself, as PNG in base64 (RFC 4648), with this class and alternative text. */
CHECKED int html_image(FILE *stream, const struct image *image, const char *class, const char *alternative,
	struct error *error);

/* The same for what was drawn on a canvas, shown at its size in units at most. Frees the canvas either way. */
CHECKED int html_canvas(FILE *stream, struct canvas *canvas, const char *class, const char *alternative,
	struct error *error);

/* Writes a JSON value as nested definition lists, names with spaces for '_'. Nested deeper than 16 it ends in "…". */
void html_json(FILE *stream, const json_t *value);

#endif
