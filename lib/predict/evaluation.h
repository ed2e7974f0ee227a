/* Answers held against the truth. */
#ifndef PREDICT_EVALUATION_H
#define PREDICT_EVALUATION_H

#include "model/model.h"
#include "predict/answer.h"
#include "train/metrics.h"

struct evaluation {
	struct metrics metrics;
	struct training_options options; /* the loss that the model was trained with */
	bool several;                    /* a picture may be of several classes, or of none */
	double threshold;                /* least probability of a class that is then believed */
	bool *truth, *said;              /* (classes): of the picture being counted; owned */
};

/* Starts counting for a model: its loss is that of its card, else what its last activation asks for. On failure (-1, no
 * memory) the evaluation is still the caller's to free. */
CHECKED int evaluation_start(struct evaluation *evaluation, const struct model *model, bool several, double threshold,
	struct error *error);

/* Counts an answer, given as logits too, against target[classes]; `leaked` of a picture that the model has learnt from. */
void evaluation_add(struct evaluation *evaluation, const struct answer *answer, const float *logits,
	const float *target, bool leaked);

/* Frees; all zero is allowed. */
void evaluation_free(struct evaluation *evaluation);

#endif
