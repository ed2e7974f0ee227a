/* A worker pool: threads run tasks that would hold up the network, in a queue that keeps their
 * order.
 *
 * Unlike base/parallel.h, whose caller waits for a loop to end, the caller goes on and pops the
 * finished tasks later. */
#ifndef BASE_WORKER_POOL_H
#define BASE_WORKER_POOL_H

#include "base/error.h"

#include <stdbool.h>

/* A task, the first member of the struct that holds its data. */
struct worker_task {
	struct worker_task *next;
	bool done;
};

struct worker_pool;

/* Runs a task, in one of the threads. */
typedef void worker_function(struct worker_task *task);

/* Called by one of the threads when worker_pool_pop has a task to return. */
typedef void worker_pool_callback(void *context);

/* Starts a thread for every processor. On failure (-1) *pool is NULL. The caller frees with
 * worker_pool_destroy. */
CHECKED int worker_pool_create(struct worker_pool **pool, worker_function *function,
	worker_pool_callback *ready, void *context, struct error *error);

/* Appends a task to the queue; it must stay until it is popped. */
void worker_pool_submit(struct worker_pool *pool, struct worker_task *task);

/* Removes the oldest task from the queue and returns it; NULL if that one is not done yet, or the
 * queue is empty. */
struct worker_task *worker_pool_pop(struct worker_pool *pool);

/* Waits for the running tasks and ends the threads. Returns the list of the tasks that were not
 * popped, done or not; pool may be NULL. */
struct worker_task *worker_pool_destroy(struct worker_pool *pool);

#endif
