#include "train/probe.h"

#include "base/argmax.h"
#include "base/random.h"
#include "train/batch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FRONT_BATCH = 32, PROBE_BATCH = 64, PROBE_STEPS = 4000, PROBE_EPOCHS = 10 };
static const double probe_rate = 1e-2;
static const float probe_penalty = 1e-3F;

/* ---- features ---- */

static int dense_node(const struct graph *graph)
{
	int node = graph->node_count - 1;
	while (node >= 0 && graph_layer(graph, node)->kind != LAYER_DENSE)
		node--;
	return node;
}

void features_free(struct features *features)
{
	free(features->values);
	free(features->targets);
	*features = (struct features){0};
}

static int features_grow(struct features *features, uint32_t more, struct error *error)
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

static int front_create(struct front *front, const struct training *training, struct error *error)
{
	const struct samples *samples = training->samples;
	struct graph graph;
	uint32_t count = samples_count(samples);
	int node = graph_input(&training->graph, dense_node(&training->graph), 0);
	*front = (struct front){0};
	if (graph_front(&graph, &training->graph, node, error))
		return -1;
	int result = network_create(&front->network, &graph, NETWORK_PREDICT, FRONT_BATCH,
		training->pool, error);
	graph_free(&graph);
	if (result)
		return -1;
	network_copy_parameters(front->network, training->network);
	front->input = malloc(FRONT_BATCH * samples_input_count(samples) * sizeof *front->input);
	front->order = malloc(count * sizeof *front->order);
	if (!front->input || !front->order)
		result = error_memory(error, "features");
	else
		result = batch_create(&front->batch, samples, FRONT_BATCH, front->input,
			training->pool, error);
	for (uint32_t i = 0; front->order && i < count; i++)
		front->order[i] = i;
	if (result)
		front_free(front);
	return result;
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
		if (batch_load(&front->batch, training->samples, front->order + first, n, false,
			    error))
			return -1;
		network_forward(front->network, front->input, n, NULL,
			features->values + features->count * width);
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
	features->width = network_outputs(front.network);
	features->classes = network_outputs(training->network);
	int result = features_grow(features, samples_count(training->samples), error) ||
			compute(features, &front, training, error)
		? -1
		: 0;
	front_free(&front);
	return result;
}

/* ---- the fit ---- */

/* A dense layer of its own, and the features of a batch, standardized. */
struct probe {
	const struct training *training;
	const struct features *features;
	struct network *network;
	float *mean;  /* of each feature */
	float factor; /* 1 / deviation of all features from their means */
	uint32_t *order;
	float *inputs, *targets, *logits; /* of a batch */
};

static int create_network(struct probe *probe, struct error *error)
{
	const struct graph *whole = &probe->training->graph;
	int dense = dense_node(whole);
	struct graph graph = {
		.input = {1, 1, probe->features->width, true},
		.name = "probe",
	};
	struct layer layer = *graph_layer(whole, dense);
	layer.is_frozen = false;
	layer.penalties[0].l2 = probe_penalty;
	int result = graph_append(&graph, &layer, error);
	for (int node = dense + 1; result >= 0 && node < whole->node_count; node++)
		result = graph_append(&graph, graph_layer(whole, node), error);
	if (result >= 0)
		result = network_create(&probe->network, &graph, NETWORK_TRAIN, PROBE_BATCH,
			probe->training->pool, error);
	graph_free(&graph);
	return result < 0 ? -1 : 0;
}

/* One factor for all keeps their proportions: a feature that hardly varies stays small. */
static int standardize(struct probe *probe, struct error *error)
{
	const struct features *features = probe->features;
	size_t width = (size_t)features->width;
	double squares = 0;
	for (size_t k = 0; k < width; k++) {
		double sum = 0, square = 0;
		for (size_t i = 0; i < features->count; i++) {
			double value = (double)features->values[i * width + k];
			sum += value;
			square += value * value;
		}
		double mean = sum / features->count;
		probe->mean[k] = (float)mean;
		squares += square / features->count - mean * mean;
	}
	if (!isfinite(squares))
		return error_set(error, probe->training->request.start.model,
			"has features that are not finite");
	probe->factor = squares > 0 ? (float)(1 / sqrt(squares / (double)width)) : 1;
	return 0;
}

static void load(struct probe *probe, uint32_t first, int n)
{
	const struct features *features = probe->features;
	size_t width = (size_t)features->width, classes = (size_t)features->classes;
	for (int i = 0; i < n; i++) {
		size_t sample = probe->order[first + (uint32_t)i];
		const float *from = features->values + sample * width;
		float *to = probe->inputs + (size_t)i * width;
		for (size_t k = 0; k < width; k++)
			to[k] = (from[k] - probe->mean[k]) * probe->factor;
		memcpy(probe->targets + (size_t)i * classes, features->targets + sample * classes,
			classes * sizeof *probe->targets);
	}
}

static int batch_count(const struct probe *probe, uint32_t first)
{
	uint32_t left = probe->features->count - first;
	return left < PROBE_BATCH ? (int)left : PROBE_BATCH;
}

static void fit(struct probe *probe)
{
	const struct training *training = probe->training;
	struct training_options options = training_defaults(OPTIMIZER_ADAM);
	uint32_t count = probe->features->count, batches = (count - 1) / PROBE_BATCH + 1;
	uint32_t epochs =
		PROBE_STEPS / batches > PROBE_EPOCHS ? PROBE_STEPS / batches : PROBE_EPOCHS;
	uint64_t step = 0;
	options.loss = training->options.loss;
	options.class_weights = training->class_weights;
	options.label_smoothing = training->options.label_smoothing;
	network_train_start(probe->network, &options);
	for (uint32_t epoch = 0; epoch < epochs; epoch++) {
		struct random random =
			random_start(training->request.seed, RANDOM_SHUFFLE, epoch, 0);
		random_shuffle(&random, probe->order, count);
		for (uint32_t first = 0; first < count; first += PROBE_BATCH) {
			struct schedule schedule = {.kind = SCHEDULE_COSINE,
				.rate = probe_rate,
				.epochs = epochs};
			double position = epoch + (double)first / count;
			int n = batch_count(probe, first);
			load(probe, first, n);
			network_train_step(probe->network, probe->inputs, probe->targets, n,
				(float)schedule_rate(&schedule, position, 1.0 / batches), step++);
		}
	}
}

static void measure(struct probe *probe, struct epoch_totals *totals)
{
	const struct training *training = probe->training;
	int classes = probe->features->classes;
	uint32_t count = probe->features->count;
	*totals = (struct epoch_totals){.count = count};
	for (uint32_t first = 0; first < count; first += PROBE_BATCH) {
		int n = batch_count(probe, first);
		load(probe, first, n);
		network_forward(probe->network, probe->inputs, n, probe->logits, NULL);
		totals->loss += n *
			network_loss(&training->options, probe->logits, probe->targets, n, classes);
		for (int i = 0; i < n; i++)
			totals->correct += argmax(probe->logits + i * classes, classes) ==
				argmax(probe->targets + i * classes, classes);
	}
}

/* Into the training's network, for features that are not standardized. */
static void copy_head(const struct probe *probe)
{
	struct network *network = probe->training->network;
	int width = probe->features->width, classes = probe->features->classes;
	int last = network_parameter_count(network) - 1;
	const float *kernel = network_parameter(probe->network, 0).values,
		    *bias = network_parameter(probe->network, 1).values;
	float *to_kernel = network_parameter_values(network, last - 1),
	      *to_bias = network_parameter_values(network, last);
	for (int c = 0; c < classes; c++) {
		double shift = (double)bias[c];
		for (int k = 0; k < width; k++) {
			float weight = kernel[k * classes + c] * probe->factor;
			to_kernel[k * classes + c] = weight;
			shift -= (double)weight * (double)probe->mean[k];
		}
		to_bias[c] = (float)shift;
	}
}

static void probe_free(struct probe *probe)
{
	network_destroy(probe->network);
	free(probe->mean);
	free(probe->order);
	free(probe->inputs);
	free(probe->targets);
	free(probe->logits);
}

static int probe_create(struct probe *probe, const struct training *training,
	const struct features *features, struct error *error)
{
	size_t width = (size_t)features->width, classes = (size_t)features->classes;
	*probe = (struct probe){.training = training, .features = features};
	probe->mean = malloc(width * sizeof *probe->mean);
	probe->order = malloc(features->count * sizeof *probe->order);
	probe->inputs = malloc(PROBE_BATCH * width * sizeof *probe->inputs);
	probe->targets = malloc(PROBE_BATCH * classes * sizeof *probe->targets);
	probe->logits = malloc(PROBE_BATCH * classes * sizeof *probe->logits);
	if (!probe->mean || !probe->order || !probe->inputs || !probe->targets || !probe->logits)
		return error_memory(error, "features");
	for (uint32_t i = 0; i < features->count; i++)
		probe->order[i] = i;
	return create_network(probe, error);
}

int probe_fit(const struct training *training, const struct features *features,
	struct epoch_totals *totals, struct error *error)
{
	struct probe probe;
	int result = probe_create(&probe, training, features, error) || standardize(&probe, error)
		? -1
		: 0;
	if (result == 0) {
		fit(&probe);
		measure(&probe, totals);
		copy_head(&probe);
	}
	probe_free(&probe);
	return result;
}
