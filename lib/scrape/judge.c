#include "scrape/judge.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/sysinfo.h>

enum { THREADS_MAXIMUM = 64 };

struct image_case {
	struct image_case *next;
	bool done;
	struct judged judged;
};

struct judge {
	struct judge_limits limits;
	judge_callback *ready;
	void *context;
	pthread_mutex_t mutex;
	pthread_cond_t added;
	struct image_case *first, *last; /* in the order in which they came */
	struct image_case *waiting;      /* the first that no thread has begun */
	size_t count, bytes;             /* touched by the one who adds and takes alone */
	bool ending;
	int threads;
	pthread_t thread[THREADS_MAXIMUM];
};

/* ---- one image ---- */

static bool is_too_narrow(const struct image_info *info, double aspect_maximum)
{
	int longer = info->width > info->height ? info->width : info->height;
	int shorter = info->width + info->height - longer;
	return aspect_maximum > 0 && longer > aspect_maximum * shorter;
}

static void judge_image(const struct judge_limits *limits, const unsigned char *bytes, size_t size,
	struct judgement *judgement)
{
	static const struct image_decode_options over_white = {.background = {255, 255, 255}};
	const struct image_info *info = &judgement->info;
	struct error problem;
	char *reason = judgement->reason;
	size_t room = sizeof judgement->reason;
	digest_of(bytes, size, judgement->digest);
	if (image_probe(bytes, size, "", &judgement->info, &problem))
		snprintf(reason, room, "%s", problem.reason);
	else if (info->type == IMAGE_TGA) {
		/* It has no magic number: anything may look like one. */
		judgement->info = (struct image_info){0};
		snprintf(reason, room, "no image that its first bytes tell");
	} else if (info->width < limits->side_minimum || info->height < limits->side_minimum)
		snprintf(reason, room, "a side is under %d pixels", limits->side_minimum);
	else if (is_too_narrow(info, limits->aspect_maximum))
		snprintf(reason, room, "%d x %d is narrower than 1 to %g", info->width, info->height, limits->aspect_maximum);
	else if (image_inspect(bytes, size, "", &over_white, &image_hash_inspection, &judgement->hash,
		sizeof judgement->hash, &problem))
		snprintf(reason, room, "%s", problem.reason);
}

/* ---- the threads ---- */

static void *work(void *argument)
{
	struct judge *judge = argument;
	pthread_mutex_lock(&judge->mutex);
	for (;;) {
		while (!judge->waiting && !judge->ending)
			pthread_cond_wait(&judge->added, &judge->mutex);
		if (judge->ending)
			break;
		struct image_case *mine = judge->waiting;
		judge->waiting = mine->next;
		pthread_mutex_unlock(&judge->mutex);
		judge_image(&judge->limits, mine->judged.bytes, mine->judged.size, &mine->judged.judgement);
		pthread_mutex_lock(&judge->mutex);
		mine->done = true;
		if (mine == judge->first)
			judge->ready(judge->context);
	}
	pthread_mutex_unlock(&judge->mutex);
	return NULL;
}

int judge_create(struct judge **out, const struct judge_limits *limits, judge_callback *ready, void *context,
	struct error *error)
{
	struct judge *judge = *out = calloc(1, sizeof *judge);
	if (!judge)
		return error_memory(error, "judge");
	judge->limits = *limits;
	judge->ready = ready;
	judge->context = context;
	pthread_mutex_init(&judge->mutex, NULL);
	pthread_cond_init(&judge->added, NULL);
	int wanted = get_nprocs() < THREADS_MAXIMUM ? get_nprocs() : THREADS_MAXIMUM;
	while (judge->threads < wanted && pthread_create(&judge->thread[judge->threads], NULL, work, judge) == 0)
		judge->threads++;
	if (judge->threads)
		return 0;
	judge_destroy(judge);
	*out = NULL;
	return error_set(error, "judge", "no thread can be started");
}

/* ---- in and out ---- */

int judge_add(struct judge *judge, unsigned char *bytes, size_t size, void *tag, struct error *error)
{
	struct image_case *added = calloc(1, sizeof *added);
	if (!added) {
		free(bytes);
		return error_memory(error, "judge");
	}
	added->judged = (struct judged){.tag = tag, .bytes = bytes, .size = size};
	judge->count++;
	judge->bytes += size;
	pthread_mutex_lock(&judge->mutex);
	if (judge->first)
		judge->last->next = added;
	else
		judge->first = added;
	judge->last = added;
	if (!judge->waiting)
		judge->waiting = added;
	pthread_cond_signal(&judge->added);
	pthread_mutex_unlock(&judge->mutex);
	return 0;
}

bool judge_take(struct judge *judge, struct judged *judged)
{
	pthread_mutex_lock(&judge->mutex);
	struct image_case *first = judge->first;
	bool done = first && first->done;
	if (done)
		judge->first = first->next;
	pthread_mutex_unlock(&judge->mutex);
	if (!done)
		return false;
	*judged = first->judged;
	free(first);
	judge->count--;
	judge->bytes -= judged->size;
	return true;
}

size_t judge_count(const struct judge *judge)
{
	return judge->count;
}

size_t judge_bytes(const struct judge *judge)
{
	return judge->bytes;
}

void judge_destroy(struct judge *judge)
{
	if (!judge)
		return;
	pthread_mutex_lock(&judge->mutex);
	judge->ending = true;
	pthread_cond_broadcast(&judge->added);
	pthread_mutex_unlock(&judge->mutex);
	for (int i = 0; i < judge->threads; i++)
		pthread_join(judge->thread[i], NULL);
	for (struct image_case *next; judge->first; judge->first = next) {
		next = judge->first->next;
		free(judge->first->judged.bytes);
		free(judge->first);
	}
	pthread_cond_destroy(&judge->added);
	pthread_mutex_destroy(&judge->mutex);
	free(judge);
}
