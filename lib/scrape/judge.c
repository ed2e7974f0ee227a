#include "scrape/judge.h"

#include <stdlib.h>

struct image_case {
	struct crew_task task;
	const struct judge_limits *limits;
	struct judged judged;
};

struct judge {
	struct judge_limits limits;
	struct crew *crew;
	size_t count, bytes;
};

/* ---- one image ---- */

static bool is_too_narrow(const struct image_info *info, double aspect_maximum)
{
	int longer = info->width > info->height ? info->width : info->height;
	int shorter = info->width + info->height - longer;
	return aspect_maximum > 0 && longer > aspect_maximum * shorter;
}

/* Finds out whether it is good: 0, or -1 with what is wrong. */
static int judge_image(const struct judge_limits *limits, const unsigned char *bytes, size_t size,
	struct judgement *judgement)
{
	static const struct image_decode_options over_white = {.background = {255, 255, 255}};
	const struct image_info *info = &judgement->info;
	struct error *problem = &judgement->problem;
	digest_of(bytes, size, judgement->digest);
	if (image_probe(bytes, size, "", &judgement->info, problem))
		return -1;
	if (info->type == IMAGE_TGA) {
		/* It has no magic number: anything may look like one. */
		judgement->info = (struct image_info){0};
		return error_set(problem, "", "no image that its first bytes tell");
	}
	if (info->width < limits->side_minimum || info->height < limits->side_minimum)
		return error_set(problem, "", "a side is under %d pixels", limits->side_minimum);
	if (is_too_narrow(info, limits->aspect_maximum))
		return error_set(problem, "", "%d x %d is narrower than 1 to %g", info->width, info->height, limits->aspect_maximum);
	return image_inspect(bytes, size, "", &over_white, &image_hash_inspection, &judgement->hash, sizeof judgement->hash,
		problem);
}

static void judge_case(struct crew_task *task)
{
	struct image_case *image = (struct image_case *)task;
	struct judged *judged = &image->judged;
	judged->judgement.good = judge_image(image->limits, judged->bytes, judged->size, &judged->judgement) == 0;
}

/* ---- in and out ---- */

int judge_create(struct judge **out, const struct judge_limits *limits, crew_callback *ready, void *context,
	struct error *error)
{
	struct judge *judge = *out = calloc(1, sizeof *judge);
	if (!judge)
		return error_memory(error, "judge");
	judge->limits = *limits;
	if (crew_create(&judge->crew, judge_case, ready, context, error) == 0)
		return 0;
	free(judge);
	*out = NULL;
	return -1;
}

int judge_add(struct judge *judge, unsigned char *bytes, size_t size, void *tag, struct error *error)
{
	struct image_case *added = calloc(1, sizeof *added);
	if (!added) {
		free(bytes);
		return error_memory(error, "judge");
	}
	added->limits = &judge->limits;
	added->judged = (struct judged){.tag = tag, .bytes = bytes, .size = size};
	judge->count++;
	judge->bytes += size;
	crew_add(judge->crew, &added->task);
	return 0;
}

bool judge_take(struct judge *judge, struct judged *judged)
{
	struct image_case *first = (struct image_case *)crew_take(judge->crew);
	if (!first)
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
	for (struct crew_task *task = crew_end(judge->crew), *next; task; task = next) {
		next = task->next;
		free(((struct image_case *)task)->judged.bytes);
		free(task);
	}
	free(judge);
}
