#include "stream/shards.h"

#include <stdlib.h>
#include <string.h>

/* The number is inserted before the extension; a leading dot does not start an extension. */
char *stream_shard_name(const char *path, int number, int count)
{
	const char *base = path ? text_base_name(path) : "", *dot = strrchr(base, '.');
	if (!path || strcmp(path, "-") == 0)
		return text_format("standard output");
	if (count == 1)
		return text_format("%s", path);
	size_t stem = dot && dot > base ? (size_t)(dot - path) : strlen(path);
	return text_format("%.*s-%05d-of-%05d%s", (int)stem, path, number, count, path + stem);
}

int stream_shards_open(struct stream_shards *shards, const char *path, int count,
	enum stream_codec codec, struct error *error)
{
	*shards = (struct stream_shards){.codec = codec, .count = count};
	shards->outputs = calloc((size_t)count, sizeof *shards->outputs);
	shards->names = calloc((size_t)count, sizeof *shards->names);
	if (!shards->outputs || !shards->names)
		return error_memory(error, path);
	for (; shards->opened < count; shards->opened++) {
		char *name = stream_shard_name(path, shards->opened, count);
		shards->names[shards->opened] = name;
		if (!name)
			return error_memory(error, path);
		if (output_open(&shards->outputs[shards->opened], count == 1 ? path : name,
			    error)) {
			free(name);
			return -1;
		}
	}
	return 0;
}

static int begin_shard(struct stream_shards *shards, struct error *error)
{
	return stream_begin(&shards->writer, shards->outputs[shards->current].stream,
		shards->names[shards->current], shards->head, shards->codec, error);
}

static int end_shard(struct stream_shards *shards, struct error *error)
{
	struct stream_writer *writer = shards->writer;
	shards->writer = NULL;
	if (shards->more)
		stream_announce_next(writer);
	return stream_end(writer, error);
}

static int next_shard(struct stream_shards *shards, struct error *error)
{
	if (end_shard(shards, error))
		return -1;
	shards->current++;
	return begin_shard(shards, error);
}

/* total * (current + 1) / count, without overflow. */
static uint64_t end_of_shard(const struct stream_shards *shards)
{
	uint64_t count = (uint64_t)shards->count, end = (uint64_t)shards->current + 1;
	return shards->total / count * end + shards->total % count * end / count;
}

int stream_shards_begin_pass(struct stream_shards *shards, const struct stream_head *head,
	uint64_t total, bool more, struct error *error)
{
	shards->head = head;
	shards->total = total;
	shards->more = more;
	shards->written = 0;
	shards->current = 0;
	return begin_shard(shards, error);
}

int stream_shards_write(struct stream_shards *shards, const struct stream_record *record,
	struct error *error)
{
	while (shards->current + 1 < shards->count && shards->written == end_of_shard(shards))
		if (next_shard(shards, error))
			return -1;
	shards->written++;
	return stream_write(shards->writer, record, error);
}

int stream_shards_end_pass(struct stream_shards *shards, bool more, struct error *error)
{
	shards->more = more;
	while (shards->current + 1 < shards->count)
		if (next_shard(shards, error))
			return -1;
	return end_shard(shards, error);
}

int stream_shards_commit(struct stream_shards *shards, struct error *error)
{
	for (int i = 0; i < shards->opened; i++)
		if (output_sync(&shards->outputs[i], error))
			return -1;
	for (int i = 0; i < shards->opened; i++)
		if (output_commit(&shards->outputs[i], error))
			return -1;
	return 0;
}

void stream_shards_end(struct stream_shards *shards)
{
	stream_abandon(shards->writer);
	for (int i = 0; i < shards->opened; i++) {
		output_abandon(&shards->outputs[i]);
		free(shards->names[i]);
	}
	free(shards->outputs);
	free(shards->names);
	*shards = (struct stream_shards){0};
}
