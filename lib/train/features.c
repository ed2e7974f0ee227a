#include "train/features.h"

#include "train/batch.h"
#include "train/training.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FRONT_BATCH = 32 };

void features_free(struct features *features)
{
	free(features->values);
	free(features->targets);
	*features = (struct features){0};
}

static int grow(struct features *features, uint32_t more, struct error *error)
{
	size_t count = (size_t)features->count + more;
	float *values = realloc(features->values, count * (size_t)features->width * sizeof *values);
	features->values = values ? values : features->values;
	float *targets =
		realloc(features->targets, count * (size_t)features->classes * sizeof *targets);
	features->targets = targets ? targets : features->targets;
	return values && targets ? 0 : error_memory(error, "features");
}

/* The front computes the features of a batch at a time. */
struct front {
	struct network *network;
	struct batch batch;
	float *input;
	uint32_t *order;
};

static void front_free(struct front *front)
{
	batch_free(&front->batch);
	network_destroy(front->network);
	free(front->input);
	free(front->order);
	*front = (struct front){0};
}

static int front_create_network(struct front *front, const struct training *training,
	struct error *error)
{
	const struct start *start = &training->start;
	struct graph graph;
	if (start_front(&graph, start, (struct start_layers){0, start->layer_count}, error))
		return -1;
	int result = network_create(&front->network, &graph, NETWORK_PREDICT, FRONT_BATCH,
		training->pool, error);
	graph_free(&graph);
	if (result == 0)
		network_copy_parameters(front->network, start->model.network);
	return result;
}

static int front_create(struct front *front, const struct training *training, struct error *error)
{
	const struct samples *samples = training->samples;
	uint32_t count = samples_count(samples);
	*front = (struct front){0};
	if (front_create_network(front, training, error))
		return -1;
	front->input = malloc(FRONT_BATCH * samples_input_count(samples) * sizeof *front->input);
	front->order = malloc(count * sizeof *front->order);
	int result = front->input && front->order
		? batch_create(&front->batch, samples, FRONT_BATCH, front->input, training->pool,
			  error)
		: error_memory(error, "features");
	for (uint32_t i = 0; front->order && i < count; i++)
		front->order[i] = i;
	if (result)
		front_free(front);
	return result;
}

static void note_columns(struct features *features, const struct training *training)
{
	const struct start *start = &training->start;
	const struct shape *shapes = network_shapes(start->model.network);
	for (int i = 0; i < start->layer_count; i++)
		features->columns[i + 1] = features->columns[i] + shapes[start->layers[i]].channels;
	features->width = features->columns[start->layer_count];
	features->classes = (int)samples_head(training->samples)->classes.count;
}

static bool are_finite(const float *values, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!isfinite(values[i]))
			return false;
	return true;
}

static int compute(struct features *features, struct front *front, const struct training *training,
	struct error *error)
{
	struct progress *progress = training->request.progress;
	uint32_t count = samples_count(training->samples);
	size_t width = (size_t)features->width, classes = (size_t)features->classes;
	progress_start(progress, "features", "images", count);
	for (uint32_t first = 0; first < count; first += FRONT_BATCH) {
		int n = count - first < FRONT_BATCH ? (int)(count - first) : FRONT_BATCH;
		float *values = features->values + features->count * width;
		if (batch_load(&front->batch, training->samples, front->order + first, n, false,
			    error))
			return -1;
		network_forward(front->network, front->input, n, NULL, values);
		if (!are_finite(values, (size_t)n * width))
			return error_set(error, training->request.start.model,
				"has features that are not finite");
		memcpy(features->targets + features->count * classes, front->batch.targets,
			(size_t)n * classes * sizeof *features->targets);
		features->count += (uint32_t)n;
		progress_update(progress, first + (uint32_t)n, "");
	}
	progress_finish(progress, count, "");
	return 0;
}

int features_add(struct features *features, const struct training *training, struct error *error)
{
	struct front front;
	if (front_create(&front, training, error))
		return -1;
	note_columns(features, training);
	int result = grow(features, samples_count(training->samples), error) ||
			compute(features, &front, training, error)
		? -1
		: 0;
	front_free(&front);
	return result;
}

void features_standardize(struct features *features, float *mean, float *deviation)
{
	size_t width = (size_t)features->width;
	for (size_t k = 0; k < width; k++) {
		float *column = features->values + k;
		double sum = 0, squares = 0;
		for (size_t i = 0; i < features->count; i++)
			sum += (double)column[i * width];
		double center = sum / features->count;
		for (size_t i = 0; i < features->count; i++) {
			double difference = (double)column[i * width] - center;
			squares += difference * difference;
		}
		double spread = sqrt(squares / features->count);
		mean[k] = (float)center;
		deviation[k] = spread > 1e-6 * fabs(center) && spread > 0 ? (float)spread : 1;
		for (size_t i = 0; i < features->count; i++)
			column[i * width] = spread > 1e-6 * fabs(center)
				? (float)(((double)column[i * width] - center) /
					  (double)deviation[k])
				: 0;
	}
}
