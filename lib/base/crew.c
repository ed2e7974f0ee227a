#include "base/crew.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/sysinfo.h>

enum { THREADS_MAXIMUM = 64 };

struct crew {
	crew_work *work;
	crew_callback *ready;
	void *context;
	pthread_mutex_t mutex;
	pthread_cond_t added;
	struct crew_task *first, *last; /* in the order in which they came */
	struct crew_task *waiting;      /* the first that no thread has begun */
	bool ending;
	int threads;
	pthread_t thread[THREADS_MAXIMUM];
};

static void *serve(void *argument)
{
	struct crew *crew = argument;
	pthread_mutex_lock(&crew->mutex);
	for (;;) {
		while (!crew->waiting && !crew->ending)
			pthread_cond_wait(&crew->added, &crew->mutex);
		if (crew->ending)
			break;
		struct crew_task *mine = crew->waiting;
		crew->waiting = mine->next;
		pthread_mutex_unlock(&crew->mutex);
		crew->work(mine);
		pthread_mutex_lock(&crew->mutex);
		mine->done = true;
		if (mine == crew->first)
			crew->ready(crew->context);
	}
	pthread_mutex_unlock(&crew->mutex);
	return NULL;
}

int crew_create(struct crew **out, crew_work *work, crew_callback *ready, void *context, struct error *error)
{
	struct crew *crew = *out = calloc(1, sizeof *crew);
	if (!crew)
		return error_memory(error, "threads");
	crew->work = work;
	crew->ready = ready;
	crew->context = context;
	pthread_mutex_init(&crew->mutex, NULL);
	pthread_cond_init(&crew->added, NULL);
	int wanted = get_nprocs() < THREADS_MAXIMUM ? get_nprocs() : THREADS_MAXIMUM;
	while (crew->threads < wanted && pthread_create(&crew->thread[crew->threads], NULL, serve, crew) == 0)
		crew->threads++;
	if (crew->threads)
		return 0;
	crew_end(crew);
	*out = NULL;
	return error_set(error, "threads", "none can be started");
}

void crew_add(struct crew *crew, struct crew_task *task)
{
	*task = (struct crew_task){0};
	pthread_mutex_lock(&crew->mutex);
	if (crew->first)
		crew->last->next = task;
	else
		crew->first = task;
	crew->last = task;
	if (!crew->waiting)
		crew->waiting = task;
	pthread_cond_signal(&crew->added);
	pthread_mutex_unlock(&crew->mutex);
}

struct crew_task *crew_take(struct crew *crew)
{
	pthread_mutex_lock(&crew->mutex);
	struct crew_task *first = crew->first && crew->first->done ? crew->first : NULL;
	if (first)
		crew->first = first->next;
	pthread_mutex_unlock(&crew->mutex);
	return first;
}

struct crew_task *crew_end(struct crew *crew)
{
	if (!crew)
		return NULL;
	pthread_mutex_lock(&crew->mutex);
	crew->ending = true;
	pthread_cond_broadcast(&crew->added);
	pthread_mutex_unlock(&crew->mutex);
	for (int i = 0; i < crew->threads; i++)
		pthread_join(crew->thread[i], NULL);
	struct crew_task *left = crew->first;
	pthread_cond_destroy(&crew->added);
	pthread_mutex_destroy(&crew->mutex);
	free(crew);
	return left;
}
