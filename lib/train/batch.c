#include "train/batch.h"

#include <math.h>
#include <stdlib.h>

struct batch_worker {
	void *tensor; /* scratch, for samples_read */
	bool failed;
	struct error error;
};

int batch_create(struct batch *batch, const struct samples *samples, int size, float *inputs,
	struct parallel *pool, struct error *error)
{
	size_t classes = samples_head(samples)->classes.count;
	int threads = parallel_threads(pool);
	*batch = (struct batch){.size = size, .inputs = inputs, .pool = pool};
	batch->targets = calloc((size_t)size, classes * sizeof *batch->targets);
	batch->workers = calloc((size_t)threads, sizeof *batch->workers);
	bool good = batch->targets && batch->workers;
	for (int i = 0; good && i < threads; i++)
		good = (batch->workers[i].tensor = malloc(samples_tensor_size(samples))) != NULL;
	if (good)
		return 0;
	batch_free(batch);
	return error_memory(error, "batch");
}

void batch_free(struct batch *batch)
{
	for (int i = 0; batch->workers && i < parallel_threads(batch->pool); i++)
		free(batch->workers[i].tensor);
	free(batch->workers);
	free(batch->targets);
	*batch = (struct batch){0};
}

struct batch_job {
	struct batch *batch;
	const struct samples *samples;
	const uint32_t *order;
};

static void load_sample(void *context, int index, int worker_index)
{
	const struct batch_job *job = context;
	const struct samples *samples = job->samples;
	struct batch_worker *worker = &job->batch->workers[worker_index];
	float *input = job->batch->inputs + (size_t)index * samples_input_count(samples);
	float *target = job->batch->targets + (size_t)index * samples_head(samples)->classes.count;
	if (!worker->failed)
		worker->failed = samples_read(samples, job->order[index], input, target,
			worker->tensor, &worker->error);
}

static int check_distributions(const struct batch *batch, const struct samples *samples, int count,
	struct error *error)
{
	size_t classes = samples_head(samples)->classes.count;
	for (int i = 0; i < count; i++) {
		double sum = 0;
		for (size_t j = 0; j < classes; j++)
			sum += (double)batch->targets[(size_t)i * classes + j];
		if (fabs(sum - 1) > 1e-3)
			return error_set(error, samples_name(samples),
				"weights of a record add up to %g; categorical cross-entropy needs "
				"1, --loss binary does not",
				sum);
	}
	return 0;
}

int batch_load(struct batch *batch, const struct samples *samples, const uint32_t *order, int count,
	bool distribution, struct error *error)
{
	struct batch_job job = {batch, samples, order};
	parallel_for(batch->pool, count, load_sample, &job);
	for (int i = 0; i < parallel_threads(batch->pool); i++)
		if (batch->workers[i].failed) {
			*error = batch->workers[i].error;
			return -1;
		}
	return distribution ? check_distributions(batch, samples, count, error) : 0;
}
