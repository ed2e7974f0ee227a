/* A network put to the test on a labelled stream: what it confuses, and the pictures it is most wrong and most
 * sure about. */
#ifndef EXPLAIN_EXAMINE_H
#define EXPLAIN_EXAMINE_H

#include "base/progress.h"
#include "base/text.h"
#include "nn/network.h"
#include "stream/stream.h"
#include "train/leaks.h"
#include "train/metrics.h"

/* One picture and the network's answer. */
struct example {
	char *source;          /* name of the picture; owned; NULL: no example */
	unsigned char *tensor; /* (H, W, C) bytes; owned */
	int label, predicted;
	float label_probability, probability; /* of the two */
	double margin;         /* logit of the predicted class less the largest of the others (right) or the label's (wrong) */
};

struct examination {
	struct metrics metrics;    /* of the records examined, but for their loss; owned */
	size_t unlabelled;         /* records left out, as their class is not known */
	struct example *mistakes;  /* the worst, largest margin first; owned */
	int mistakes_count, mistakes_room;
	struct example *surest;    /* per class the right answer with the largest margin; owned */
};

/* Runs the network over all segments of a stream, keeping `room` of the worst mistakes. Classes go by name: those of the
 * stream must be among `labels`. A record with weights counts for its heaviest class. On failure (-1: a stream of
 * another shape or unknown classes, a damaged one, no memory) *examination is empty. Where progress is shown, a stream
 * that can be read twice is, so that the total is known. Records that `leaks` holds, if it isn't NULL, count as leaked. */
CHECKED int examine(struct examination *examination, struct network *network, const struct text_list *labels,
	struct stream_reader *reader, int room, const struct leaks *leaks, struct progress *progress, struct error *error);

void examination_free(struct examination *examination);

#endif
