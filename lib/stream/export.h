/* The records of streams as NumPy arrays, all streams together. */
#ifndef STREAM_EXPORT_H
#define STREAM_EXPORT_H

#include "base/file.h"
#include "stream/npy.h"
#include "stream/stream.h"

struct stream_export {
	const char *tensors_path; /* (records, H, W, C), u1 or f4; NULL: not wanted. The caller's, as is the other */
	const char *labels_path;  /* i4 of indices, or f4 (records, classes) of weights */
	bool started;
	struct stream_head head;  /* the first, which all others match */
	struct output tensors_file, labels_file;
	struct npy tensors, labels;
};

/* Nothing exported yet. The caller ends it with stream_export_end. */
struct stream_export stream_export_to(const char *tensors_path, const char *labels_path);

/* Takes the head of a segment of the stream `name`: opens the files at the first. -1 when a file can't be opened, or a later
 * head can't be used together with the first (stream_head_match). */
CHECKED int stream_export_add_head(struct stream_export *export, const struct stream_head *head, const char *name,
	struct error *error);

/* Adds a record of the segment. */
CHECKED int stream_export_add_record(struct stream_export *export, const struct stream_record *record,
	struct error *error);

/* Gives the files, whole, their names. -1: some may have theirs, the others are as they were. */
CHECKED int stream_export_commit(struct stream_export *export, struct error *error);

/* Frees; what was not committed leaves nothing behind. */
void stream_export_end(struct stream_export *export);

#endif
