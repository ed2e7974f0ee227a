/* JSON by jansson, without its ways to lose what there was no memory for. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/error.h"

#include <jansson.h>

/* `text`, which may be any bytes, the name of a file above all, as a JSON string; as text_printable shows it where it is no
 * UTF-8. The caller's to release; NULL without memory. */
json_t *json_text(const char *text);

/* A number; null where it is not finite, for which JSON has no number. NULL without memory. */
json_t *json_number(double value);

/* Adds `value` to an object under `key`, or to the end of an array, which takes it over. Returns the object or array. Where
 * that or the value is NULL, and without memory, both are released and it returns NULL: so a member that was lost makes
 * NULL of the whole, which json_pack passes on. */
json_t *json_add_member(json_t *object, const char *key, json_t *value);
json_t *json_add_item(json_t *array, json_t *value);

/* `value` as text; `flags` are jansson's. The caller's to free; NULL without memory, where jansson leaves a key out and calls
 * the rest whole. */
char *json_print(const json_t *value, size_t flags);

/* Parses `size` bytes of text; `flags` are jansson's. The caller's to release; NULL with an error in `name` where it is no
 * JSON, which gives the line, or without memory, where jansson may leave a byte of a string out and call the rest whole. */
json_t *json_parse(const void *text, size_t size, size_t flags, const char *name, struct error *error);

#endif
