/* Paths into JSON: which values of a document are meant.
 *
 *   .            the value itself
 *   a.b          the member b of the member a
 *   a[]          every element of the array a; a value that is no array stands for an array of it alone
 *   a[2]         its third element
 *   a.*          every member
 *   ..a          every member a, however deep, in the order in which they stand
 *   "odd.name"   a name that holds one of . [ ] * " or a blank
 *
 * What is not there is nothing, never an error. */
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

/* Reads a path ("" is ".") of at most 64 steps. On failure (-1: it is none) *path is empty. */
CHECKED int json_path_parse(struct json_path *path, const char *text, struct error *error);

/* Told of each value, and of the name of the member that it is (NULL for none). Returns 0, or -1 to stop. */
typedef int json_path_found(void *context, const char *name, json_t *value);

/* Tells `found` of every value that the path means, seen from `value`. Each value looked at takes one from *work;
 * with none left it ends. Returns 0, or -1: the work is used up, or `found` stopped it. */
CHECKED int json_path_select(const struct json_path *path, json_t *value, json_path_found *found, void *context,
	size_t *work);

void json_path_free(struct json_path *path);

#endif
