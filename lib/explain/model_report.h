/* Collects the data of a model folder for its report. */
#ifndef EXPLAIN_MODEL_REPORT_H
#define EXPLAIN_MODEL_REPORT_H

#include "base/parallel.h"
#include "explain/report.h"
#include "model/model.h"

struct model_report_request {
	const char *model;      /* folder or file */
	const char *labels;     /* file of labels instead of the model's, or NULL */
	const char *validation; /* labelled stream for the evaluation, "-": standard input; NULL:
	                           none */
	const char *leaked; /* split-dataset's list of pictures leaked into it (leaks_read); NULL:
	                       none */
	const char *folds;  /* result of a cross-validation (folds_result_read); NULL: none */
	const char *title;  /* of the page; NULL: the folder's own name */
	int mistakes;       /* number of the worst mistakes to show */
	enum saliency_method method; /* saliency method */
	const struct input_values
		*input;    /* values that the network takes; NULL: as the model says */
	int width, height; /* of pictures for a network that takes any size (model.h), or 0 */
	enum output_activation output; /* of a network that ends without one (model.h) */
	int threads;                   /* 0: all cores */
	struct progress *progress;     /* of the evaluation */
};

/* The data of the page; all owned. */
struct model_report {
	struct parallel *pool;
	struct model model;
	struct explain_plan plan;
	struct history history;
	struct examination examination;
	struct folds_result folds;
	char *name;
	struct report page; /* points to the others */
};

/* Loads the model and its history.tsv, if any, and evaluates it. Returns 0, or -1: no model, a
 * history, stream or result that can't be read, a method that needs a convolution although there is
 * none. In any case the caller frees with model_report_close. */
CHECKED int model_report_open(struct model_report *report,
	const struct model_report_request *request, struct error *error);

/* Writes the page to `path`, NULL or "-" being standard output, complete or not at all. Returns 0
 * or -1. */
CHECKED int model_report_write(const struct model_report *report, const char *path,
	struct error *error);

/* Frees; all zero is allowed. */
void model_report_close(struct model_report *report);

#endif
