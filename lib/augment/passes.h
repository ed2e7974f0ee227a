/* Passes over tensor streams, each of them varied anew. */
#ifndef AUGMENT_PASSES_H
#define AUGMENT_PASSES_H

#include "augment/augment.h"
#include "augment/replay.h"
#include "augment/source.h"
#include "base/file.h"
#include "base/parallel.h"
#include "base/progress.h"

struct augment_plan {
	struct augment_options options;
	int passes;            /* times that the source is read */
	bool rescale;          /* results are f32 from 0 to 1 */
	uint64_t seed;
	struct output *record; /* gets what is done to each record, as lines of replay.h; NULL: not wanted */
	struct replay *replay; /* says what to do; NULL: it is drawn */
};

/* Whether the source is read more often than once, and must be opened for that. */
bool augment_reads_again(const struct augment_plan *plan);

/* Writes every record of `source`, in its order, once per pass to `stream` (`name` in messages), one segment per pass,
 * numbered from 0. A source that itself holds several passes gives as many for each. Labels, weights, ids and sources
 * pass through; the plan is added to the history. The same plan and source give the same bytes whatever the pool.
 * `progress` counts records. On failure (-1) the last segment has no end. */
CHECKED int augment_passes(const struct augment_plan *plan, struct source *source, FILE *stream, const char *name,
	struct parallel *pool, struct progress *progress, struct error *error);

#endif
