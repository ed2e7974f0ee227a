/* The lines of a file or a pipe, taken as they come: nobody has to wait for a pipe that is silent. */
#ifndef SCRAPE_LINES_H
#define SCRAPE_LINES_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

enum { LINES_LENGTH_MAXIMUM = (1 << 14) - 1 };

enum lines_result {
	LINES_END,
	LINES_LINE,
	LINES_NOT_YET, /* the pipe is open, but silent */
};

struct lines {
	int descriptor;
	char *name;        /* for messages; owned */
	int number;        /* of the line given last */
	bool ended;        /* there is nothing behind what the buffer holds */
	size_t begin, end; /* of what the buffer holds */
	char buffer[LINES_LENGTH_MAXIMUM + 1];
};

/* Opens a file; "-" is standard input. On failure (-1) *lines is NULL. */
CHECKED int lines_open(struct lines **lines, const char *path, struct error *error);

/* Gives the next line, unified (text_unify_lines) and without its end, in *line, where it stays till the next call; a last one needs no newline. Where
 * there is none yet it waits for one if `wait` says so, or until a signal comes. Returns a lines_result, or -1: a line of
 * more than LINES_LENGTH_MAXIMUM bytes, or the file can't be read. */
CHECKED int lines_next(struct lines *lines, bool wait, char **line, struct error *error);

/* NULL is allowed. */
void lines_close(struct lines *lines);

#endif
