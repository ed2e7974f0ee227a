/* Repeated passes over tensor streams, each augmented differently. */
#ifndef AUGMENT_PASSES_H
#define AUGMENT_PASSES_H

#include "augment/augment.h"
#include "augment/replay.h"
#include "augment/input_streams.h"
#include "base/file.h"
#include "base/parallel.h"
#include "base/progress.h"

struct augment_plan {
	struct augment_options options;
	int passes;   /* number of passes over the inputs */
	bool rescale; /* results are f32 from 0 to 1 */
	uint64_t seed;
	struct output *log;    /* log of the operations on each record (replay.h); NULL: none */
	struct replay *replay; /* operations to apply; NULL: they are drawn */
};

/* Whether the inputs are read more than once and must be opened as rewindable. */
bool augment_needs_rewind(const struct augment_plan *plan);

/* Writes every input record, in order, once per pass to `stream` (`name` in messages), one segment
 * per pass, numbered from 0; each but the last announces the next. Inputs of several passes are
 * written as that many for each. Labels, weights, ids and sources are copied; the plan is added to
 * the history. The same plan and inputs give the same bytes whatever the pool. `progress` counts
 * records. On failure (-1) the last segment has no end. */
CHECKED int augment_passes(const struct augment_plan *plan, struct input_streams *inputs,
	FILE *stream, const char *name, struct parallel *pool, struct progress *progress,
	struct error *error);

#endif
