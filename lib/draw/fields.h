/* Reading the keys of a JSON object strictly: every value has a type and a range, and an unknown key is an
 * error. In all of them an absent key leaves the value as it was. Returns 0, or -1 with an error. */
#ifndef DRAW_FIELDS_H
#define DRAW_FIELDS_H

#include "base/error.h"
#include "draw/shape.h"

#include <jansson.h>
#include <stdbool.h>

struct fields {
	const json_t *object;
	const char *label; /* names the object in messages: "pikachu: ear" */
	struct error *error;
};

/* Fills the error: the label, and a formatted reason. Always returns -1. */
int field_error(const struct fields *fields, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* That it is an object, each of whose keys is in the NULL-ended list. */
CHECKED int fields_known(const struct fields *fields, const char *const *keys);

CHECKED int field_number(const struct fields *fields, const char *key, double low, double high, double *value);
CHECKED int field_flag(const struct fields *fields, const char *key, bool *value);

/* Two numbers of at most 1000 in size: [x, y]. */
CHECKED int field_point(const struct fields *fields, const char *key, struct point *value);

/* As field_point from a value that is no key's own, such as an element of an array. `key` is for messages. */
CHECKED int value_point(const struct fields *fields, const char *key, const json_t *value, struct point *point);

/* A number from low to high, likewise. */
CHECKED int value_number(const struct fields *fields, const char *key, const json_t *value, double low, double high,
	double *number);

/* A text that stays the JSON object's; NULL where absent. */
CHECKED int field_text(const struct fields *fields, const char *key, const char **text);

/* One of a NULL-ended list of words: its index. */
CHECKED int field_word(const struct fields *fields, const char *key, const char *const *words, int *index);

/* A text of 1 to size - 1 bytes, copied into `out`. */
CHECKED int field_name(const struct fields *fields, const char *key, char *out, size_t size);

/* An array of at most `most` elements; NULL where absent. */
CHECKED int field_array(const struct fields *fields, const char *key, size_t most, const json_t **array);

#endif
