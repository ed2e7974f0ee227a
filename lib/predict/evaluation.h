/* Evaluation: predictions compared with the ground truth. */
#ifndef PREDICT_EVALUATION_H
#define PREDICT_EVALUATION_H

#include "model/model.h"
#include "predict/prediction.h"
#include "train/metrics.h"

struct evaluation {
	struct metrics metrics;
	struct training_options options; /* the loss that the model was trained with */
	bool multi_label;                /* a picture may have several classes, or none */
	double threshold;                /* multi-label: minimum probability of a predicted class */
	bool *labels, *predictions;      /* (classes): scratch, multi-label; owned */
};

/* Starts the evaluation of a model. The loss is that of its card, else, and for paired
 * logits, it depends on the last activation. On failure (-1, no memory) the evaluation is still the
 * caller's to free. */
CHECKED int evaluation_start(struct evaluation *evaluation, const struct model *model,
	bool multi_label, double threshold, struct error *error);

/* Adds a prediction, with its logits, the probabilities before calibration, and the ground truth
 * target[classes]; `leaked`: the model was
 * trained on the picture. */
void evaluation_add(struct evaluation *evaluation, const struct prediction *prediction,
	const float *logits, const float *raw, const float *target, bool leaked);

/* Frees; all zero is allowed. */
void evaluation_free(struct evaluation *evaluation);

#endif
