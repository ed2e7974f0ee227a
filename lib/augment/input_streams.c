#include "augment/input_streams.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* One stream; `copy` and `writer` while it is being copied; `descriptor`, or -1, for random
 * access. */
struct input_stream {
	const char *path;
	int descriptor;
	struct stream_reader *reader;
	FILE *copy;
	struct stream_writer *writer;
};

struct input_streams {
	struct input_stream *inputs;
	int count, current;
	bool rewindable;
	struct stream_head first_head; /* head of the first segment of all */
	bool has_first;
};

int input_streams_open(struct input_streams **out, char *const *paths, int count, bool rewindable,
	struct error *error)
{
	*out = NULL;
	struct input_streams *streams = calloc(1, sizeof *streams);
	if (streams)
		streams->inputs = calloc((size_t)count, sizeof *streams->inputs);
	if (!streams || !streams->inputs) {
		input_streams_close(streams);
		return error_memory(error, "inputs");
	}
	streams->rewindable = rewindable;
	for (; streams->count < count; streams->count++) {
		struct input_stream *input = &streams->inputs[streams->count];
		*input = (struct input_stream){.path = paths[streams->count], .descriptor = -1};
		if (stream_open(&input->reader, input->path, error)) {
			input_streams_close(streams);
			return -1;
		}
	}
	*out = streams;
	return 0;
}

int input_streams_open_temporary(struct error *error)
{
	const char *folder = getenv("TMPDIR");
	char *path = text_format("%s/augment.XXXXXX", folder && *folder ? folder : "/tmp");
	if (!path)
		return error_memory(error, "temporary file");
	int descriptor = mkostemp(path, O_CLOEXEC);
	if (descriptor < 0)
		error_system(error, path);
	else
		unlink(path);
	free(path);
	return descriptor;
}

static int open_copy(struct input_stream *input, struct error *error)
{
	int descriptor = input_streams_open_temporary(error);
	if (descriptor < 0)
		return -1;
	input->copy = fdopen(descriptor, "w+b");
	if (input->copy)
		return 0;
	close(descriptor);
	return error_memory(error, "temporary file");
}

/* Begins a segment of the copy, which is created for the first one. */
static int begin_copy(struct input_streams *streams, struct input_stream *input,
	const struct stream_head *head, struct error *error)
{
	if (!streams->rewindable || stream_can_rewind(input->reader))
		return 0;
	if (!input->copy && open_copy(input, error))
		return -1;
	struct stream_head alone = *head;
	alone.segment = 0;
	return stream_begin(&input->writer, input->copy, "temporary file", &alone, STREAM_RAW,
		error);
}

static int end_copy(struct input_stream *input, struct error *error)
{
	struct stream_writer *writer = input->writer;
	input->writer = NULL;
	return writer ? stream_end(writer, error) : 0;
}

/* Replaces the reader by one of the copy, opened by its descriptor as the file is unlinked. */
static int use_copy(struct input_stream *input, struct error *error)
{
	char path[64];
	if (fflush(input->copy))
		return error_system(error, "temporary file");
	snprintf(path, sizeof path, "/proc/self/fd/%d", fileno(input->copy));
	stream_close(input->reader);
	int result = stream_open(&input->reader, path, error);
	fclose(input->copy);
	input->copy = NULL;
	return result;
}

static int check_head(struct input_streams *streams, const struct stream_head *head,
	struct error *error)
{
	if (streams->has_first)
		return stream_head_match(&streams->first_head, head, error);
	streams->has_first = true;
	return stream_head_copy(&streams->first_head, head, error);
}

int input_streams_next_segment(struct input_streams *streams, const struct stream_head **head,
	struct error *error)
{
	for (; streams->current < streams->count; streams->current++) {
		struct input_stream *input = &streams->inputs[streams->current];
		int result = stream_next_segment(input->reader, head, error);
		if (result < 0)
			return -1;
		if (result == 0)
			continue;
		if (check_head(streams, *head, error))
			return error_within(error, stream_name(input->reader));
		return begin_copy(streams, input, *head, error) ? -1 : 1;
	}
	return streams->has_first
		? 0
		: error_set(error, stream_name(streams->inputs[0].reader), "holds no tensors");
}

int input_streams_next_record(struct input_streams *streams, struct stream_record *record,
	struct error *error)
{
	struct input_stream *input = &streams->inputs[streams->current];
	int result = stream_next_record(input->reader, record, error);
	if (result == 1 && input->writer)
		return stream_write(input->writer, record, error) ? -1 : 1;
	if (result == 0)
		return end_copy(input, error);
	return result;
}

int input_streams_descriptor(struct input_streams *streams, const struct stream_record *record,
	uint64_t *offset)
{
	struct input_stream *input = &streams->inputs[streams->current];
	if (!stream_tensor_offset(input->reader, record, offset))
		return -1;
	if (input->descriptor < 0)
		input->descriptor = open(input->path, O_RDONLY | O_CLOEXEC);
	return input->descriptor;
}

bool input_streams_is_mapped(const struct input_streams *streams,
	const struct stream_record *record)
{
	uint64_t offset;
	return stream_tensor_offset(streams->inputs[streams->current].reader, record, &offset);
}

int input_streams_rewind(struct input_streams *streams, struct error *error)
{
	streams->current = 0;
	for (int i = 0; i < streams->count; i++) {
		struct input_stream *input = &streams->inputs[i];
		if (input->copy ? use_copy(input, error) : stream_rewind(input->reader, error))
			return -1;
	}
	return 0;
}

void input_streams_close(struct input_streams *streams)
{
	if (!streams)
		return;
	for (int i = 0; i < streams->count; i++) {
		struct input_stream *input = &streams->inputs[i];
		stream_abandon(input->writer);
		if (input->copy)
			fclose(input->copy);
		if (input->descriptor >= 0)
			close(input->descriptor);
		stream_close(input->reader);
	}
	stream_head_free(&streams->first_head);
	free(streams->inputs);
	free(streams);
}
