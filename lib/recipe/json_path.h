/* JSON paths: select values of a document.
 *
 *   .            the value itself
 *   a.b          the member b of the member a
 *   a[]          every element of the array a; a value that is not an array counts as an array of
 * one a[2]         its third element a.*          every member
 *   ..a          every member a, however deep, in document order
 *   "odd.name"   a name that contains one of . [ ] * " or a blank
 *
 * A missing value is not an error: nothing is selected. */
#ifndef RECIPE_JSON_PATH_H
#define RECIPE_JSON_PATH_H

#include "base/error.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct json_path {
	struct json_step *steps;
	size_t count;
};

/* Parses a path ("" is ".") of at most 64 steps. On failure (-1: invalid) *path is empty. */
CHECKED int json_path_parse(struct json_path *path, const char *text, struct error *error);

/* Called with each value, and its member name (NULL for none). Returns 0, or -1 to stop. */
typedef int json_path_found(void *context, const char *name, json_t *value);

/* Calls `found` for every value that the path selects, relative to `value`. Each value visited
 * subtracts one from *budget. Returns 0, or -1: the budget is exceeded, or `found` stopped it. */
CHECKED int json_path_select(const struct json_path *path, json_t *value, json_path_found *found,
	void *context, size_t *budget);

void json_path_free(struct json_path *path);

#endif
