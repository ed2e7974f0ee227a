#include "scrape/image_check.h"

#include <stdlib.h>

struct check_task {
	struct worker_task task;
	const struct image_limits *limits;
	struct checked_image checked;
};

struct image_checker {
	struct image_limits limits;
	struct worker_pool *pool;
	size_t count, bytes;
};

/* ---- one image ---- */

static bool exceeds_aspect_ratio(const struct image_info *info, double aspect_maximum)
{
	int longer = info->width > info->height ? info->width : info->height;
	int shorter = info->width + info->height - longer;
	return aspect_maximum > 0 && longer > aspect_maximum * shorter;
}

/* Returns 0 if the image is accepted, or -1 with the reason. */
static int check_image(const struct image_limits *limits, const unsigned char *bytes, size_t size,
	struct image_check *check)
{
	static const struct image_decode_options white_background = {.background = {255, 255, 255}};
	const struct image_info *info = &check->info;
	struct error *error = &check->error;
	digest_of(bytes, size, check->digest);
	if (image_probe(bytes, size, "", &check->info, error))
		return -1;
	if (!image_type_has_signature(info->type)) {
		/* Any bytes may look like one. */
		check->info = (struct image_info){0};
		return error_set(error, "", "has no magic number of an image type");
	}
	if (info->width < limits->side_minimum || info->height < limits->side_minimum)
		return error_set(error, "", "width or height is less than %d pixels",
			limits->side_minimum);
	if (exceeds_aspect_ratio(info, limits->aspect_maximum))
		return error_set(error, "", "the aspect ratio of %d x %d is more than %g",
			info->width, info->height, limits->aspect_maximum);
	return image_inspect(bytes, size, "", &white_background, &image_hash_inspection,
		&check->hash, sizeof check->hash, error);
}

static void run_check(struct worker_task *task)
{
	struct check_task *image = (struct check_task *)task;
	struct checked_image *checked = &image->checked;
	checked->check.is_accepted =
		check_image(image->limits, checked->bytes, checked->size, &checked->check) == 0;
}

/* ---- queue ---- */

int image_checker_create(struct image_checker **out, const struct image_limits *limits,
	worker_pool_callback *ready, void *context, struct error *error)
{
	struct image_checker *checker = *out = calloc(1, sizeof *checker);
	if (!checker)
		return error_memory(error, "image checker");
	checker->limits = *limits;
	if (worker_pool_create(&checker->pool, run_check, ready, context, error) == 0)
		return 0;
	free(checker);
	*out = NULL;
	return -1;
}

int image_checker_add(struct image_checker *checker, unsigned char *bytes, size_t size, void *tag,
	struct error *error)
{
	struct check_task *task = calloc(1, sizeof *task);
	if (!task) {
		free(bytes);
		return error_memory(error, "image checker");
	}
	task->limits = &checker->limits;
	task->checked = (struct checked_image){.tag = tag, .bytes = bytes, .size = size};
	checker->count++;
	checker->bytes += size;
	worker_pool_submit(checker->pool, &task->task);
	return 0;
}

bool image_checker_take(struct image_checker *checker, struct checked_image *checked)
{
	struct check_task *finished = (struct check_task *)worker_pool_pop(checker->pool);
	if (!finished)
		return false;
	*checked = finished->checked;
	free(finished);
	checker->count--;
	checker->bytes -= checked->size;
	return true;
}

size_t image_checker_count(const struct image_checker *checker)
{
	return checker->count;
}

size_t image_checker_bytes(const struct image_checker *checker)
{
	return checker->bytes;
}

void image_checker_destroy(struct image_checker *checker)
{
	if (!checker)
		return;
	for (struct worker_task *task = worker_pool_destroy(checker->pool), *next; task;
		task = next) {
		next = task->next;
		free(((struct check_task *)task)->checked.bytes);
		free(task);
	}
	free(checker);
}
