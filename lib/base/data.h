/* Finds the project's own data files: recipes of sites and datasets, parameters of drawings. */
#ifndef BASE_DATA_H
#define BASE_DATA_H

#include "base/error.h"

/* Finds `name` ("sites/commons", "pokemon/recipe"): in ./data, else in the folder that the
 * environment variable MILLRACE_DATA names, else where `make install` put it. Returns its path,
 * which the caller frees, or NULL with `error` set if it is in none of them. */
char *data_find(const char *name, struct error *error);

#endif
