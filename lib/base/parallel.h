/* A pool of threads that share the indices of a loop.
 *
 * Each thread begins with its own part of the indices, the same in every loop of that length, and takes others' when it
 * is done. Which thread takes which index is thus left to chance; a loop body whose result
 * for an index depends on that index alone therefore gives the same bytes for
 * any number of threads. Sums across indices are the caller's: into a slot per
 * index, added up in a fixed order afterwards. */
#ifndef BASE_PARALLEL_H
#define BASE_PARALLEL_H

#include "base/error.h"

struct parallel;

/* Called once for every index; `worker` is below parallel_threads() and no two
 * calls with the same worker run at once, so it may choose scratch memory. */
typedef void parallel_task(void *context, int index, int worker);

/* Makes a pool of `threads` threads, the caller's own among them; 0 means one
 * for every processor this process may run on. On failure (-1) *pool is NULL.
 * The caller frees with parallel_destroy. */
CHECKED int parallel_create(struct parallel **pool, int threads, struct error *error);

/* How many threads work, at least 1; a NULL pool works on the caller's alone. */
int parallel_threads(const struct parallel *pool);

/* Runs task(context, i, worker) for i in [0, count) and returns when all are
 * done. Not to be called from within a task. */
void parallel_for(struct parallel *pool, int count, parallel_task *task, void *context);

/* Ends the threads; NULL is allowed. */
void parallel_destroy(struct parallel *pool);

#endif
