/* The tensor stream: labelled image tensors, made for pipes (tens.5).
 *
 * A stream is one or more segments; a segment is a head, records in chunks, an
 * optional index, and an end that is written only on success. A reader meets
 * segments in turn: stream_next_segment, then stream_next_record until it
 * returns 0, and so on until stream_next_segment returns 0. */
#ifndef STREAM_STREAM_H
#define STREAM_STREAM_H

#include "base/error.h"
#include "base/text.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum {
	STREAM_CLASSES_MAXIMUM = 65536,
	STREAM_NAME_MAXIMUM = 255,                /* bytes of a class name */
	STREAM_SOURCE_MAXIMUM = 4095,             /* bytes of a source name */
	STREAM_DIMENSION_MAXIMUM = 65535,
	STREAM_RECORD_MAXIMUM = 256 << 20,        /* bytes of one tensor */
	STREAM_CHUNK_MAXIMUM = 257 << 20,
	STREAM_HEAD_MAXIMUM = 16 << 20,
	STREAM_DIGEST_SIZE = 16,
	STREAM_HISTORY_MAXIMUM = 64 << 10,        /* bytes of the arguments kept in one history entry */
};

enum stream_type { STREAM_U8, STREAM_F32 };
enum stream_label { STREAM_LABEL_INDEX, STREAM_LABEL_WEIGHTS };
enum stream_codec { STREAM_RAW, STREAM_ZLIB };

/* What holds for all records of a segment. */
struct stream_head {
	enum stream_type type;
	int height, width, channels;
	double minimum, maximum;  /* value range: 0..255 for u8 as decoded; stream_values maps it to 0..1 */
	enum stream_label label;
	struct text_list classes; /* in label order */
	uint32_t pass;            /* epoch number of augmented data, from 0 */
	uint32_t segment;         /* number in the run of the tool that wrote it, from 0 */
	uint32_t passes;          /* that the run has, no fewer, as far as known when this was written; 0: not known */
	json_t *history;          /* array, an object per tool: name, version, arguments, seed */
};

/* One labelled tensor. */
struct stream_record {
	const void *tensor;       /* height x width x channels values, HWC; f32 in the machine's byte order */
	int32_t label;            /* class index; -1: not known (label kind index) */
	const float *weights;     /* one per class, 0..1 (label kind weights), else NULL */
	uint64_t id;              /* number of the record, kept by every later tool: randomness goes by it */
	const char *source;       /* where it came from, "train/goku/1.jpg"; "" if unknown */
	unsigned char digest[STREAM_DIGEST_SIZE]; /* first bytes of the SHA-256 of the source file */
};

/* ---- heads ---- */

/* Copies classes and history too. Returns 0, or -1 without memory (*out is then empty). */
CHECKED int stream_head_copy(struct stream_head *out, const struct stream_head *head, struct error *error);
/* Frees what a head owns and leaves it empty. */
void stream_head_free(struct stream_head *head);
/* Appends {"tool", "version", "arguments", "seed"} to the history (seed as a decimal string, exact; arguments
 * longer than STREAM_HISTORY_MAXIMUM are cut and end in " ..."; bytes that are no UTF-8 become \xNN). Returns 0, or
 * -1 without memory. */
CHECKED int stream_head_add_history(struct stream_head *head, const char *tool, const char *arguments,
	uint64_t seed, struct error *error);
/* Appends the entries of another head's history that are not there already. Returns 0, or -1 without memory. */
CHECKED int stream_head_merge_history(struct stream_head *head, const struct stream_head *other, struct error *error);
/* Bytes of one tensor: height * width * channels * size of a value. */
size_t stream_tensor_size(const struct stream_head *head);
/* Returns 0 if records of both may be used together (type, shape, range, label kind, classes), else -1
 * with the difference as reason. */
CHECKED int stream_head_match(const struct stream_head *a, const struct stream_head *b, struct error *error);
/* The same of all but the classes. */
CHECKED int stream_head_match_values(const struct stream_head *a, const struct stream_head *b, struct error *error);

/* Whether `bytes`, the first `size` of a file, begin a tensor stream: its 8 bytes of magic. */
bool stream_has_magic(const unsigned char *bytes, size_t size);

/* Whether `path` may be a stream, 1 or 0: a regular file that begins as one; "-" or a pipe, of which only stream_open_or_read can
 * tell, since looking takes bytes from it. -1 where the machine's fault keeps it from looking. */
CHECKED int stream_detect(const char *path, struct error *error);

/* ---- reading ---- */

struct stream_reader;

/* Opens `path` ("-": standard input). A regular file is mapped, so that raw
 * records are read in place. On failure (-1) *reader is NULL. */
CHECKED int stream_open(struct stream_reader **reader, const char *path, struct error *error);

/* Opens `path` once, "-" being standard input, and looks at how it begins: what is a tensor stream gets a reader, of anything
 * else all bytes are read, at most `limit`, with a NUL behind them, the caller's to free. Returns 0 with one of the two, the
 * other being NULL, or -1 with neither. */
CHECKED int stream_open_or_read(struct stream_reader **reader, const char *path, size_t limit, unsigned char **bytes,
	size_t *size, struct error *error);

/* Moves to the next segment, skipping what is left of the current one. Returns 1 and its head, which
 * the reader owns and keeps until the next call; 0 at the end of the stream; -1 on an error, a missing segment that the
 * one before it announced among them. */
CHECKED int stream_next_segment(struct stream_reader *reader, const struct stream_head **head, struct error *error);

/* Returns 1 and the next record, valid until the next call on this reader;
 * 0 when the segment's end was read and agrees with its records; -1 on an error, a missing end among them. */
CHECKED int stream_next_record(struct stream_reader *reader, struct stream_record *record, struct error *error);

/* Where in the file the record just given has its tensor, for a caller that reads it again later by itself. Returns
 * false when it lies in no regular file as it is: it came through a pipe, compressed, or in the other byte order. */
bool stream_tensor_offset(const struct stream_reader *reader, const struct stream_record *record, uint64_t *offset);

/* A tensor as a network sees it: height x width x channels floats (v - minimum) / (maximum - minimum), each
 * rounded once from double. */
void stream_values(const struct stream_head *head, const void *tensor, float *values);

/* The name of the input for messages: the path, or "standard input". */
const char *stream_name(const struct stream_reader *reader);

/* Whether the input can be read again from the start (a regular file), and doing so. Segments that were read to their ends
 * are then taken without their checksums, unless the file was written to in between; their structure is always checked. */
bool stream_can_rewind(const struct stream_reader *reader);
CHECKED int stream_rewind(struct stream_reader *reader, struct error *error);

/* SHA-256 of the data of the segment just ended (32 bytes: the raw payloads of its data chunks in order, so the same
 * records give the same digest whatever the codec); all zero before stream_next_record returned 0. */
const unsigned char *stream_data_digest(const struct stream_reader *reader);

/* Closes and frees; NULL is allowed. */
void stream_close(struct stream_reader *reader);

/* ---- writing ---- */

struct stream_writer;

/* Starts one segment on `stream`, which stays the caller's. Writes the head. On failure (-1) *writer is NULL.
 * To write several segments, end each writer and begin the next on the same stream; of those that belong together the head
 * has the number, and each but the last announces the next. */
CHECKED int stream_begin(struct stream_writer **writer, FILE *stream, const char *name,
	const struct stream_head *head, enum stream_codec codec, struct error *error);

/* Adds a record; everything in it is copied. */
CHECKED int stream_write(struct stream_writer *writer, const struct stream_record *record, struct error *error);

/* Has the end say that the next segment of the run follows: readers refuse a stream that lacks it. */
void stream_announce_next(struct stream_writer *writer);

/* Writes what is buffered, the index and the end, and frees the writer. Does not
 * flush or close `stream`. Frees on failure (-1) too. */
CHECKED int stream_end(struct stream_writer *writer, struct error *error);

/* Frees without writing an end: the segment stays invalid on purpose. NULL is allowed. */
void stream_abandon(struct stream_writer *writer);

#endif
