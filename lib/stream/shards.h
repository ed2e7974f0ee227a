/* One stream in one file, or in several of which each is a stream by itself. */
#ifndef STREAM_SHARDS_H
#define STREAM_SHARDS_H

#include "base/file.h"
#include "stream/stream.h"

enum { STREAM_SHARDS_MAXIMUM = 1000 };

/* Where a stream is written. All zero is none. */
struct stream_shards {
	struct output *outputs;
	char **names;                 /* of them, for messages; owned */
	int count, opened;
	enum stream_codec codec;
	const struct stream_head *head; /* of the pass being written; the caller's */
	uint64_t total, written;      /* records of that pass; the first only where there are several shards */
	bool more;                    /* another pass follows; this too */
	int current;                  /* shard being written */
	struct stream_writer *writer;
};

/* The name of shard `number` of `count`, as below, in fresh memory; NULL without. */
char *stream_shard_name(const char *path, int number, int count);

/* Opens `count` files at once. Several are called PATH-00003-of-00016, from 0, with PATH's extension behind that; one is
 * PATH itself (NULL or "-": standard output). Returns 0 or -1; the shards are the caller's to end either way. */
CHECKED int stream_shards_open(struct stream_shards *shards, const char *path, int count, enum stream_codec codec,
	struct error *error);

/* Begins a segment, a pass, in each shard. Of its `total` records shard i of n will hold those from total * i / n on to
 * total * (i + 1) / n, so that the shards in order hold the pass in order; `more` says that another pass follows, which
 * its segments then announce; for one shard neither is looked at. `head` is kept by the caller until the pass is ended. */
CHECKED int stream_shards_begin_pass(struct stream_shards *shards, const struct stream_head *head, uint64_t total,
	bool more, struct error *error);

/* Writes the pass's next record. */
CHECKED int stream_shards_write(struct stream_shards *shards, const struct stream_record *record, struct error *error);

/* Ends the pass in every shard; `more` as above, for one shard too. */
CHECKED int stream_shards_end_pass(struct stream_shards *shards, bool more, struct error *error);

/* Gives the files, all whole, their names. -1: the first ones may have theirs, the others are as they were. */
CHECKED int stream_shards_commit(struct stream_shards *shards, struct error *error);

/* Frees; what was not committed leaves nothing behind. */
void stream_shards_end(struct stream_shards *shards);

#endif
