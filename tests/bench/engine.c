/* Times the original network: engine THREADS BATCH; prints "training IMAGES/S" and "forward IMAGES/S", medians of 7. */
#include "base/progress.h"
#include "base/random.h"
#include "nn/network.h"

#include <stdio.h>
#include <stdlib.h>

enum { RUNS = 7, STEPS = 4, CLASSES = 4 };

struct bench {
	struct network *network;
	float *images, *targets, *logits;
	int batch;
	uint64_t step;
};

static void train(struct bench *bench)
{
	network_train_step(bench->network, bench->images, bench->targets, bench->batch, 1e-3f, bench->step++);
}

static void predict(struct bench *bench)
{
	network_forward(bench->network, bench->images, bench->batch, bench->logits, NULL);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double images_per_second(struct bench *bench, void work(struct bench *))
{
	double rates[RUNS];
	work(bench);
	for (int i = 0; i < RUNS; i++) {
		double start = progress_clock();
		for (int k = 0; k < STEPS; k++)
			work(bench);
		rates[i] = STEPS * bench->batch / (progress_clock() - start);
	}
	qsort(rates, RUNS, sizeof *rates, compare);
	return rates[RUNS / 2];
}

static int measure(struct bench *bench, const struct architecture *architecture, enum network_mode mode,
	struct parallel *pool, struct error *error)
{
	if (network_create(&bench->network, architecture, mode, bench->batch, pool, error))
		return -1;
	network_initialize(bench->network, 1);
	struct training_options options = training_defaults(OPTIMIZER_ADAM);
	if (mode == NETWORK_TRAIN) {
		network_train_start(bench->network, &options);
		printf("training %.1f\n", images_per_second(bench, train));
	} else
		printf("forward %.1f\n", images_per_second(bench, predict));
	network_destroy(bench->network);
	return 0;
}

int main(int argc, char **argv)
{
	struct shape input = {150, 150, 3};
	struct architecture architecture;
	struct parallel *pool;
	struct error error;
	struct bench bench = {.batch = argc > 2 ? atoi(argv[2]) : 16};
	if (parallel_create(&pool, argc > 1 ? atoi(argv[1]) : 0, &error)
		|| architecture_original(&architecture, input, CLASSES, ACTIVATION_SOFTMAX, &error))
		return 1;
	size_t pixels = (size_t)bench.batch * 150 * 150 * 3;
	bench.images = malloc(pixels * sizeof(float));
	bench.targets = calloc((size_t)bench.batch * CLASSES, sizeof(float));
	bench.logits = malloc((size_t)bench.batch * CLASSES * sizeof(float));
	struct random random = random_start(1, RANDOM_TEST, 0, 0);
	for (size_t i = 0; i < pixels; i++)
		bench.images[i] = random_uniform(&random);
	for (int i = 0; i < bench.batch; i++)
		bench.targets[i * CLASSES + i % CLASSES] = 1;
	int failed = measure(&bench, &architecture, NETWORK_TRAIN, pool, &error)
		|| measure(&bench, &architecture, NETWORK_PREDICT, pool, &error);
	if (failed)
		fprintf(stderr, "engine: %s: %s\n", error.object, error.reason);
	architecture_free(&architecture);
	parallel_destroy(pool);
	free(bench.images);
	free(bench.targets);
	free(bench.logits);
	return failed;
}
