#include "scrape/lines.h"

#include "base/file.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int lines_open(struct lines **out, const char *path, struct error *error)
{
	bool standard = strcmp(path, "-") == 0;
	struct lines *lines = *out = calloc(1, sizeof *lines);
	if (!lines)
		return error_memory(error, path);
	lines->descriptor = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	lines->name = strdup(standard ? "standard input" : path);
	int result = 0;
	if (lines->descriptor < 0)
		result = error_system(error, path);
	else if (!lines->name)
		result = error_memory(error, path);
	else if (!standard && file_is_folder(path))
		result = error_set(error, path, "is a folder");
	if (result) {
		lines_close(lines);
		*out = NULL;
	}
	return result;
}

/* Reads more into the buffer. Returns LINES_LINE where there may be one now. */
static int read_more(struct lines *lines, bool wait, struct error *error)
{
	struct pollfd readable = {.fd = lines->descriptor, .events = POLLIN};
	int ready = poll(&readable, 1, wait ? -1 : 0);
	if (ready == 0 || (ready < 0 && errno == EINTR))
		return LINES_NOT_YET;
	memmove(lines->buffer, lines->buffer + lines->begin, lines->end - lines->begin);
	lines->end -= lines->begin;
	lines->begin = 0;
	ssize_t size = read(lines->descriptor, lines->buffer + lines->end, sizeof lines->buffer - lines->end);
	if (size < 0)
		return errno == EINTR || errno == EAGAIN ? LINES_NOT_YET : error_system(error, lines->name);
	lines->end += (size_t)size;
	lines->ended = size == 0;
	return LINES_LINE;
}

int lines_next(struct lines *lines, bool wait, char **line, struct error *error)
{
	for (;;) {
		char *start = lines->buffer + lines->begin;
		size_t length = lines->end - lines->begin;
		char *newline = memchr(start, '\n', length);
		if (!newline && length == sizeof lines->buffer)
			return error_set(error, lines->name, "line %d is longer than %d bytes", lines->number + 1, LINES_LENGTH_MAXIMUM);
		if (!newline && lines->ended && !length)
			return LINES_END;
		if (newline || lines->ended) {
			size_t taken = newline ? (size_t)(newline - start) + 1 : length;
			start[newline ? taken - 1 : length] = 0;
			lines->begin += taken;
			lines->number++;
			text_unify_lines(start);
			*line = start;
			return LINES_LINE;
		}
		int result = read_more(lines, wait, error);
		if (result != LINES_LINE)
			return result;
	}
}

void lines_close(struct lines *lines)
{
	if (!lines)
		return;
	if (lines->descriptor > STDIN_FILENO)
		close(lines->descriptor);
	free(lines->name);
	free(lines);
}
