/* All there is to tell of a model folder, brought together for its page. */
#ifndef EXPLAIN_MODEL_REPORT_H
#define EXPLAIN_MODEL_REPORT_H

#include "base/parallel.h"
#include "explain/report.h"
#include "model/model.h"

struct model_report_request {
	const char *model;           /* folder */
	const char *validation;      /* labelled stream to examine it on, "-": standard input; NULL: none */
	const char *leaked;          /* split-dataset's list, by which what has leaked into it is known (leaks_read); NULL: none */
	const char *title;           /* of the page; NULL: the folder's own name */
	int mistakes;                /* how many of the worst to show */
	enum saliency_method method; /* how pictures are explained */
	int threads;                 /* 0: all cores */
	struct progress *progress;   /* of the examination */
};

/* What the page is made of; all owned. */
struct model_report {
	struct parallel *pool;
	struct model model;
	struct explain_plan plan;
	struct history history;
	struct examination examination;
	char *name;
	struct report page; /* points to the others */
};

/* Loads the model and its history.tsv, if it has one, and examines it. Returns 0, or -1: no model, a history or stream
 * that can't be read, a method that needs a convolution where none is. Either way model_report_close ends it. */
CHECKED int model_report_open(struct model_report *report, const struct model_report_request *request,
	struct error *error);

/* Writes the page to `path`, NULL or "-" being standard output, whole or not at all. Returns 0 or -1. */
CHECKED int model_report_write(const struct model_report *report, const char *path, struct error *error);

/* Frees; all zero is allowed. */
void model_report_close(struct model_report *report);

#endif
