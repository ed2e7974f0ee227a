/* What a stream holds, counted while it is read, and written for people and programs. */
#ifndef STREAM_SUMMARY_H
#define STREAM_SUMMARY_H

#include "stream/stream.h"

struct stream_summary {
	struct stream_head head;      /* the first segment's; history and pass too */
	uint32_t last_pass;
	uint64_t segments, records, unlabelled;
	uint64_t *class_records;      /* of each class: records with its label, or with a weight above 0 */
	unsigned char digest[32];     /* SHA-256 of the data of the segment last ended */
};

/* Called with the head of each segment (`record` NULL), and with each of its records. */
typedef int stream_visit(void *context, const struct stream_head *head, const struct stream_record *record,
	struct error *error);

/* Reads a stream to its end, counting into a summary (all zero: empty) what it shows to `visit`. Returns 0, or -1: the
 * stream is bad, a segment can't be used together with the first (stream_head_match), no memory, or `visit` failed.
 * The caller frees the summary either way. */
CHECKED int stream_summary_read(struct stream_summary *summary, struct stream_reader *reader, stream_visit *visit,
	void *context, struct error *error);

void stream_summary_free(struct stream_summary *summary);

/* Writes lines for people; `name` is the stream's. */
void stream_summary_print(const struct stream_summary *summary, const char *name, FILE *out);

/* Writes one line of JSON: file, dtype, shape, range, labels, classes (name, records), segments, records, unlabelled,
 * passes (first, last), sha256 (of a stream of one segment, else null), history. -1 without memory. */
CHECKED int stream_summary_print_json(const struct stream_summary *summary, const char *name, FILE *out,
	struct error *error);

/* Writes a record as one line of TSV: pass, id, label (a class, or class=weight,... for weights above 0; empty
 * when not known), source, digest of the source, CRC-32 of the tensor's bytes. */
void stream_record_print(const struct stream_head *head, const struct stream_record *record, FILE *out);

#endif
