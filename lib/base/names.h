/* Names of results for pictures from anywhere: one folder, no two alike. */
#ifndef BASE_NAMES_H
#define BASE_NAMES_H

#include "base/error.h"
#include "base/text.h"

#include <stddef.h>

/* Appends one name per path, in their order: the first of these that no other path would take too, cut at its
 * front to 160 bytes:
 *   the file's name without its extension ("stdin" for "-");
 *   that with its extension, "1.png";
 *   the first behind its folder's name, "goku-1";
 *   that with its extension;
 *   the whole path with '-' for '/';
 *   that with "-2" and so on behind it, in the order of the paths.
 * On failure (-1, no memory) the list is still the caller's to free. */
CHECKED int names_of_results(struct text_list *names, char *const *paths, size_t count, struct error *error);

#endif
