/* The operands of a command line as a list of files. */
#ifndef DATASET_OPERANDS_H
#define DATASET_OPERANDS_H

#include "base/bad_inputs.h"
#include "base/text.h"

#include <stddef.h>

/* Appends each operand to a list of paths, or for a folder all files below it, sorted
 * (dataset_files_add_folder). A folder that can't be read is a bad input. Returns 0 or -1; the list
 * is the caller's to free either way. */
CHECKED int operands_find_files(struct text_list *paths, char *const *operands, size_t count,
	struct bad_inputs *bad, struct error *error);

#endif
