/* Lists of image URLs: lines "URL<tab>CLASS". Empty lines and those that begin with '#' are
 * skipped. */
#ifndef SCRAPE_URL_LIST_H
#define SCRAPE_URL_LIST_H

#include "base/error.h"
#include "scrape/line_reader.h"

#include <stdbool.h>

/* All zero is a list at its end. */
struct url_list {
	struct line_reader *lines; /* NULL: at the end */
	bool has_lines;            /* a line, valid or not, was read */
};

/* A parsed line. */
struct listed_url {
	char *url; /* from url_resolve; the caller's to free; NULL: the line is invalid */
	const char *class_name; /* valid until the next line is read */
	struct error error;     /* if it is invalid */
};

/* "-" is standard input. On failure (-1) *list is at its end. */
CHECKED int url_list_open(struct url_list *list, const char *path, struct error *error);

/* Reads the next line that is not skipped, blocking or not as line_reader_next. Returns a
 * line_reader_result, or -1: the list can't be read, or has no line at all. */
CHECKED int url_list_next(struct url_list *list, bool wait, struct listed_url *listed,
	struct error *error);

void url_list_close(struct url_list *list);

#endif
