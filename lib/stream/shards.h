/* Writes a stream to one file, or to several shards, each of which is a stream. */
#ifndef STREAM_SHARDS_H
#define STREAM_SHARDS_H

#include "base/file.h"
#include "stream/stream.h"

enum { STREAM_SHARDS_MAXIMUM = 1000 };

struct stream_shards {
	struct output *outputs;
	char **names; /* of the outputs, for messages; owned */
	int count, opened;
	enum stream_codec codec;
	const struct stream_head *head; /* of the pass being written; the caller's */
	uint64_t total, written; /* records of that pass; `total` is used only for several shards */
	bool more;   /* another pass follows; used only for several shards before the end of the
	              * pass */
	int current; /* index of the shard being written */
	struct stream_writer *writer;
};

/* The name of shard `number` of `count`, see below, the caller's to free; NULL without memory. */
char *stream_shard_name(const char *path, int number, int count);

/* Opens `count` files. Several are named PATH-00003-of-00016, from 0, followed by PATH's extension;
 * a single one is PATH itself (NULL or "-": standard output). Returns 0 or -1; the caller calls
 * stream_shards_end either way. */
CHECKED int stream_shards_open(struct stream_shards *shards, const char *path, int count,
	enum stream_codec codec, struct error *error);

/* Begins a pass, which is a segment of each shard. Shard i of n gets the records from total * i / n
 * to total * (i + 1) / n, so that the concatenated shards have the order of the pass; `more`:
 * another pass follows, which the segments announce. Both are ignored for a single shard. `head`
 * must be valid until the end of the pass. */
CHECKED int stream_shards_begin_pass(struct stream_shards *shards, const struct stream_head *head,
	uint64_t total, bool more, struct error *error);

/* Writes the next record of the pass. */
CHECKED int stream_shards_write(struct stream_shards *shards, const struct stream_record *record,
	struct error *error);

/* Ends the pass in all shards; `more` as above, also for a single shard. */
CHECKED int stream_shards_end_pass(struct stream_shards *shards, bool more, struct error *error);

/* Renames the complete files to their final names. On failure (-1) the first ones may have been
 * replaced. */
CHECKED int stream_shards_commit(struct stream_shards *shards, struct error *error);

/* Frees, and removes what was not committed. */
void stream_shards_end(struct stream_shards *shards);

#endif
