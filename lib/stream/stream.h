/* Tensor streams: labelled image tensors, for pipes and files (tens.5).
 *
 * A stream is one or more segments; a segment is a head, records in chunks, an
 * optional index, and an end that is written only on success. A reader calls
 * stream_next_segment, then stream_next_record until it returns 0, and so on
 * until stream_next_segment returns 0. */
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
	STREAM_NAME_MAXIMUM = 255,    /* bytes of a class name */
	STREAM_SOURCE_MAXIMUM = 4095, /* bytes of a source name */
	STREAM_DIMENSION_MAXIMUM = 65535,
	STREAM_RECORD_MAXIMUM = 256 << 20, /* bytes of one tensor */
	STREAM_CHUNK_MAXIMUM = 257 << 20,
	STREAM_HEAD_MAXIMUM = 16 << 20,
	STREAM_DIGEST_SIZE = 16,
	STREAM_HISTORY_MAXIMUM = 64 << 10, /* bytes of the arguments in one history entry */
};

enum stream_type { STREAM_U8, STREAM_F32 };
enum stream_label { STREAM_LABEL_INDEX, STREAM_LABEL_WEIGHTS };
enum stream_codec { STREAM_RAW, STREAM_ZLIB };

/* Properties of all records of a segment. */
struct stream_head {
	enum stream_type type;
	int height, width, channels;
	double minimum, maximum; /* value range: 0..255 for u8 as decoded */
	enum stream_label label;
	struct text_list classes; /* in label order */
	uint32_t pass;            /* epoch number of augmented data, from 0 */
	uint32_t segment;         /* number in the run of the tool that wrote it, from 0 */
	uint32_t passes; /* lower bound of the number of passes of the run, if known when the head
	                    was written; else 0 */
	json_t *history; /* array, an object per tool: name, version, arguments, seed */
};

/* One labelled tensor. */
struct stream_record {
	const void *
		tensor; /* height x width x channels values, HWC; f32 in the machine's byte order */
	int32_t label;  /* class index, or -1: unlabelled (label kind index) */
	const float *weights; /* one per class, 0..1 (label kind weights), else NULL */
	uint64_t id; /* number of the record, preserved by all tools: it selects the random numbers
	                of the record */
	const char *source; /* source name: path of the file, "train/goku/1.jpg"; "" if unknown */
	unsigned char
		digest[STREAM_DIGEST_SIZE]; /* first bytes of the SHA-256 of the source file */
};

/* ---- heads ---- */

/* Makes a deep copy. Returns 0, or -1 without memory (*out is then empty). */
CHECKED int stream_head_copy(struct stream_head *out, const struct stream_head *head,
	struct error *error);
/* Frees what a head owns and leaves it empty. */
void stream_head_free(struct stream_head *head);
/* Appends {"tool", "version", "arguments", "seed"} to the history (seed as a decimal string, exact;
 * arguments longer than STREAM_HISTORY_MAXIMUM are truncated with " ..."; bytes of invalid UTF-8
 * become \xNN). Returns 0, or -1 without memory. */
CHECKED int stream_head_add_history(struct stream_head *head, const char *tool,
	const char *arguments, uint64_t seed, struct error *error);
/* Appends the entries of another head's history that are not there already. Returns 0, or -1
 * without memory. */
CHECKED int stream_head_merge_history(struct stream_head *head, const struct stream_head *other,
	struct error *error);
/* Bytes of one tensor: height * width * channels * size of a value. */
size_t stream_tensor_size(const struct stream_head *head);
/* Returns 0 if both heads have the same type, shape, range, label kind and classes, else -1 with
 * the difference as the reason. */
CHECKED int stream_head_match(const struct stream_head *a, const struct stream_head *b,
	struct error *error);
/* The same without the classes. */
CHECKED int stream_head_match_values(const struct stream_head *a, const struct stream_head *b,
	struct error *error);

/* Whether the first `size` bytes of a file begin with the 8 bytes of magic of a tensor stream. */
bool stream_has_magic(const unsigned char *bytes, size_t size);

/* Whether `path` may be a stream, 1 or 0: a regular file that begins with the magic; or "-" or a
 * pipe, whose bytes only stream_open_or_read can check, because reading consumes them. -1 on a
 * fault of the machine. */
CHECKED int stream_detect(const char *path, struct error *error);

/* ---- reading ---- */

struct stream_reader;

/* Opens `path` ("-": standard input). A regular file is mapped, so that raw
 * records are not copied. On failure (-1) *reader is NULL. */
CHECKED int stream_open(struct stream_reader **reader, const char *path, struct error *error);

/* Opens `path` once, "-" being standard input: a tensor stream gets a reader; anything else is read
 * into memory, at most `limit` bytes with a terminating NUL, the caller's to free. Returns 0 with
 * one of the two, the other being NULL, or -1 with neither. */
CHECKED int stream_open_or_read(struct stream_reader **reader, const char *path, size_t limit,
	unsigned char **bytes, size_t *size, struct error *error);

/* Moves to the next segment, skipping the rest of the current one. Returns 1 and its head, which is
 * owned by the reader and valid until the next call; 0 at the end of the stream; -1 on an error,
 * for instance if an announced segment is missing. */
CHECKED int stream_next_segment(struct stream_reader *reader, const struct stream_head **head,
	struct error *error);

/* Returns 1 and the next record, valid until the next call on this reader;
 * 0 after the segment's end, which matches its records; -1 on an error, for instance a missing
 * end. */
CHECKED int stream_next_record(struct stream_reader *reader, struct stream_record *record,
	struct error *error);

/* The offset in the file of the tensor of the record last read, for a caller that reads it again
 * later. Returns false if the tensor can't be read from a regular file: it came through a pipe, is
 * compressed, or has another byte order. */
bool stream_tensor_offset(const struct stream_reader *reader, const struct stream_record *record,
	uint64_t *offset);

/* The name of the input for messages: the path, or "standard input". */
const char *stream_name(const struct stream_reader *reader);

/* Whether the input can be rewound (a regular file), and rewinding it. Segments that were read to
 * their ends are then read without checksums, unless the file was modified in between; their
 * structure is always checked. */
bool stream_can_rewind(const struct stream_reader *reader);
CHECKED int stream_rewind(struct stream_reader *reader, struct error *error);

/* SHA-256 of the data of the segment last read to its end (32 bytes: of the raw payloads of its
 * data chunks in order, so that the digest doesn't depend on the codec); all zero before
 * stream_next_record returned 0. */
const unsigned char *stream_data_digest(const struct stream_reader *reader);

/* Closes and frees; NULL is allowed. */
void stream_close(struct stream_reader *reader);

/* ---- writing ---- */

struct stream_writer;

/* Starts one segment on `stream`, which stays the caller's. Writes the head. On failure (-1)
 * *writer is NULL. To write several segments, end each writer and begin the next on the same
 * stream; the segments of a run have numbers in their heads, and each but the last announces the
 * next. */
CHECKED int stream_begin(struct stream_writer **writer, FILE *stream, const char *name,
	const struct stream_head *head, enum stream_codec codec, struct error *error);

/* Adds a copy of a record. */
CHECKED int stream_write(struct stream_writer *writer, const struct stream_record *record,
	struct error *error);

/* Announces in the end that another segment of the run follows: readers refuse a stream without
 * it. */
void stream_announce_next(struct stream_writer *writer);

/* Writes the buffered records, the index and the end, and frees the writer. Does not
 * flush or close `stream`. Frees on failure (-1) too. */
CHECKED int stream_end(struct stream_writer *writer, struct error *error);

/* Frees without writing an end, so that the segment is invalid. NULL is allowed. */
void stream_abandon(struct stream_writer *writer);

#endif
