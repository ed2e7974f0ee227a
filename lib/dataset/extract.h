/* Writes the records of streams as class folders of pictures. */
#ifndef DATASET_EXTRACT_H
#define DATASET_EXTRACT_H

#include "base/unfinished.h"
#include "stream/stream.h"

struct extraction {
	char *folder;                 /* owned; without trailing slashes */
	struct unfinished unfinished; /* where it is built */
	uint64_t count;               /* of records */
	FILE *list;                   /* of pictures and their classes, if labels are weights */
};

/* Starts to build `folder`, and creates its parents. Returns 0, or -1: it already exists or can't
 * be created. The caller calls extract_end either way. */
CHECKED int extract_start(struct extraction *extraction, const char *folder, struct error *error);

/* Writes a record as a PNG file, its values scaled from the range of the stream to 0..255:
 * FOLDER/CLASS/NUMBER-NAME.png, or FOLDER/predict/... without a label; if labels are weights
 * FOLDER/pictures/... and a line in FOLDER/list.tsv for list_read. NUMBER counts all records from
 * 0, and NAME is the base name of the source, sanitized. Returns 0, or -1: not 1 or 3 channels, a
 * class "predict", weights other than 0 and 1, or writing failed. */
CHECKED int extract_add(struct extraction *extraction, const struct stream_head *head,
	const struct stream_record *record, struct error *error);

/* Renames the complete folder to its final name. */
CHECKED int extract_commit(struct extraction *extraction, struct error *error);

/* Frees, and removes what was not committed. */
void extract_end(struct extraction *extraction);

#endif
