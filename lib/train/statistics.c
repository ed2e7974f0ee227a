#include "train/statistics.h"

static int estimate(struct training *training, struct feed *feed, struct error *error)
{
	uint32_t count = samples_count(training->samples), done = 0;
	if (count > STATISTICS_SAMPLES)
		count = STATISTICS_SAMPLES;
	if (feed_shuffle(feed, 1, error))
		return -1;
	for (uint64_t step = 0; done < count; step++) {
		int n = feed_load(feed, training->samples, done, error);
		if (n < 0)
			return -1;
		done += (uint32_t)n;
		network_average_statistics(training->network, feed->batch.inputs, n, step,
			(float)n / (float)done);
	}
	return 0;
}

int statistics_estimate(struct training *training, struct feed *feed, struct error *error)
{
	struct average *average = &training->average;
	uint64_t updates = training->position.updates;
	if (!average->weights || average->estimated_at == updates ||
		!network_has_running_statistics(training->network))
		return 0;
	average_exchange(average, training->network);
	int result = estimate(training, feed, error);
	average_exchange(average, training->network);
	if (result == 0)
		average->estimated_at = updates;
	return result;
}
