/* Lists of image addresses: lines "URL<tab>CLASS", read one by one. Empty ones and those that begin with '#' mean nothing. */
#ifndef SCRAPE_URL_LIST_H
#define SCRAPE_URL_LIST_H

#include "base/error.h"
#include "scrape/lines.h"

#include <stdbool.h>

/* All zero is one that has ended. */
struct url_list {
	struct lines *lines; /* NULL: it has ended */
	bool any;            /* a line, good or bad, was met */
};

/* What a line says. */
struct listed_url {
	char *url;              /* as url_resolve makes them; the caller's; NULL: the line can't be used */
	const char *class_name; /* until the next line is read */
	struct error problem;   /* why it can't */
};

/* "-" is standard input. On failure (-1) *list has ended. */
CHECKED int url_list_open(struct url_list *list, const char *path, struct error *error);

/* Reads the next line that says something, and waits for it or not, as lines_next does. Returns a lines_result, or -1: it
 * can't be read on, or says nothing at all. */
CHECKED int url_list_next(struct url_list *list, bool wait, struct listed_url *listed, struct error *error);

void url_list_close(struct url_list *list);

#endif
