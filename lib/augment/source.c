#include "augment/source.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* One stream; `copy` and `writer` while it is being copied, `descriptor` (else -1) to read anywhere in it. */
struct input {
	const char *path;
	int descriptor;
	struct stream_reader *reader;
	FILE *copy;
	struct stream_writer *writer;
};

struct source {
	struct input *inputs;
	int count, current;
	bool again;
	struct stream_head first; /* head of the first segment of all */
	bool met_first;
};

int source_open(struct source **out, char *const *paths, int count, bool again, struct error *error)
{
	*out = NULL;
	struct source *source = calloc(1, sizeof *source);
	if (source)
		source->inputs = calloc((size_t)count, sizeof *source->inputs);
	if (!source || !source->inputs) {
		source_close(source);
		return error_memory(error, "inputs");
	}
	source->again = again;
	for (; source->count < count; source->count++) {
		struct input *input = &source->inputs[source->count];
		*input = (struct input){.path = paths[source->count], .descriptor = -1};
		if (stream_open(&input->reader, input->path, error)) {
			source_close(source);
			return -1;
		}
	}
	*out = source;
	return 0;
}

int source_open_temporary(struct error *error)
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

static int open_copy(struct input *input, struct error *error)
{
	int descriptor = source_open_temporary(error);
	if (descriptor < 0)
		return -1;
	input->copy = fdopen(descriptor, "w+b");
	if (input->copy)
		return 0;
	close(descriptor);
	return error_memory(error, "temporary file");
}

/* Begins a segment of the copy; the first opens the file. */
static int begin_copy(struct source *source, struct input *input, const struct stream_head *head, struct error *error)
{
	if (!source->again || stream_can_rewind(input->reader))
		return 0;
	if (!input->copy && open_copy(input, error))
		return -1;
	return stream_begin(&input->writer, input->copy, "temporary file", head, STREAM_RAW, error);
}

static int end_copy(struct input *input, struct error *error)
{
	struct stream_writer *writer = input->writer;
	input->writer = NULL;
	return writer ? stream_end(writer, error) : 0;
}

/* Reads the copy from now on. The file has no name of its own: the descriptor's is used. */
static int use_copy(struct input *input, struct error *error)
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

static int check_head(struct source *source, const struct stream_head *head, struct error *error)
{
	if (source->met_first)
		return stream_head_match(&source->first, head, error);
	source->met_first = true;
	return stream_head_copy(&source->first, head, error);
}

int source_next_segment(struct source *source, const struct stream_head **head, struct error *error)
{
	for (; source->current < source->count; source->current++) {
		struct input *input = &source->inputs[source->current];
		int result = stream_next_segment(input->reader, head, error);
		if (result < 0)
			return -1;
		if (result == 0)
			continue;
		if (check_head(source, *head, error))
			return error_within(error, stream_name(input->reader));
		return begin_copy(source, input, *head, error) ? -1 : 1;
	}
	return source->met_first ? 0 : error_set(error, stream_name(source->inputs[0].reader), "holds no tensors");
}

int source_next_record(struct source *source, struct stream_record *record, struct error *error)
{
	struct input *input = &source->inputs[source->current];
	int result = stream_next_record(input->reader, record, error);
	if (result == 1 && input->writer)
		return stream_write(input->writer, record, error) ? -1 : 1;
	if (result == 0)
		return end_copy(input, error);
	return result;
}

int source_descriptor(struct source *source, const struct stream_record *record, uint64_t *offset)
{
	struct input *input = &source->inputs[source->current];
	if (!stream_tensor_offset(input->reader, record, offset))
		return -1;
	if (input->descriptor < 0)
		input->descriptor = open(input->path, O_RDONLY | O_CLOEXEC);
	return input->descriptor;
}

bool source_keeps(const struct source *source, const struct stream_record *record)
{
	uint64_t offset;
	return stream_tensor_offset(source->inputs[source->current].reader, record, &offset);
}

int source_rewind(struct source *source, struct error *error)
{
	source->current = 0;
	for (int i = 0; i < source->count; i++) {
		struct input *input = &source->inputs[i];
		if (input->copy ? use_copy(input, error) : stream_rewind(input->reader, error))
			return -1;
	}
	return 0;
}

void source_close(struct source *source)
{
	if (!source)
		return;
	for (int i = 0; i < source->count; i++) {
		struct input *input = &source->inputs[i];
		stream_abandon(input->writer);
		if (input->copy)
			fclose(input->copy);
		if (input->descriptor >= 0)
			close(input->descriptor);
		stream_close(input->reader);
	}
	stream_head_free(&source->first);
	free(source->inputs);
	free(source);
}
