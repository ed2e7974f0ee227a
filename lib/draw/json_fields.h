/* Strict reading of a JSON object: every value has a type and a range, and an unknown key is an
 * error. An absent key leaves the value unchanged. All functions return 0, or -1 with an error. */
#ifndef DRAW_JSON_FIELDS_H
#define DRAW_JSON_FIELDS_H

#include "base/error.h"
#include "draw/shape.h"

#include <jansson.h>
#include <stdbool.h>

struct json_fields {
	const json_t *object;
	const char *label; /* names the object in messages: "pikachu: ear" */
	struct error *error;
};

/* Fills the error: the label, and a formatted reason. Always returns -1. */
int field_error(const struct json_fields *fields, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Checks that it is an object and that each key is in the NULL-terminated list. */
CHECKED int fields_check_keys(const struct json_fields *fields, const char *const *keys);

CHECKED int field_number(const struct json_fields *fields, const char *key, double low, double high,
	double *value);
CHECKED int field_flag(const struct json_fields *fields, const char *key, bool *value);

/* Two numbers of at most 1000 in size: [x, y]. */
CHECKED int field_point(const struct json_fields *fields, const char *key, struct point *value);

/* As field_point, for a value such as an element of an array. `key` is for messages. */
CHECKED int value_point(const struct json_fields *fields, const char *key, const json_t *value,
	struct point *point);

/* As field_number, likewise. */
CHECKED int value_number(const struct json_fields *fields, const char *key, const json_t *value,
	double low, double high, double *number);

/* A string, owned by the JSON object; NULL if absent. */
CHECKED int field_text(const struct json_fields *fields, const char *key, const char **text);

/* One of a NULL-terminated list of words, as its index. */
CHECKED int field_choice(const struct json_fields *fields, const char *key,
	const char *const *words, int *index);

/* A string of 1 to size - 1 bytes, copied into `out`. */
CHECKED int field_name(const struct json_fields *fields, const char *key, char *out, size_t size);

/* An array of at most `most` elements; NULL if absent. */
CHECKED int field_array(const struct json_fields *fields, const char *key, size_t most,
	const json_t **array);

#endif
