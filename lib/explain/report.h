/* A model's report: one HTML page that holds all of its pictures and needs no script. */
#ifndef EXPLAIN_REPORT_H
#define EXPLAIN_REPORT_H

#include "explain/examine.h"
#include "explain/explain.h"
#include "explain/history.h"

#include <jansson.h>
#include <stdio.h>

/* A share and its 95 % confidence interval, each from 0 to 1; the value is NaN where there was nothing to count. */
struct report_share {
	double value, low, high;
};

struct report_class {
	size_t support; /* pictures of the class */
	struct report_share precision, recall;
	double f1; /* NaN likewise */
};

struct report {
	const char *title;
	const struct architecture *architecture;
	const struct text_list *labels;
	const json_t *card;              /* NULL: none */
	const struct history *history;   /* NULL: none */
	const char *validation;          /* name of the stream; NULL where nothing was examined, as the four below */
	const struct examination *examination;
	struct canvas *confusion;        /* the matrix as a picture; emptied */
	struct report_share accuracy;
	const struct report_class *classes;
	struct explain_plan *plan;       /* how pictures are explained */
};

/* Writes the page. Errors of `stream` are its owner's to check; -1 for others (no memory, shapes that do not fit). */
CHECKED int report_write(FILE *stream, const struct report *report, struct error *error);

/* The page's style sheet. */
extern const char report_style[];

#endif
