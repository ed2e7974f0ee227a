/* Labelled pictures to a tensor stream: decoded in parallel, written in order. */
#ifndef DATASET_PACK_H
#define DATASET_PACK_H

#include "base/bad_inputs.h"
#include "base/parallel.h"
#include "dataset/class_folders.h"
#include "dataset/idx.h"
#include "image/image.h"
#include "stream/stream.h"

struct pack_options {
	struct image_resize_options resize; /* size of every tensor, and how a picture comes to it; its background also
	                                       shows through where a picture is transparent */
	int channels;                       /* 1 grey, 3 colour */
	enum stream_codec codec;
	bool shuffle;                       /* in the order of random_shuffle under `seed` */
	uint64_t seed;
	size_t limit;                       /* write only the first so many of that order; 0: all */
};

/* What to pack. */
struct pack_input {
	const struct dataset_files *files;
	const struct idx_images *idx; /* NULL: each file is opened; else entry i is image i of it */
};

/* Where to, and what to tell on the way. */
struct pack_output {
	FILE *stream;
	const char *name;          /* of the stream, for messages */
	struct progress *progress; /* shows the pictures tried */
	struct bad_inputs *bad;    /* those that can't be read */
	size_t written;            /* result: records in the stream */
};

/* Fills the head of the stream: u8, 0 to 255, classes copied; labels are weights, 1 for each class of a file, where
 * some file has several, else indices. The caller frees it with stream_head_free. On failure (-1) it is empty. */
CHECKED int pack_head(const struct pack_options *options, const struct dataset_files *files, struct stream_head *head,
	struct error *error);

/* Writes one segment with a record per picture: id is its position in `files`, digest that of the file's bytes (of the
 * pixels for IDX). Nothing is written before the first good picture. The result doesn't depend on the pool.
 * Returns 0 with at least one record written, or -1: no picture could be read, one couldn't and that is to end the work, or
 * writing failed; the segment is then without an end. */
CHECKED int pack_write(const struct pack_options *options, const struct pack_input *input,
	const struct stream_head *head, struct parallel *pool, struct pack_output *output, struct error *error);

#endif
