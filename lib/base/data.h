/* Finds the project's own data files: recipes of sites and datasets, parameters of drawings. */
#ifndef BASE_DATA_H
#define BASE_DATA_H

#include "base/error.h"
#include "base/text.h"

/* Finds `name` ("sites/commons", "pokemon/recipe"): in ./data, else in the folder that the
 * environment variable MILLRACE_DATA names, else where `make install` put it. Returns its path,
 * which the caller frees, or NULL with `error` set if it is in none of them. */
char *data_find(const char *name, struct error *error);

/* Appends the names of the files in the folder `name` ("networks") of all three places, each once,
 * sorted by bytes. On failure (-1) some may have been added; the caller frees the list either
 * way. */
CHECKED int data_list(const char *name, struct text_list *names, struct error *error);

#endif
