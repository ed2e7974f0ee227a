/* A summary of a stream, as text and as JSON. */
#ifndef STREAM_SUMMARY_H
#define STREAM_SUMMARY_H

#include "stream/stream.h"

struct stream_summary {
	struct stream_head head; /* of the first segment, with its history and pass */
	uint32_t last_pass;
	uint64_t segments, records, unlabelled;
	uint64_t *class_records;  /* by class: records with its label, or with a weight above 0 */
	unsigned char digest[32]; /* SHA-256 of the data of the last segment */
};

/* Called with the head of each segment (`record` NULL), and with each of its records. */
typedef int stream_visit(void *context, const struct stream_head *head,
	const struct stream_record *record, struct error *error);

/* Reads a stream to its end, calls `visit`, and fills in the summary (all zero before). Returns 0,
 * or -1: the stream is bad, a segment doesn't match the first (stream_head_match), no memory, or
 * `visit` failed. The caller frees the summary either way. */
CHECKED int stream_summary_read(struct stream_summary *summary, struct stream_reader *reader,
	stream_visit *visit, void *context, struct error *error);

void stream_summary_free(struct stream_summary *summary);

/* Writes the summary as text; `name` is that of the stream. */
void stream_summary_print(const struct stream_summary *summary, const char *name, FILE *out);

/* Writes one line of JSON: file, dtype, shape, range, labels, classes (name, records), segments,
 * records, unlabelled, passes (first, last), sha256 (of a stream of one segment, else null),
 * history. -1 without memory. */
CHECKED int stream_summary_print_json(const struct stream_summary *summary, const char *name,
	FILE *out, struct error *error);

/* Writes a record as one line of TSV: pass, id, label (a class, or class=weight,... for weights
 * above 0; empty if unlabelled), source, digest of the source, CRC-32 of the tensor's bytes. */
void stream_record_print(const struct stream_head *head, const struct stream_record *record,
	FILE *out);

#endif
