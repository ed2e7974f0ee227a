/* The input of packing: class folders, a list, arrays, or single pictures. */
#ifndef DATASET_PACK_SOURCE_H
#define DATASET_PACK_SOURCE_H

#include "dataset/ndarray.h"

/* How to interpret the operands. */
struct pack_request {
	const char *class_names,
		*classes_path; /* for classes_parse, classes_read; NULL: the classes found */
	const char *list;      /* for list_read; NULL: no list */
	bool idx;              /* the operands are two IDX files */
};

/* All zero is empty. */
struct pack_source {
	const char *name; /* of the list, or of the first operand; the caller's */
	bool from_list;
	struct dataset_files files;
	struct ndarray images; /* file i is row i of it; without values each file is opened */
};

/* Finds the files of a list; the images of two IDX files; those of a .npy file, detected by its
 * magic, with labels from a second one or a table (list_read_labels); the files of a folder's class
 * folders; single files; or standard input. Returns 0, or -1, also if there is no picture; the
 * source is the caller's to free either way. */
CHECKED int pack_source_read(struct pack_source *source, const struct pack_request *request,
	char *const *operands, size_t count, struct error *error);

void pack_source_free(struct pack_source *source);

#endif
