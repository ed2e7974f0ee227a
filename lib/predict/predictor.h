/* A whole prediction: pictures and streams in; lines, annotated and sorted pictures, or an evaluation out.
 *
 * Stands on model, dataset (files of folders), train (metrics) and stream, none of which knows it. How an answer is
 * drawn is the caller's to say: this folder draws nothing. */
#ifndef PREDICT_PREDICTOR_H
#define PREDICT_PREDICTOR_H

#include "predict/evaluation.h"
#include "predict/inputs.h"
#include "train/leaks.h"

/* What is asked for. */
struct predictor_request {
	const char *model;             /* folder */
	int top;                       /* classes that an answer names; 0: one, or all if several may be right */
	bool several;                  /* several classes may be right, each by its own probability */
	double threshold;              /* least probability of a class to be believed */
	bool json, header;             /* lines of JSON instead of TSV; a first line that names the columns of TSV */
	const char *annotated;         /* folder for annotated pictures, or NULL */
	answer_annotate *annotate;     /* how, where there is one */
	const char *sorted;            /* folder for a folder of pictures per class, and "unsure"; or NULL */
	bool evaluate;                 /* hold answers against the labels of class folders and streams */
	const char *leaked;            /* split-dataset's list of what the model has learnt from (leaks_read), or NULL */
	int fit, filter;               /* enum image_fit, enum image_filter; -1: as in training */
	const char *background;        /* a colour for people, or NULL: as in training */
	int batch_size, threads;
	struct bad_inputs *bad;        /* pictures, folders and streams; told too of what looks unintended */
	struct progress *progress;     /* shows the pictures done */
};

struct predictor {
	const struct predictor_request *request; /* the caller's, kept */
	struct parallel *pool;
	struct model model;
	bool weights_read;             /* with the first pictures */
	struct answers answers;        /* the batch */
	struct evaluation evaluation;  /* started if it is asked for */
	struct leaks leaks;
	FILE *lines;
	uint64_t done;                 /* pictures answered */
	bool cut;                      /* of a stream that turned out bad only the beginning is among them */
};

/* Loads the model but for its weights. On failure (-1) the predictor is still the caller's to close. */
CHECKED int predictor_open(struct predictor *predictor, const struct predictor_request *request, struct error *error);

/* Reads the weights, and answers all that the operands stand for (inputs_find), in order, a line each to `lines` (NULL: none). The answers
 * are the same whatever the threads and the size of the batch. Returns 0, or -1. */
CHECKED int predictor_run(struct predictor *predictor, char *const *operands, int count, FILE *lines,
	struct error *error);

void predictor_close(struct predictor *predictor);

#endif
