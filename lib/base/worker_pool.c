#include "base/worker_pool.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/sysinfo.h>

enum { THREADS_MAXIMUM = 64 };

struct worker_pool {
	worker_function *function;
	worker_pool_callback *ready;
	void *context;
	pthread_mutex_t mutex;
	pthread_cond_t submitted;
	struct worker_task *first, *last; /* in the order of submission */
	struct worker_task *waiting;      /* the first that no thread has started */
	bool stop;
	int threads;
	pthread_t thread[THREADS_MAXIMUM];
};

static void *run_tasks(void *argument)
{
	struct worker_pool *pool = argument;
	pthread_mutex_lock(&pool->mutex);
	for (;;) {
		while (!pool->waiting && !pool->stop)
			pthread_cond_wait(&pool->submitted, &pool->mutex);
		if (pool->stop)
			break;
		struct worker_task *task = pool->waiting;
		pool->waiting = task->next;
		pthread_mutex_unlock(&pool->mutex);
		pool->function(task);
		pthread_mutex_lock(&pool->mutex);
		task->done = true;
		if (task == pool->first)
			pool->ready(pool->context);
	}
	pthread_mutex_unlock(&pool->mutex);
	return NULL;
}

int worker_pool_create(struct worker_pool **out, worker_function *function,
	worker_pool_callback *ready, void *context, struct error *error)
{
	struct worker_pool *pool = *out = calloc(1, sizeof *pool);
	if (!pool)
		return error_memory(error, "threads");
	pool->function = function;
	pool->ready = ready;
	pool->context = context;
	pthread_mutex_init(&pool->mutex, NULL);
	pthread_cond_init(&pool->submitted, NULL);
	int threads = get_nprocs() < THREADS_MAXIMUM ? get_nprocs() : THREADS_MAXIMUM;
	while (pool->threads < threads &&
		pthread_create(&pool->thread[pool->threads], NULL, run_tasks, pool) == 0)
		pool->threads++;
	if (pool->threads)
		return 0;
	worker_pool_destroy(pool);
	*out = NULL;
	return error_set(error, "threads", "none can be started");
}

void worker_pool_submit(struct worker_pool *pool, struct worker_task *task)
{
	*task = (struct worker_task){0};
	pthread_mutex_lock(&pool->mutex);
	if (pool->first)
		pool->last->next = task;
	else
		pool->first = task;
	pool->last = task;
	if (!pool->waiting)
		pool->waiting = task;
	pthread_cond_signal(&pool->submitted);
	pthread_mutex_unlock(&pool->mutex);
}

struct worker_task *worker_pool_pop(struct worker_pool *pool)
{
	pthread_mutex_lock(&pool->mutex);
	struct worker_task *first = pool->first && pool->first->done ? pool->first : NULL;
	if (first)
		pool->first = first->next;
	pthread_mutex_unlock(&pool->mutex);
	return first;
}

struct worker_task *worker_pool_destroy(struct worker_pool *pool)
{
	if (!pool)
		return NULL;
	pthread_mutex_lock(&pool->mutex);
	pool->stop = true;
	pthread_cond_broadcast(&pool->submitted);
	pthread_mutex_unlock(&pool->mutex);
	for (int i = 0; i < pool->threads; i++)
		pthread_join(pool->thread[i], NULL);
	struct worker_task *remaining = pool->first;
	pthread_cond_destroy(&pool->submitted);
	pthread_mutex_destroy(&pool->mutex);
	free(pool);
	return remaining;
}
