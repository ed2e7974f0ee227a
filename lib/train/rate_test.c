#include "train/rate_test.h"

#include "train/feed.h"

#include <math.h>

static const double lowest_rate = 1e-6, highest_rate = 10, smoothing = 0.9, divergence = 4;

/* ---- the suggestion ---- */

/* Whether the loss rose again after a fall that is not noise. */
static bool rises(double start, double lowest, double loss)
{
	double fall = start - lowest;
	return fall > start / 20 && loss - lowest > fall / 4;
}

static int suggest(struct rate_test *test, const char *name, struct error *error)
{
	int lowest = 0;
	for (int i = 1;
		i < test->count && !rises(test->losses[0], test->losses[lowest], test->losses[i]);
		i++)
		if (test->losses[i] < test->losses[lowest])
			lowest = i;
	test->suggestion = test->rates[lowest] / 10;
	return lowest && test->suggestion >= lowest_rate
		? 0
		: error_set(error, name, "the loss falls at no learning rate");
}

/* ---- the test ---- */

/* Adds the loss of a step. Returns false when it is time to stop. */
static bool add_loss(struct rate_test *test, double rate, double loss, double *mean)
{
	int step = test->count;
	if (!isfinite(loss))
		return false;
	*mean = smoothing * *mean + (1 - smoothing) * loss;
	double corrected = *mean / (1 - pow(smoothing, step + 1)), lowest = corrected;
	for (int i = 0; i < step; i++)
		lowest = fmin(lowest, test->losses[i]);
	if (corrected > divergence * lowest)
		return false;
	test->rates[step] = rate;
	test->losses[step] = corrected;
	test->count++;
	return true;
}

static int run_steps(struct rate_test *test, struct training *training, struct feed *feed,
	struct error *error)
{
	struct progress *progress = training->request.progress;
	double mean = 0, ratio = pow(highest_rate / lowest_rate, 1.0 / (RATE_TEST_STEPS - 1));
	double rate = lowest_rate;
	uint32_t first = 0, count = samples_count(training->samples);
	bool going = true;
	progress_start(progress, "learning rates", "steps", RATE_TEST_STEPS);
	for (int step = 0; step < RATE_TEST_STEPS && going; step++, rate *= ratio) {
		int epoch = 1 + step;
		if (first == 0 && feed_shuffle(feed, epoch, error))
			return -1;
		int n = feed_load(feed, training->samples, first, error);
		if (n < 0)
			return -1;
		struct step_result result = network_train_step(training->network,
			feed->batch.inputs, feed->batch.targets, n, (float)rate, (uint64_t)step);
		going = result.bad_layer < 0 && add_loss(test, rate, result.loss, &mean);
		first = first + (uint32_t)n < count ? first + (uint32_t)n : 0;
		progress_update(progress, (uint64_t)step + 1, "");
	}
	progress_finish(progress, (uint64_t)test->count, "");
	return suggest(test, samples_name(training->samples), error);
}

int rate_test_run(struct rate_test *test, struct training *training, struct error *error)
{
	struct feed feed;
	*test = (struct rate_test){0};
	if (feed_create(&feed, training, error))
		return -1;
	int result = run_steps(test, training, &feed, error);
	feed_free(&feed);
	return result;
}
