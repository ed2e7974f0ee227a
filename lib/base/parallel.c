#include "base/parallel.h"

#include "base/signals.h"

#include <pthread.h>
#include <sched.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

/* Loops follow each other within microseconds in a training step, so a thread
 * spins this many times for the next one before it sleeps. */
enum { SPINS = 4000, THREADS_MAXIMUM = 1024 };

/* Indices that one thread starts with, in a cache line of its own: the same range in every loop, so
 * that what a thread wrote in one loop is in its cache in the next. Threads that have finished
 * theirs steal from it. */
struct index_range {
	alignas(64) atomic_int next;
	int end;
};

struct parallel {
	int threads;
	struct index_range *ranges; /* one per thread */
	pthread_t *handles;         /* threads - 1 of them */
	pthread_mutex_t mutex;
	pthread_cond_t wake, done;
	atomic_uint loop; /* number of the current loop; a change starts it */
	atomic_int running;
	int next_worker;
	parallel_task *task;
	void *context;
	atomic_bool stop;
};

static void spin_pause(void)
{
#if defined __x86_64__
	__builtin_ia32_pause();
#endif
}

static void split_indices(struct parallel *pool, int count)
{
	for (int i = 0; i < pool->threads; i++) {
		pool->ranges[i].end = (int)((int64_t)count * (i + 1) / pool->threads);
		atomic_store_explicit(&pool->ranges[i].next,
			(int)((int64_t)count * i / pool->threads), memory_order_relaxed);
	}
}

static void run_indices(struct parallel *pool, int worker)
{
	for (int i = 0; i < pool->threads; i++) {
		struct index_range *range = &pool->ranges[(worker + i) % pool->threads];
		int index, end = range->end;
		while (atomic_load_explicit(&range->next, memory_order_relaxed) < end &&
			(index = atomic_fetch_add_explicit(&range->next, 1, memory_order_relaxed)) <
				end)
			pool->task(pool->context, index, worker);
	}
}

static unsigned wait_for_loop(struct parallel *pool, unsigned last)
{
	for (int i = 0; i < SPINS; i++) {
		unsigned loop = atomic_load_explicit(&pool->loop, memory_order_acquire);
		if (loop != last)
			return loop;
		spin_pause();
	}
	pthread_mutex_lock(&pool->mutex);
	while (atomic_load(&pool->loop) == last)
		pthread_cond_wait(&pool->wake, &pool->mutex);
	pthread_mutex_unlock(&pool->mutex);
	return atomic_load_explicit(&pool->loop, memory_order_acquire);
}

static void *thread_main(void *argument)
{
	struct parallel *pool = argument;
	pthread_mutex_lock(&pool->mutex);
	int worker = ++pool->next_worker;
	pthread_cond_signal(&pool->done);
	pthread_mutex_unlock(&pool->mutex);
	for (unsigned last = 0;;) {
		last = wait_for_loop(pool, last);
		if (atomic_load(&pool->stop))
			return NULL;
		run_indices(pool, worker);
		if (atomic_fetch_sub_explicit(&pool->running, 1, memory_order_acq_rel) == 1) {
			pthread_mutex_lock(&pool->mutex);
			pthread_cond_signal(&pool->done);
			pthread_mutex_unlock(&pool->mutex);
		}
	}
}

static void start_loop(struct parallel *pool)
{
	pthread_mutex_lock(&pool->mutex);
	atomic_fetch_add_explicit(&pool->loop, 1, memory_order_release);
	pthread_cond_broadcast(&pool->wake);
	pthread_mutex_unlock(&pool->mutex);
}

static void wait_for_threads(struct parallel *pool)
{
	for (int i = 0; i < SPINS; i++) {
		if (atomic_load_explicit(&pool->running, memory_order_acquire) == 0)
			return;
		spin_pause();
	}
	pthread_mutex_lock(&pool->mutex);
	while (atomic_load_explicit(&pool->running, memory_order_acquire) > 0)
		pthread_cond_wait(&pool->done, &pool->mutex);
	pthread_mutex_unlock(&pool->mutex);
}

static int processors(void)
{
	cpu_set_t set;
	if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0)
		return CPU_COUNT(&set);
	return 1;
}

/* New threads inherit the mask: signals go to the main thread, which blocks them where it must not
 * be interrupted. */
static int start_threads(struct parallel *pool, int threads)
{
	sigset_t before;
	int failed = 0;
	signals_block(&before);
	while (!failed && pool->threads < threads)
		if (!(failed = pthread_create(&pool->handles[pool->threads - 1], NULL, thread_main,
			      pool)))
			pool->threads++;
	signals_unblock(&before);
	/* Started means idle, so that the caller may fork: a thread that begins may hold a lock. */
	pthread_mutex_lock(&pool->mutex);
	while (pool->next_worker < pool->threads - 1)
		pthread_cond_wait(&pool->done, &pool->mutex);
	pthread_mutex_unlock(&pool->mutex);
	return failed;
}

int parallel_create(struct parallel **out, int threads, struct error *error)
{
	*out = NULL;
	if (threads == 0)
		threads = processors();
	if (threads < 1 || threads > THREADS_MAXIMUM)
		return error_set(error, "threads", "%d is not in 1..%d", threads, THREADS_MAXIMUM);
	struct parallel *pool = calloc(1, sizeof *pool);
	pthread_t *handles = calloc((size_t)threads, sizeof *handles);
	struct index_range *ranges =
		aligned_alloc(alignof(struct index_range), (size_t)threads * sizeof *ranges);
	if (!pool || !handles || !ranges) {
		free(pool);
		free(handles);
		free(ranges);
		return error_memory(error, "threads");
	}
	pool->handles = handles;
	pool->ranges = ranges;
	pool->threads = 1;
	pthread_mutex_init(&pool->mutex, NULL);
	pthread_cond_init(&pool->wake, NULL);
	pthread_cond_init(&pool->done, NULL);
	if (start_threads(pool, threads)) {
		int failed = error_set(error, "threads", "cannot start thread %d of %d",
			pool->threads + 1, threads);
		parallel_destroy(pool);
		return failed;
	}
	*out = pool;
	return 0;
}

int parallel_threads(const struct parallel *pool)
{
	return pool ? pool->threads : 1;
}

void parallel_for(struct parallel *pool, int count, parallel_task *task, void *context)
{
	if (!pool || pool->threads == 1 || count <= 1) {
		for (int i = 0; i < count; i++)
			task(context, i, 0);
		return;
	}
	pool->task = task;
	pool->context = context;
	split_indices(pool, count);
	atomic_store_explicit(&pool->running, pool->threads - 1, memory_order_relaxed);
	start_loop(pool);
	run_indices(pool, 0);
	wait_for_threads(pool);
}

void parallel_destroy(struct parallel *pool)
{
	if (!pool)
		return;
	atomic_store(&pool->stop, true);
	start_loop(pool);
	for (int i = 0; i < pool->threads - 1; i++)
		pthread_join(pool->handles[i], NULL);
	pthread_cond_destroy(&pool->done);
	pthread_cond_destroy(&pool->wake);
	pthread_mutex_destroy(&pool->mutex);
	free(pool->handles);
	free(pool->ranges);
	free(pool);
}
