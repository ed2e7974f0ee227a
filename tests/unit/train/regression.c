/* The regression against gradient descent in double precision on the same convex problem. */
#include "tap.h"

#include "base/random.h"
#include "train/regression.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLES = 90, WIDTH = 6, CLASSES = 3, DESCENT_STEPS = 20000, HELD = 20 };
static const double step = 0.5;

static float features[SAMPLES][WIDTH], targets[SAMPLES][CLASSES];

/* Of three overlapping clouds. */
static void make_features(void)
{
	struct random random = random_start(5, RANDOM_SHUFFLE, 0, 0);
	for (int i = 0; i < SAMPLES; i++) {
		targets[i][i % CLASSES] = 1;
		for (int k = 0; k < WIDTH; k++)
			features[i][k] = (float)random_uniform(&random) * 2 - 1 +
				(k == i % CLASSES ? 0.9F : 0.0F);
	}
}

/* exp(z) / sum(exp(z)), or each by itself: 1 / (1 + exp(-z)) */
static void activate(double *z, bool softmax)
{
	double sum = 0;
	for (int c = 0; c < CLASSES; c++)
		sum += softmax ? exp(z[c]) : 0;
	for (int c = 0; c < CLASSES; c++)
		z[c] = softmax ? exp(z[c]) / sum : 1 / (1 + exp(-z[c]));
}

/* The kernel and bias of the optimum over the samples from `first` on. */
static void descend(double (*weights)[CLASSES], double penalty, bool softmax, int first)
{
	int fitted = SAMPLES - first;
	for (int round = 0; round <= DESCENT_STEPS; round++) {
		double gradient[WIDTH + 1][CLASSES] = {{0}};
		for (int i = first; i < SAMPLES; i++) {
			double p[CLASSES];
			for (int c = 0; c < CLASSES; c++) {
				p[c] = weights[WIDTH][c];
				for (int k = 0; k < WIDTH; k++)
					p[c] += (double)features[i][k] * weights[k][c];
			}
			activate(p, softmax);
			for (int c = 0; c < CLASSES; c++) {
				double error = (p[c] - (double)targets[i][c]) / fitted /
					(softmax ? 1 : CLASSES);
				gradient[WIDTH][c] += error;
				for (int k = 0; k < WIDTH; k++)
					gradient[k][c] += error * (double)features[i][k];
			}
		}
		for (int k = 0; k <= WIDTH; k++)
			for (int c = 0; c < CLASSES; c++)
				weights[k][c] -= step *
					(gradient[k][c] +
						(k < WIDTH ? 2 * penalty * weights[k][c] : 0));
	}
}

static void compare(enum loss loss, double penalty, int held)
{
	struct training_options options = {.loss = loss};
	struct regression regression = {.options = &options,
		.features = features[0],
		.row = WIDTH,
		.width = WIDTH,
		.targets = targets[0],
		.classes = CLASSES,
		.count = SAMPLES,
		.held_end = held};
	struct error error;
	double expected[WIDTH + 1][CLASSES] = {{0}}, largest = 0, padding = 0;
	float found[(WIDTH + 1) * CHANNEL_BLOCK] = {0};
	ok(kernels_select(&regression.kernels, &error) == 0 &&
			regression_weights(&regression) == sizeof found / sizeof *found &&
			regression_fit(&regression, penalty, found, &error) == 0,
		"fits");
	descend(expected, penalty, loss == LOSS_CATEGORICAL_CROSSENTROPY, held);
	for (int k = 0; k <= WIDTH; k++)
		for (int c = 0; c < CHANNEL_BLOCK; c++) {
			double value = (double)found[k * CHANNEL_BLOCK + c];
			if (c < CLASSES)
				largest = fmax(largest, fabs(value - expected[k][c]));
			else
				padding = fmax(padding, fabs(value));
		}
	ok(largest < 0.02, "weights are those of the optimum: %g (penalty %g, %d held out)",
		largest, penalty, held);
	ok(padding <= 0, "nothing beyond the classes");
}

int main(void)
{
	make_features();
	compare(LOSS_CATEGORICAL_CROSSENTROPY, 1e-2, 0);
	compare(LOSS_CATEGORICAL_CROSSENTROPY, 1e-1, HELD);
	compare(LOSS_BINARY_CROSSENTROPY, 1e-2, 0);
	return done();
}
