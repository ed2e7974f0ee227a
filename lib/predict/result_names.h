/* Unique file names, without extension, for the results of pictures from any folders. */
#ifndef PREDICT_RESULT_NAMES_H
#define PREDICT_RESULT_NAMES_H

#include "base/error.h"
#include "base/text.h"

#include <stddef.h>

/* Appends one name per path, in their order: the first of these that no other path would get too,
 * cut at its start to 160 bytes: the file's name without its extension ("stdin" for "-"); that with
 * its extension, "1.png"; the first after its folder's name, "goku-1"; that with its extension; the
 * whole path with '-' for '/'; that with "-2" and so on appended, in the order of the paths. On
 * failure (-1, no memory) the list is still the caller's to free. */
CHECKED int result_names(struct text_list *names, char *const *paths, size_t count,
	struct error *error);

#endif
