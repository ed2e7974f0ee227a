/* Labelled pictures to a tensor stream: decoded in parallel, written in order. */
#ifndef DATASET_PACK_H
#define DATASET_PACK_H

#include "base/bad_inputs.h"
#include "base/parallel.h"
#include "dataset/pack_source.h"
#include "image/image.h"
#include "stream/stream.h"

struct pack_options {
	struct image_resize_options resize; /* size of every tensor (0: 150x150, of arrays as stored), and how a picture
	                                       comes to it; its background also shows through where it is transparent */
	int channels;                       /* 1 grey, 3 colour, 4 with alpha; 0: colour, of arrays as stored */
	double minimum, maximum;            /* of the values of arrays; both 0: chosen by pack_head */
	enum stream_codec codec;
	bool shuffle;                       /* in the order of random_shuffle under `seed` */
	uint64_t seed;
	size_t limit;                       /* write only the first so many of that order; 0: all */
};

/* Where to, and what to tell on the way. */
struct pack_output {
	const char *path;          /* NULL or "-": standard output */
	struct progress *progress; /* shows the pictures tried */
	struct bad_inputs *bad;    /* those that can't be read */
	size_t written;            /* result: records in the stream */
};

/* Whether what there is can be resized and made colour or grey: pictures, and arrays of bytes in 1 or 3 channels. */
bool pack_resizes(const struct pack_source *source);

/* Completes the options and fills the head of the stream, which the caller frees with stream_head_free. Labels are weights
 * where some file has several classes or weights, else indices. Pictures and arrays of bytes are u8, 0 to 255 (of booleans 0
 * to 1); other arrays f32, 0 to 1 or 0 to 255 if all their values lie there. `arguments`, where the input came from, is
 * noted in the history behind all options. On failure (-1: values beyond the range, a size that can't be had, no memory)
 * the head is empty. */
CHECKED int pack_head(struct pack_options *options, const struct pack_source *source, const char *arguments,
	struct stream_head *head, struct error *error);

/* Writes one segment with a record per picture: id is its position in the source, digest that of the file's bytes (of the
 * values for arrays). The result doesn't depend on the pool. Returns 0 with at least one record written, or -1 with
 * nothing: no picture could be read, one couldn't and that is to end the work, or writing failed. */
CHECKED int pack_write(const struct pack_options *options, const struct pack_source *source,
	const struct stream_head *head, struct parallel *pool, struct pack_output *output, struct error *error);

#endif
