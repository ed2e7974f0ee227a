/* Names of results for pictures from anywhere: one folder, no two alike. */
#ifndef EXPLAIN_NAMES_H
#define EXPLAIN_NAMES_H

#include "base/error.h"
#include "base/text.h"

#include <stddef.h>

/* Appends one name per path, in their order: the file's name without its extension; where two paths would share that,
 * the whole path with '-' for '/' ("goku-1.png"); and where even that is taken, with "-2" and so on behind it.
 * On failure (-1, no memory) the list is still the caller's to free. */
CHECKED int names_of_results(struct text_list *names, char *const *paths, size_t count, struct error *error);

#endif
