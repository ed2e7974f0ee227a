/* Packs labelled pictures into a tensor stream: decoded in parallel, written in order. */
#ifndef DATASET_PACK_H
#define DATASET_PACK_H

#include "base/bad_inputs.h"
#include "base/parallel.h"
#include "dataset/pack_source.h"
#include "image/image.h"
#include "stream/stream.h"

struct pack_options {
	struct image_resize_options
		resize; /* size of every tensor (0: 150x150, of arrays as stored) and how pictures
	                   are resized; transparent pictures are composed over its background */
	int channels;   /* 1 grey, 3 colour, 4 with alpha; 0: colour, of arrays as stored */
	double minimum, maximum; /* value range of arrays; both 0: chosen by pack_head */
	enum stream_codec codec;
	bool shuffle; /* by random_shuffle with `seed` */
	uint64_t seed;
	size_t limit; /* number of pictures to write; 0: all */
};

struct pack_output {
	const char *path;          /* NULL or "-": standard output */
	struct progress *progress; /* counts pictures, good and bad */
	struct bad_inputs *bad;    /* pictures that can't be read */
	size_t written;            /* result: records in the stream */
};

/* Whether the pictures can be resized and converted to colour or grey: files, and arrays of bytes
 * with 1 or 3 channels. */
bool pack_can_resize(const struct pack_source *source);

/* Completes the options and fills the head of the stream, which the caller frees with
 * stream_head_free. Labels are weights if any file has several classes or weights, else indices.
 * Pictures and arrays of bytes are u8 with range 0 to 255 (booleans 0 to 1); other arrays are f32
 * with range 0 to 1 or 0 to 255 if it contains all their values. `arguments`, the origin of the
 * input, is appended to the options in the history. On failure (-1: values out of range, an
 * impossible size, no memory) the head is empty. */
CHECKED int pack_head(struct pack_options *options, const struct pack_source *source,
	const char *arguments, struct stream_head *head, struct error *error);

/* Writes one segment with a record per picture: id is its position in the source, digest that of
 * the file's bytes (for arrays of the values). The result doesn't depend on the pool. Returns 0
 * with at least one record written, or -1 with nothing written: no picture could be read, a bad one
 * was an error (bad_input_skip), or writing failed. */
CHECKED int pack_write(const struct pack_options *options, const struct pack_source *source,
	const struct stream_head *head, struct parallel *pool, struct pack_output *output,
	struct error *error);

#endif
