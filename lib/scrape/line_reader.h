/* Reads the lines of a file or a pipe; reading from a pipe can be non-blocking. */
#ifndef SCRAPE_LINE_READER_H
#define SCRAPE_LINE_READER_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

enum { LINES_LENGTH_MAXIMUM = (1 << 14) - 1 };

enum line_reader_result {
	LINES_END,
	LINES_LINE,
	LINES_WOULD_BLOCK, /* the pipe is open, but has no complete line */
};

struct line_reader {
	int descriptor;
	char *name;        /* for messages; owned */
	int number;        /* of the last line returned */
	bool is_at_end;    /* the file has no more bytes than the buffer */
	size_t begin, end; /* of the unread bytes in the buffer */
	char buffer[LINES_LENGTH_MAXIMUM + 1];
};

/* Opens a file; "-" is standard input. On failure (-1) *lines is NULL. */
CHECKED int line_reader_open(struct line_reader **reader, const char *path, struct error *error);

/* Sets *line to the next line, unified (text_unify_lines) and without its line end, valid until the
 * next call; the last line needs no newline. Blocks until there is one or a signal comes if `wait`.
 * Returns a line_reader_result, or -1: a line of more than LINES_LENGTH_MAXIMUM bytes, or the file
 * can't be read. */
CHECKED int line_reader_next(struct line_reader *reader, bool wait, char **line,
	struct error *error);

/* NULL is allowed. */
void line_reader_close(struct line_reader *reader);

#endif
