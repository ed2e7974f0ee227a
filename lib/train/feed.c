#include "train/feed.h"

#include "base/random.h"

#include <stdlib.h>

int feed_create(struct feed *feed, const struct training *training, struct error *error)
{
	*feed = (struct feed){.training = training};
	return batch_create(&feed->batch, training->samples, training->request.batch_size,
		network_input(training->network), training->pool, error);
}

void feed_free(struct feed *feed)
{
	batch_free(&feed->batch);
	free(feed->order);
	*feed = (struct feed){0};
}

int feed_in_order(struct feed *feed, const struct samples *samples, struct error *error)
{
	uint32_t count = samples_count(samples);
	uint32_t *order = realloc(feed->order, count * sizeof *order);
	if (!order)
		return error_memory(error, "order of samples");
	feed->order = order;
	for (uint32_t i = 0; i < count; i++)
		order[i] = i;
	return 0;
}

int feed_shuffle(struct feed *feed, int epoch, struct error *error)
{
	const struct training *training = feed->training;
	struct random random =
		random_start(training->request.seed, RANDOM_SHUFFLE, (uint64_t)epoch - 1, 0);
	if (feed_in_order(feed, training->samples, error))
		return -1;
	random_shuffle(&random, feed->order, samples_count(training->samples));
	return 0;
}

int feed_load(struct feed *feed, const struct samples *samples, uint32_t first, struct error *error)
{
	uint32_t left = samples_count(samples) - first;
	int count = left < (uint32_t)feed->batch.size ? (int)left : feed->batch.size;
	bool distribution = loss_row(feed->training->options.loss)->is_distribution &&
		samples_head(samples)->label == STREAM_LABEL_WEIGHTS;
	return batch_load(&feed->batch, samples, feed->order + first, count, distribution, error)
		? -1
		: count;
}
