/* The linear probe against gradient descent in double precision on the same convex problem. */
#include "tap.h"

#include "base/random.h"
#include "train/probe.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLES = 90, WIDTH = 6, CLASSES = 3, DESCENT_STEPS = 20000 };
static const double penalty = 1e-3, step = 0.5;

/* Of three overlapping clouds, of widths that differ, far from the origin. */
static void make_features(struct features *features)
{
	*features = (struct features){.count = SAMPLES, .width = WIDTH, .classes = CLASSES};
	features->values = calloc(SAMPLES * WIDTH, sizeof *features->values);
	features->targets = calloc(SAMPLES * CLASSES, sizeof *features->targets);
	struct random random = random_start(5, RANDOM_SHUFFLE, 0, 0);
	for (int i = 0; i < SAMPLES; i++) {
		features->targets[i * CLASSES + i % CLASSES] = 1;
		for (int k = 0; k < WIDTH; k++)
			features->values[i * WIDTH + k] = 7 +
				(float)(k + 1) *
					((float)random_uniform(&random) +
						(k == i % CLASSES ? 0.6F : 0.0F));
	}
}

static void softmax(double *values)
{
	double sum = 0, most = fmax(values[0], fmax(values[1], values[2]));
	for (int c = 0; c < CLASSES; c++)
		sum += values[c] = exp(values[c] - most);
	for (int c = 0; c < CLASSES; c++)
		values[c] /= sum;
}

/* Probabilities (SAMPLES, CLASSES) of the optimum; returns its mean loss without the penalty. */
static double descend(const struct features *features, double *probabilities)
{
	static double x[SAMPLES][WIDTH], kernel[WIDTH][CLASSES];
	double bias[CLASSES] = {0}, squares = 0, loss = 0;
	for (int k = 0; k < WIDTH; k++) {
		double mean = 0;
		for (int i = 0; i < SAMPLES; i++)
			mean += (double)features->values[i * WIDTH + k] / SAMPLES;
		for (int i = 0; i < SAMPLES; i++) {
			x[i][k] = (double)features->values[i * WIDTH + k] - mean;
			squares += x[i][k] * x[i][k];
		}
	}
	double factor = 1 / sqrt(squares / (SAMPLES * WIDTH));
	for (int round = 0; round <= DESCENT_STEPS; round++) {
		double gradient[WIDTH][CLASSES] = {{0}}, shift[CLASSES] = {0};
		loss = 0;
		for (int i = 0; i < SAMPLES; i++) {
			double *p = probabilities + i * CLASSES;
			for (int c = 0; c < CLASSES; c++) {
				p[c] = bias[c];
				for (int k = 0; k < WIDTH; k++)
					p[c] += x[i][k] * factor * kernel[k][c];
			}
			softmax(p);
			loss -= log(p[i % CLASSES]) / SAMPLES;
			for (int c = 0; c < CLASSES; c++) {
				double error = (p[c] - (c == i % CLASSES)) / SAMPLES;
				shift[c] += error;
				for (int k = 0; k < WIDTH; k++)
					gradient[k][c] += error * x[i][k] * factor;
			}
		}
		for (int c = 0; c < CLASSES; c++) {
			bias[c] -= step * shift[c];
			for (int k = 0; k < WIDTH; k++)
				kernel[k][c] -=
					step * (gradient[k][c] + 2 * penalty * kernel[k][c]);
		}
	}
	return loss;
}

static int make_training(struct training *training, struct error *error)
{
	training->graph = (struct graph){.input = {1, 1, WIDTH, true}};
	struct layer dense = graph_new_layer(&training->graph, LAYER_DENSE, "dense"),
		     end = graph_new_layer(&training->graph, LAYER_ACTIVATION, "end");
	dense.filters = CLASSES;
	end.activation = activation_default(ACTIVATION_SOFTMAX);
	training->options = training_defaults(OPTIMIZER_ADAM);
	training->options.loss = LOSS_CATEGORICAL_CROSSENTROPY;
	return graph_append(&training->graph, &dense, error) < 0 ||
			graph_append(&training->graph, &end, error) < 0
		? -1
		: network_create(&training->network, &training->graph, NETWORK_TRAIN, SAMPLES, NULL,
			  error);
}

int main(void)
{
	struct error error;
	struct training training = {0};
	struct features features;
	struct epoch_totals totals;
	static double expected[SAMPLES * CLASSES];
	static float found[SAMPLES * CLASSES];
	double largest = 0;
	int correct = 0;
	make_features(&features);
	bool made = make_training(&training, &error) == 0;
	if (!made)
		note("%s: %s", error.object, error.reason);
	ok(made && probe_fit(&training, &features, &totals, &error) == 0, "fits");
	double loss = descend(&features, expected);
	network_forward(training.network, features.values, SAMPLES, NULL, found);
	for (int i = 0; i < SAMPLES * CLASSES; i++)
		largest = fmax(largest, fabs((double)found[i] - expected[i]));
	for (int i = 0; i < SAMPLES; i++) {
		const float *p = found + i * CLASSES;
		correct += p[i % CLASSES] >= fmaxf(p[0], fmaxf(p[1], p[2]));
	}
	ok(largest < 0.02, "probabilities are those of the optimum, on features as they are: %g",
		largest);
	ok(fabs(totals.loss / SAMPLES - loss) < 1e-3, "so is the loss: %g, %g",
		totals.loss / SAMPLES, loss);
	ok((int)totals.correct == correct && totals.count == SAMPLES, "accuracy");
	features.values[17] = NAN;
	ok(probe_fit(&training, &features, &totals, &error) == -1, "refuses NaN");
	features_free(&features);
	network_destroy(training.network);
	graph_free(&training.graph);
	return done();
}
