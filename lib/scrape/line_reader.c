#include "scrape/line_reader.h"

#include "base/file.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int line_reader_open(struct line_reader **out, const char *path, struct error *error)
{
	bool standard = strcmp(path, "-") == 0;
	struct line_reader *reader = *out = calloc(1, sizeof *reader);
	if (!reader)
		return error_memory(error, path);
	reader->descriptor = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	reader->name = strdup(standard ? "standard input" : path);
	int result = 0;
	if (reader->descriptor < 0)
		result = error_system(error, path);
	else if (!reader->name)
		result = error_memory(error, path);
	else if (!standard && file_is_folder(path))
		result = error_set(error, path, "is a folder");
	if (result) {
		line_reader_close(reader);
		*out = NULL;
	}
	return result;
}

/* Reads into the buffer. Returns LINES_LINE if it may have a line now. */
static int fill_buffer(struct line_reader *reader, bool wait, struct error *error)
{
	struct pollfd readable = {.fd = reader->descriptor, .events = POLLIN};
	int ready = poll(&readable, 1, wait ? -1 : 0);
	if (ready == 0 || (ready < 0 && errno == EINTR))
		return LINES_WOULD_BLOCK;
	memmove(reader->buffer, reader->buffer + reader->begin, reader->end - reader->begin);
	reader->end -= reader->begin;
	reader->begin = 0;
	ssize_t size = read(reader->descriptor, reader->buffer + reader->end,
		sizeof reader->buffer - reader->end);
	if (size < 0)
		return errno == EINTR || errno == EAGAIN ? LINES_WOULD_BLOCK
							 : error_system(error, reader->name);
	reader->end += (size_t)size;
	reader->is_at_end = size == 0;
	return LINES_LINE;
}

int line_reader_next(struct line_reader *reader, bool wait, char **line, struct error *error)
{
	for (;;) {
		char *start = reader->buffer + reader->begin;
		size_t length = reader->end - reader->begin;
		char *newline = memchr(start, '\n', length);
		if (!newline && length == sizeof reader->buffer)
			return error_set(error, reader->name, "line %d is longer than %d bytes",
				reader->number + 1, LINES_LENGTH_MAXIMUM);
		if (!newline && reader->is_at_end && !length)
			return LINES_END;
		if (newline || reader->is_at_end) {
			size_t consumed = newline ? (size_t)(newline - start) + 1 : length;
			start[newline ? consumed - 1 : length] = 0;
			reader->begin += consumed;
			reader->number++;
			text_unify_lines(start);
			*line = start;
			return LINES_LINE;
		}
		int result = fill_buffer(reader, wait, error);
		if (result != LINES_LINE)
			return result;
	}
}

void line_reader_close(struct line_reader *reader)
{
	if (!reader)
		return;
	if (reader->descriptor > STDIN_FILENO)
		close(reader->descriptor);
	free(reader->name);
	free(reader);
}
