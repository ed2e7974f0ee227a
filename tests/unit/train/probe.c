/* The linear probe: which layers and penalty it chooses, and the head for features as they are. */
#include "tap.h"

#include "base/random.h"
#include "train/probe.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLES = 120, USEFUL = 4, USELESS = 8, CLASSES = 3 };
enum { WIDTH = USELESS + USEFUL };

/* Of two layers: noise, and three clouds, of widths that differ, far from the origin. */
static void make_features(struct features *features)
{
	*features = (struct features){.count = SAMPLES,
		.width = WIDTH,
		.classes = CLASSES,
		.columns = {0, USELESS, WIDTH}};
	features->values = calloc(SAMPLES * WIDTH, sizeof *features->values);
	features->targets = calloc(SAMPLES * CLASSES, sizeof *features->targets);
	struct random random = random_start(5, RANDOM_SHUFFLE, 0, 0);
	for (int i = 0; i < SAMPLES; i++) {
		features->targets[i * CLASSES + i % CLASSES] = 1;
		for (int k = 0; k < WIDTH; k++)
			features->values[i * WIDTH + k] = 7 +
				(float)(k + 1) *
					((float)random_uniform(&random) +
						(k == USELESS + i % CLASSES ? 1.5F : 0.0F));
	}
}

static void check_standardized(const struct features *features)
{
	double largest = 0;
	for (int k = 0; k < WIDTH; k++) {
		double sum = 0, squares = 0;
		for (int i = 0; i < SAMPLES; i++) {
			double value = (double)features->values[i * WIDTH + k];
			sum += value / SAMPLES;
			squares += value * value / SAMPLES;
		}
		largest = fmax(largest, fmax(fabs(sum), fabs(squares - 1)));
	}
	ok(largest < 1e-5, "standardized: mean 0, deviation 1 (%g)", largest);
}

int main(void)
{
	struct error error;
	struct features features, original;
	float mean[WIDTH], deviation[WIDTH];
	uint32_t groups[SAMPLES];
	struct training_options options = training_defaults(OPTIMIZER_ADAM);
	struct probe_choice choices[PROBE_CHOICES];
	struct probe_head head;
	options.loss = LOSS_CATEGORICAL_CROSSENTROPY;
	make_features(&features);
	make_features(&original);
	features_standardize(&features, mean, deviation);
	check_standardized(&features);
	for (uint32_t i = 0; i < SAMPLES; i++)
		groups[i] = i;
	struct probe_request request = {.features = &features,
		.options = &options,
		.count = SAMPLES,
		.groups = groups,
		.layer_count = 2,
		.seed = 1};
	ok(probe_choose(choices, &request, &error) == 3, "two layers: three choices");
	ok(choices[0].layers.first == 1 && choices[0].layers.count == 1,
		"the layer that tells the classes apart is chosen, alone");
	ok(choices[2].layers.first == 0 && choices[2].layers.count == 1 &&
			choices[2].accuracy < 0.6 && choices[0].accuracy > 0.9,
		"noise comes last: %g, %g", choices[2].accuracy, choices[0].accuracy);
	ok(choices[0].folds == PROBE_FOLDS && choices[0].loss < choices[1].loss &&
			choices[1].loss < choices[2].loss,
		"in the order of their loss");
	ok(choices[2].penalty >= 0.1, "noise wants a strong penalty: %g", choices[2].penalty);
	struct probe_choice again[PROBE_CHOICES];
	ok(parallel_create(&request.pool, 3, &error) == 0 &&
			probe_choose(again, &request, &error) == 3 &&
			again[0].loss == choices[0].loss && again[2].loss == choices[2].loss,
		"the same with three threads");
	parallel_destroy(request.pool);
	request.pool = NULL;

	ok(probe_fit(&head, &request, &choices[0], mean, deviation, &error) == 0 &&
			head.width == USEFUL && head.classes == CLASSES,
		"fits");
	int correct = 0;
	for (int i = 0; i < SAMPLES; i++) {
		double z[CLASSES];
		for (int c = 0; c < CLASSES; c++) {
			z[c] = (double)head.bias[c];
			for (int k = 0; k < USEFUL; k++)
				z[c] += (double)original.values[i * WIDTH + USELESS + k] *
					(double)head.kernel[k * CLASSES + c];
		}
		correct += z[i % CLASSES] >= fmax(z[0], fmax(z[1], z[2]));
	}
	ok(correct == (int)head.totals.correct && correct > 110 && head.totals.count == SAMPLES,
		"its accuracy, on features as they were: %d", correct);
	probe_head_free(&head);

	request.is_joined = true;
	ok(probe_choose(choices, &request, &error) == 1 && choices[0].layers.count == 2,
		"joined: one choice");
	memset(groups, 0, sizeof groups);
	ok(probe_choose(choices, &request, &error) == 1 && choices[0].folds == 0 &&
			choices[0].penalty > 0,
		"one group: nothing can be held out");
	features_free(&features);
	features_free(&original);
	return done();
}
