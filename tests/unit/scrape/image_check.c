/* Checking images: every image is returned in order, with its error. */
#include "scrape/image_check.h"
#include "tap.h"

#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MANY = 200 };

static sem_t ready;

static void signal_ready(void *context)
{
	(void)context;
	sem_post(&ready);
}

/* A grey image of random pixels, as PNG. */
static unsigned char *make_image(int number, int width, int height, size_t *size)
{
	struct image image;
	unsigned char *bytes = NULL;
	if (image_create(&image, width, height, 1, NULL))
		return NULL;
	srand((unsigned)number + 1);
	for (int i = 0; i < width * height; i++)
		image.pixels[i] = (unsigned char)(rand() >> 8);
	if (image_encode_png(&image, &bytes, size, NULL))
		bytes = NULL;
	image_free(&image);
	return bytes;
}

static struct checked_image take_next(struct image_checker *checker)
{
	struct checked_image checked;
	while (!image_checker_take(checker, &checked))
		sem_wait(&ready);
	return checked;
}

static struct image_checker *create_checker(const struct image_limits *limits)
{
	struct image_checker *checker;
	struct error error;
	if (image_checker_create(&checker, limits, signal_ready, NULL, &error))
		note("%s: %s", error.object, error.reason);
	return checker;
}

/* Some are larger and take longer than those after them. */
static void keep_order(void)
{
	struct image_checker *checker = create_checker(&(struct image_limits){1, 0});
	size_t size, all = 0;
	int failed = 0, wrong = 0, not_accepted = 0;
	for (intptr_t i = 0; i < MANY; i++) {
		unsigned char *bytes = make_image((int)i, i % 7 ? 8 : 500, 9, &size);
		all += size;
		failed |= image_checker_add(checker, bytes, size, (void *)i, NULL);
	}
	ok(!failed && image_checker_count(checker) == MANY && image_checker_bytes(checker) == all,
		"all are counted");
	for (intptr_t i = 0; i < MANY; i++) {
		struct checked_image checked = take_next(checker);
		unsigned char digest[DIGEST_SIZE],
			*bytes = make_image((int)i, i % 7 ? 8 : 500, 9, &size);
		digest_of(bytes, size, digest);
		wrong += (intptr_t)checked.tag != i || checked.size != size ||
			memcmp(checked.bytes, bytes, size) != 0;
		not_accepted += !checked.check.is_accepted || checked.check.info.height != 9 ||
			memcmp(checked.check.digest, digest, DIGEST_SIZE) != 0;
		free(checked.bytes);
		free(bytes);
	}
	is_integer(wrong, 0, "they are returned in order");
	is_integer(not_accepted, 0, "and accepted");
	ok(!image_checker_take(checker, &(struct checked_image){0}) &&
			!image_checker_count(checker) && !image_checker_bytes(checker),
		"then there is none");
	image_checker_destroy(checker);
}

static void check_reason(struct image_checker *checker, unsigned char *bytes, size_t size,
	const char *reason)
{
	ok(image_checker_add(checker, bytes, size, NULL, NULL) == 0, "queued");
	struct checked_image checked = take_next(checker);
	is_text(checked.check.is_accepted ? "" : checked.check.error.reason, reason,
		*reason ? reason : "accepted");
	free(checked.bytes);
}

static void find_reasons(void)
{
	struct image_checker *checker = create_checker(&(struct image_limits){16, 2});
	size_t size;
	unsigned char *bytes = make_image(1, 32, 16, &size);
	check_reason(checker, bytes, size, "");
	bytes = make_image(1, 33, 16, &size);
	check_reason(checker, bytes, size, "the aspect ratio of 33 x 16 is more than 2");
	bytes = make_image(1, 16, 33, &size);
	check_reason(checker, bytes, size, "the aspect ratio of 16 x 33 is more than 2");
	bytes = make_image(1, 15, 16, &size);
	check_reason(checker, bytes, size, "width or height is less than 16 pixels");
	check_reason(checker, (unsigned char *)strdup("<!DOCTYPE html>"), 15,
		"is not an image of a known type");
	check_reason(checker, NULL, 0, "is empty");
	image_checker_destroy(checker);
}

int main(void)
{
	sem_init(&ready, 0, 0);
	keep_order();
	find_reasons();
	struct image_checker *checker = create_checker(&(struct image_limits){1, 0});
	size_t size;
	for (int i = 0; i < MANY; i++) {
		unsigned char *bytes = make_image(i, 300, 300, &size);
		if (image_checker_add(checker, bytes, size, NULL, NULL))
			note("out of memory");
	}
	image_checker_destroy(checker);
	ok(true, "unchecked images are dropped");
	sem_destroy(&ready);
	return done();
}
