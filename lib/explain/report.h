/* A model's report: one HTML page with embedded images, without scripts. */
#ifndef EXPLAIN_REPORT_H
#define EXPLAIN_REPORT_H

#include "explain/examine.h"
#include "explain/explain.h"
#include "explain/folds_result.h"
#include "explain/history.h"

#include <jansson.h>
#include <stdio.h>

struct report {
	const char *title;
	const struct graph *graph;
	const struct text_list *labels;
	const json_t *card;            /* NULL: none */
	const struct history *history; /* NULL: none */
	const char *validation; /* name of the stream; NULL without an evaluation, as the next */
	const struct examination *examination;
	const struct folds_result *folds; /* of a cross-validation; NULL: none */
	struct explain_plan *plan;        /* for saliency overlays */
};

/* Writes the page. The owner of `stream` checks its errors; -1 for others (no memory, shapes that
 * do not fit). */
CHECKED int report_write(FILE *stream, const struct report *report, struct error *error);

/* The page's style sheet. */
extern const char report_style[];

#endif
