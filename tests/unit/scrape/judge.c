/* Judging: every image comes back, in the order in which it was handed over, with what is wrong with it. */
#include "scrape/judge.h"
#include "tap.h"

#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MANY = 200 };

static sem_t ready;

static void say_ready(void *context)
{
	(void)context;
	sem_post(&ready);
}

/* A grey picture of noise, wide and high, as PNG. */
static unsigned char *make_picture(int number, int width, int height, size_t *size)
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

static struct judged take(struct judge *judge)
{
	struct judged judged;
	while (!judge_take(judge, &judged))
		sem_wait(&ready);
	return judged;
}

static struct judge *begin(const struct judge_limits *limits)
{
	struct judge *judge;
	struct error error;
	if (judge_create(&judge, limits, say_ready, NULL, &error))
		note("%s: %s", error.object, error.reason);
	return judge;
}

/* Some are large and take longer than those behind them. */
static void keep_order(void)
{
	struct judge *judge = begin(&(struct judge_limits){1, 0});
	size_t size, all = 0;
	int failed = 0, wrong = 0, bad = 0;
	for (intptr_t i = 0; i < MANY; i++) {
		unsigned char *bytes = make_picture((int)i, i % 7 ? 8 : 500, 9, &size);
		all += size;
		failed |= judge_add(judge, bytes, size, (void *)i, NULL);
	}
	ok(!failed && judge_count(judge) == MANY && judge_bytes(judge) == all, "all are counted");
	for (intptr_t i = 0; i < MANY; i++) {
		struct judged judged = take(judge);
		unsigned char digest[DIGEST_SIZE], *bytes = make_picture((int)i, i % 7 ? 8 : 500, 9, &size);
		digest_of(bytes, size, digest);
		wrong += (intptr_t)judged.tag != i || judged.size != size || memcmp(judged.bytes, bytes, size) != 0;
		bad += !judged.judgement.good || judged.judgement.info.height != 9 ||
			memcmp(judged.judgement.digest, digest, DIGEST_SIZE) != 0;
		free(judged.bytes);
		free(bytes);
	}
	is_integer(wrong, 0, "they come back in order");
	is_integer(bad, 0, "and are good");
	ok(!judge_take(judge, &(struct judged){0}) && !judge_count(judge) && !judge_bytes(judge), "then there is none");
	judge_destroy(judge);
}

static void refuse(struct judge *judge, unsigned char *bytes, size_t size, const char *reason)
{
	ok(judge_add(judge, bytes, size, NULL, NULL) == 0, "handed over");
	struct judged judged = take(judge);
	is_text(judged.judgement.good ? "" : judged.judgement.problem.reason, reason, *reason ? reason : "good");
	free(judged.bytes);
}

static void find_reasons(void)
{
	struct judge *judge = begin(&(struct judge_limits){16, 2});
	size_t size;
	unsigned char *bytes = make_picture(1, 32, 16, &size);
	refuse(judge, bytes, size, "");
	bytes = make_picture(1, 33, 16, &size);
	refuse(judge, bytes, size, "33 x 16 is narrower than 1 to 2");
	bytes = make_picture(1, 16, 33, &size);
	refuse(judge, bytes, size, "16 x 33 is narrower than 1 to 2");
	bytes = make_picture(1, 15, 16, &size);
	refuse(judge, bytes, size, "a side is under 16 pixels");
	refuse(judge, (unsigned char *)strdup("<!DOCTYPE html>"), 15, "is no image of a known type");
	refuse(judge, NULL, 0, "is empty");
	judge_destroy(judge);
}

int main(void)
{
	sem_init(&ready, 0, 0);
	keep_order();
	find_reasons();
	struct judge *judge = begin(&(struct judge_limits){1, 0});
	size_t size;
	for (int i = 0; i < MANY; i++) {
		unsigned char *bytes = make_picture(i, 300, 300, &size);
		if (judge_add(judge, bytes, size, NULL, NULL))
			note("out of memory");
	}
	judge_destroy(judge);
	ok(true, "what is not judged is dropped");
	sem_destroy(&ready);
	return done();
}
