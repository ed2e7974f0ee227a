/* Small streams for tests, and bytes as a mapped file and through a pipe. */
#ifndef TESTS_UNIT_STREAM_SAMPLE_H
#define TESTS_UNIT_STREAM_SAMPLE_H

#include "stream/stream.h"
#include "tap.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct sample {
	enum stream_type type;
	enum stream_label label;
	enum stream_codec codec;
	int side, channels, classes, records;
};

static inline struct stream_head sample_head(const struct sample *sample)
{
	struct stream_head head = {.type = sample->type,
		.height = sample->side,
		.width = sample->side + 1,
		.channels = sample->channels,
		.minimum = 0,
		.maximum = 255,
		.label = sample->label,
		.pass = 3};
	for (int i = 0; i < sample->classes; i++) {
		char name[32];
		snprintf(name, sizeof name, i % 2 ? "class %d" : "clàsse-%d", i);
		if (text_list_add(&head.classes, name, NULL))
			abort();
	}
	if (stream_head_add_history(&head, "sample", "--with 'a space'", 7, NULL))
		abort();
	return head;
}

static inline size_t sample_values(const struct sample *sample)
{
	return (size_t)sample->side * (size_t)(sample->side + 1) * (size_t)sample->channels;
}

/* The record with number `id`, on which all values depend. Valid until the next call. */
static inline struct stream_record sample_record(const struct sample *sample, uint64_t id)
{
	static unsigned char *tensor;
	static float weights[64];
	static char source[32];
	size_t count = sample_values(sample);
	tensor = realloc(tensor, 4 * count);
	for (size_t i = 0; i < count; i++) {
		if (sample->type == STREAM_U8)
			tensor[i] = (unsigned char)(id * 7 + i / 5);
		else
			((float *)tensor)[i] = (float)id + (float)i / 8;
	}
	for (int i = 0; i < sample->classes; i++)
		weights[i] = (float)((id + (uint64_t)i) % 5) / 4;
	snprintf(source, sizeof source, "a folder/%llu.png", (unsigned long long)id);
	struct stream_record record = {.tensor = tensor,
		.id = id,
		.source = id % 3 ? source : "",
		.label = sample->label == STREAM_LABEL_INDEX
			? (int)(id % (unsigned)(sample->classes + 1)) - 1
			: -1,
		.weights = sample->label == STREAM_LABEL_WEIGHTS ? weights : NULL};
	memset(record.digest, (int)(id + 1), sizeof record.digest);
	return record;
}

static inline void sample_write(FILE *stream, const struct sample *sample, uint64_t first)
{
	struct error error = {.reason = ""};
	struct stream_head head = sample_head(sample);
	struct stream_writer *writer;
	int result = stream_begin(&writer, stream, "sample", &head, sample->codec, &error);
	for (int i = 0; i < sample->records && result == 0; i++) {
		struct stream_record record = sample_record(sample, first + (uint64_t)i);
		result = stream_write(writer, &record, &error);
	}
	if (result || stream_end(writer, &error))
		ok(false, "write a sample: %s", error.reason);
	stream_head_free(&head);
}

/* Bytes as a file, for a mapped reader. */
static inline const char *as_file(const unsigned char *bytes, size_t size)
{
	static char path[128];
	snprintf(path, sizeof path, "%s/sample.tens", scratch());
	FILE *file = fopen(path, "wb");
	if (!file || fwrite(bytes, 1, size, file) != size || fclose(file))
		abort();
	return path;
}

/* The path of a pipe, which a child process fills with the bytes; closed by pipe_close. */
struct pipe_sample {
	char path[32];
	int descriptor;
	pid_t child;
};

static inline struct pipe_sample pipe_open(const unsigned char *bytes, size_t size)
{
	struct pipe_sample pipe_sample;
	int ends[2];
	fflush(stdout);
	if (pipe(ends))
		abort();
	pipe_sample.child = fork();
	if (pipe_sample.child == 0) {
		close(ends[0]);
		while (size > 0) {
			ssize_t written = write(ends[1], bytes, size);
			if (written < 0)
				break;
			bytes += written;
			size -= (size_t)written;
		}
		_exit(0);
	}
	close(ends[1]);
	pipe_sample.descriptor = ends[0];
	snprintf(pipe_sample.path, sizeof pipe_sample.path, "/dev/fd/%d", ends[0]);
	return pipe_sample;
}

static inline void pipe_close(struct pipe_sample *pipe_sample)
{
	close(pipe_sample->descriptor);
	waitpid(pipe_sample->child, NULL, 0);
}

/* Calls test(sample, segments, name) for every type of value, kind of label and codec. */
static inline void sample_every_kind(void (*test)(const struct sample *sample, int segments,
					     const char *name),
	int segments)
{
	for (int kind = 0; kind < 8; kind++) {
		struct sample sample = {(enum stream_type)(kind & 1),
			(enum stream_label)(kind >> 1 & 1), (enum stream_codec)(kind >> 2), 24, 3,
			4, 400};
		char name[64];
		snprintf(name, sizeof name, "%s, %s, %s", kind & 1 ? "f32" : "u8",
			kind & 2 ? "weights" : "index", kind & 4 ? "zlib" : "raw");
		test(&sample, segments, name);
	}
}

#endif
