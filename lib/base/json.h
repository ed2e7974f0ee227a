/* JSON by jansson, where every allocation failure is an error instead of lost data. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/error.h"

#include <jansson.h>

/* `text`, any bytes such as a file name, as a JSON string; escaped by text_printable if it is not
 * UTF-8. The caller's to release; NULL without memory. */
json_t *json_text(const char *text);

/* A number; null if it is not finite, for which JSON has no number. NULL without memory. */
json_t *json_number(double value);

/* Adds `value` to an object under `key`, or to the end of an array, which takes ownership. Returns
 * the object or array. If that or the value is NULL, or without memory, both are released and it
 * returns NULL, which json_pack passes on: so no member is lost unnoticed. */
json_t *json_add_member(json_t *object, const char *key, json_t *value);
json_t *json_add_item(json_t *array, json_t *value);

/* `value` as text; `flags` are jansson's. The caller's to free; NULL without memory, where jansson
 * would omit a key and succeed. */
char *json_print(const json_t *value, size_t flags);

/* Parses `size` bytes of text; `flags` are jansson's. The caller's to release; NULL with an error
 * of `name`: it is not valid JSON (with the line), or no memory, where jansson may omit a byte of a
 * string and succeed. */
json_t *json_parse(const void *text, size_t size, size_t flags, const char *name,
	struct error *error);

#endif
