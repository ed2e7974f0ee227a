/* Evaluation of a network on a labelled stream: metrics, the worst mistakes, and the most confident
 * correct predictions. */
#ifndef EXPLAIN_EXAMINE_H
#define EXPLAIN_EXAMINE_H

#include "base/progress.h"
#include "base/text.h"
#include "model/input_values.h"
#include "model/model.h"
#include "train/leaks.h"
#include "train/metrics.h"

/* One picture and the network's prediction. */
struct example {
	char *source;          /* name of the picture; owned; NULL: no example */
	unsigned char *tensor; /* (H, W, C) bytes; owned */
	int label, predicted;
	float label_probability, probability; /* of the two */
	double margin; /* logit of the predicted class minus the largest other (correct) or the
	                  label's (wrong) */
};

struct examination {
	struct metrics metrics;   /* of the records evaluated, without the loss; owned */
	size_t unlabelled;        /* records skipped because they have no class */
	struct example *mistakes; /* the worst, largest margin first; owned */
	int mistakes_count, mistakes_capacity;
	struct example *most_confident; /* per class the correct prediction with the largest margin;
	                                   owned */
};

/* Evaluates the model, loaded, whose network takes `values`, on all segments of a stream and stores
 * the `mistakes_maximum` worst mistakes. Classes are matched by name: those of the stream must be
 * among its labels. A record with weights counts for the class of the largest weight. On failure
 * (-1: another shape, an unknown class, a corrupt stream, no memory) *examination is empty. If
 * progress is shown, a stream that can be rewound is read twice to know the total. Records in
 * `leaks`, unless it is NULL, count as leaked. */
CHECKED int examine(struct examination *examination, const struct model *model,
	const struct input_values *values, struct stream_reader *reader, int mistakes_maximum,
	const struct leaks *leaks, struct progress *progress, struct error *error);

void examination_free(struct examination *examination);

#endif
