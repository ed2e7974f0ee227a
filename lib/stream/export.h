/* Exports the records of one or more streams as NumPy arrays. */
#ifndef STREAM_EXPORT_H
#define STREAM_EXPORT_H

#include "base/file.h"
#include "stream/npy_writer.h"
#include "stream/stream.h"

struct stream_export {
	const char *tensors_path; /* (records, H, W, C), u1 or f4; NULL: not exported. Both paths
	                             are the caller's */
	const char *labels_path;  /* i4 of indices, or f4 (records, classes) of weights */
	bool started;
	struct stream_head head; /* the first one; all others match it */
	struct output tensors_file, labels_file;
	struct npy_writer tensors, labels;
};

/* Initializes an export. The caller calls stream_export_end. */
struct stream_export stream_export_to(const char *tensors_path, const char *labels_path);

/* Adds the head of a segment of the stream `name`; the first one opens the files. Returns 0, or -1:
 * a file can't be opened, or a later head doesn't match the first (stream_head_match). */
CHECKED int stream_export_add_head(struct stream_export *export, const struct stream_head *head,
	const char *name, struct error *error);

/* Adds a record of the segment. */
CHECKED int stream_export_add_record(struct stream_export *export,
	const struct stream_record *record, struct error *error);

/* Renames the complete files to their final names. On failure (-1) the first file may have been
 * replaced. */
CHECKED int stream_export_commit(struct stream_export *export, struct error *error);

/* Frees, and removes what was not committed. */
void stream_export_end(struct stream_export *export);

#endif
