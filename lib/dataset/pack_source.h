/* What there is to pack: class folders, a list, arrays, single pictures. */
#ifndef DATASET_PACK_SOURCE_H
#define DATASET_PACK_SOURCE_H

#include "dataset/array.h"

/* How the operands are to be understood. */
struct pack_request {
	const char *class_names, *classes_path; /* classes_parse, classes_read; NULL: those found */
	const char *list;                       /* list_read; NULL: none */
	bool idx;                               /* the operands are two IDX files */
};

/* All zero is empty. */
struct pack_source {
	const char *name;    /* of the list, or of the first operand; the caller's */
	bool listed;         /* the files stand in a list */
	struct dataset_files files;
	struct array images; /* entry i is its row i; without values each file is opened */
};

/* Finds what to pack: the files of a list; the images of two IDX files; those of a .npy file, known by its first bytes, with
 * their labels from a second one or a table (list_read_labels); the files of a folder's class folders; single files;
 * standard input. Returns 0, or -1 where there is nothing in it too; the source is the caller's to free either way. */
CHECKED int pack_source_read(struct pack_source *source, const struct pack_request *request, char *const *operands,
	size_t count, struct error *error);

void pack_source_free(struct pack_source *source);

#endif
