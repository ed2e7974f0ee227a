/* A thread pool for parallel loops (fork-join), with work stealing.
 *
 * Each thread starts with its own range of the indices, the same in every loop of that length, and
 * then steals from the ranges of others. Which thread runs which index is not deterministic: if the
 * result for an index depends on that index alone, the bytes are the same for any number of
 * threads. Sums over indices are up to the caller: into a slot per index, added up in a fixed order
 * afterwards. */
#ifndef BASE_PARALLEL_H
#define BASE_PARALLEL_H

#include "base/error.h"

struct parallel;

/* Called once for every index; `worker` is below parallel_threads() and no two
 * calls with the same worker run at once, so it may select scratch memory. */
typedef void parallel_task(void *context, int index, int worker);

/* Creates a pool of `threads` threads, including the caller's; 0 means one
 * for every processor this process may run on. On failure (-1) *pool is NULL.
 * The caller frees with parallel_destroy. */
CHECKED int parallel_create(struct parallel **pool, int threads, struct error *error);

/* Number of threads, at least 1; a NULL pool uses the caller's alone. */
int parallel_threads(const struct parallel *pool);

/* Runs task(context, i, worker) for i in [0, count) and returns when all are
 * done. Not to be called from a task. */
void parallel_for(struct parallel *pool, int count, parallel_task *task, void *context);

/* Ends the threads; NULL is allowed. */
void parallel_destroy(struct parallel *pool);

#endif
