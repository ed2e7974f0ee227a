/* Putting files into a folder that may hold others, without harm to them. */
#ifndef DATASET_PLACE_H
#define DATASET_PLACE_H

#include "base/error.h"

#include <stddef.h>

/* Writes `bytes` as FOLDER/NAME, making the folder where it is missing. A file there that holds the same stays as it
 * is; where it holds something else, NAME-2 (before the extension), NAME-3, ... is taken. Returns 0 or -1. */
CHECKED int place_bytes(const char *folder, const char *name, const void *bytes, size_t size, struct error *error);

#endif
