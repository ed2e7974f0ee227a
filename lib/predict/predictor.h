/* A prediction run: pictures and streams in; lines, annotated and sorted pictures, or an evaluation
 * out.
 *
 * Depends on model, dataset (files of folders), train (metrics) and stream. Annotations are drawn
 * by a callback: this folder draws nothing. */
#ifndef PREDICT_PREDICTOR_H
#define PREDICT_PREDICTOR_H

#include "predict/evaluation.h"
#include "predict/inputs.h"
#include "train/leaks.h"

/* Sees a prediction and, in an evaluation, its ground truth (else NULL), both valid during the
 * call. Returns 0, or -1, which ends the run. */
typedef int predictor_observe(void *context, const struct prediction *prediction,
	const float *target, struct error *error);

/* Inputs and options. */
struct predictor_request {
	const char *model;              /* folder or file */
	const struct text_list *others; /* further models, whose probabilities are averaged with
	                                   its; fewer than PREDICTION_MODELS_MAXIMUM; NULL: none */
	const char *labels;             /* file of labels instead of the model's, or NULL */
	int top;           /* number of classes to output; 0: one, or all if multi-label */
	bool multi_label;  /* each class is predicted independently */
	double threshold;  /* minimum probability of a predicted class */
	bool json, header; /* lines of JSON instead of TSV; a header line of TSV */
	const char *annotation_folder; /* for annotated pictures, or NULL */
	prediction_annotate *annotate; /* with annotation_folder */
	const char *sort_folder;    /* for a folder of pictures per class, and "unsure"; or NULL */
	predictor_observe *observe; /* called for each prediction, in order; or NULL */
	void *observer;             /* its context */
	bool evaluate; /* compare predictions with the labels of class folders and streams */
	const char
		*leaked; /* list of split-dataset, to find leaked pictures (leaks_read), or NULL */
	int fit, filter; /* enum image_fit, enum image_filter; -1: as in training */
	const char *background; /* a colour (image_parse_color), or NULL: as in training */
	const struct input_values
		*input;    /* values that the network takes; NULL: as the model says */
	int width, height; /* of pictures for a network that takes any size (model.h), or 0 */
	enum output_activation output; /* of a network that ends without one (model.h) */
	int variants;         /* of each picture, whose probabilities are averaged; up to 1: none */
	bool is_uncalibrated; /* probabilities as the network gives them */
	int batch_size, threads;
	struct bad_inputs
		*bad; /* pictures, folders and streams; its `report` is used for warnings too */
	struct progress *progress;
};

struct predictor {
	const struct predictor_request *request; /* the caller's */
	struct parallel *pool;
	struct model model;
	struct model others[PREDICTION_MODELS_MAXIMUM - 1];
	int other_count;
	bool weights_read; /* with the first batch */
	struct prediction_batch batch;
	struct evaluation evaluation; /* if request->evaluate */
	struct leaks leaks;
	FILE *lines;
	uint64_t predicted; /* number of pictures */
	bool truncated;     /* a stream was invalid after its first records */
};

/* Loads the model without its weights. On failure (-1) the predictor is still the caller's to
 * close. */
CHECKED int predictor_open(struct predictor *predictor, const struct predictor_request *request,
	struct error *error);

/* Reads the weights, and predicts all inputs of the operands (inputs_find), in order, with a line
 * each to `lines` (NULL: none). The results do not depend on the number of threads and the batch
 * size. Returns 0, or -1. */
CHECKED int predictor_run(struct predictor *predictor, char *const *operands, int count,
	FILE *lines, struct error *error);

void predictor_close(struct predictor *predictor);

#endif
