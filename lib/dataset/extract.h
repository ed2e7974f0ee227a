/* The records of streams as class folders of pictures again. */
#ifndef DATASET_EXTRACT_H
#define DATASET_EXTRACT_H

#include "base/unfinished.h"
#include "stream/stream.h"

/* All zero is none. */
struct extraction {
	char *folder;                 /* owned; without slashes at its end */
	struct unfinished unfinished; /* where it is being made */
	uint64_t count;               /* records in it */
	FILE *list;                   /* names the pictures, where labels are weights */
};

/* Begins to make `folder`, and makes those above it. Returns 0, or -1: it is there already or can't be made. Either way the caller ends the
 * extraction. */
CHECKED int extract_start(struct extraction *extraction, const char *folder, struct error *error);

/* Writes a record as a PNG file, of values from black to white over the range of the stream: FOLDER/CLASS/NUMBER-NAME.png,
 * or FOLDER/predict/... without a label; where labels are weights FOLDER/pictures/..., and a line in FOLDER/list.tsv as
 * list_read takes it. NUMBER counts all records from 0, and NAME is what is safe to use of the end of the source name. -1:
 * not 1 or 3 channels, a class "predict", weights but 0 and 1, or writing failed. */
CHECKED int extract_add(struct extraction *extraction, const struct stream_head *head,
	const struct stream_record *record, struct error *error);

/* Gives the folder, whole, its name. */
CHECKED int extract_commit(struct extraction *extraction, struct error *error);

/* Frees; what was not committed leaves nothing behind. */
void extract_end(struct extraction *extraction);

#endif
