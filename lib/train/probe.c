#include "train/probe.h"

#include "base/argmax.h"
#include "base/random.h"
#include "dataset/folds.h"
#include "train/regression.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLES_MAXIMUM = 4096 };

/* From strong to weak: the search for each begins where the one before ended. */
static const double penalties[] = {1, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001};
enum { PENALTIES = sizeof penalties / sizeof *penalties };
static const double default_penalty = 0.01;

static struct regression regression_of(const struct probe_request *request,
	struct start_layers layers, const struct kernels *kernels)
{
	const struct features *features = request->features;
	int first = features->columns[layers.first];
	return (struct regression){.kernels = kernels,
		.options = request->options,
		.features = features->values + first,
		.row = features->width,
		.width = features->columns[layers.first + layers.count] - first,
		.targets = features->targets,
		.classes = features->classes,
		.count = (int)features->count};
}

/* ---- the samples in the order of their folds ---- */

struct folds {
	struct features features; /* of the samples that are used */
	int *fold_of;
	int ends[PROBE_FOLDS + 1]; /* fold k has the samples from ends[k] to ends[k + 1] */
	int count;                 /* 0: none can be made */
};

static void folds_free(struct folds *folds)
{
	features_free(&folds->features);
	free(folds->fold_of);
}

static int number_of_groups(const struct probe_request *request, struct error *error)
{
	bool *seen = calloc(request->count, sizeof *seen);
	int count = 0;
	if (!seen)
		return error_memory(error, "folds");
	for (uint32_t i = 0; i < request->count; i++) {
		count += !seen[request->groups[i]];
		seen[request->groups[i]] = true;
	}
	free(seen);
	return count;
}

static int assign(struct folds *folds, const struct probe_request *request, struct error *error)
{
	const struct features *features = request->features;
	struct fold_record *records = calloc(request->count, sizeof *records);
	folds->fold_of = calloc(request->count, sizeof *folds->fold_of);
	int result = records && folds->fold_of ? 0 : error_memory(error, "folds");
	for (uint32_t i = 0; i < request->count && result == 0; i++)
		records[i] = (struct fold_record){request->groups[i],
			argmax(features->targets + (size_t)i * (size_t)features->classes,
				features->classes)};
	if (result == 0)
		result = folds_assign(records, request->count, folds->count, request->seed,
			folds->fold_of, error);
	free(records);
	return result;
}

static void copy_sample(struct folds *folds, const struct features *from, uint32_t sample)
{
	struct features *to = &folds->features;
	size_t width = (size_t)from->width, classes = (size_t)from->classes;
	memcpy(to->values + to->count * width, from->values + sample * width,
		width * sizeof *to->values);
	memcpy(to->targets + to->count * classes, from->targets + sample * classes,
		classes * sizeof *to->targets);
	to->count++;
}

/* Copies them fold by fold; of many a part, the first in a random order. */
static int sort(struct folds *folds, const struct probe_request *request, struct error *error)
{
	const struct features *from = request->features;
	uint32_t count = request->count < SAMPLES_MAXIMUM ? request->count : SAMPLES_MAXIMUM,
		 *order = malloc(request->count * sizeof *order);
	struct features *to = &folds->features;
	*to = *from;
	to->count = 0;
	to->values = malloc((size_t)count * (size_t)from->width * sizeof *to->values);
	to->targets = malloc((size_t)count * (size_t)from->classes * sizeof *to->targets);
	int result = order && to->values && to->targets ? 0 : error_memory(error, "folds");
	if (result == 0) {
		struct random random = random_start(request->seed, RANDOM_FOLDS, 0, 1);
		for (uint32_t i = 0; i < request->count; i++)
			order[i] = i;
		random_shuffle(&random, order, request->count);
		for (int k = 0; k < folds->count; k++) {
			for (uint32_t i = 0; i < count; i++)
				if (folds->fold_of[order[i]] == k)
					copy_sample(folds, from, order[i]);
			folds->ends[k + 1] = (int)to->count;
		}
	}
	free(order);
	return result;
}

/* Without groups to make folds of it has none. On failure it is empty. */
static int folds_create(struct folds *folds, const struct probe_request *request,
	struct error *error)
{
	*folds = (struct folds){0};
	int groups = number_of_groups(request, error);
	if (groups < 2)
		return groups < 0 ? -1 : 0;
	folds->count = groups < PROBE_FOLDS ? groups : PROBE_FOLDS;
	if (assign(folds, request, error) == 0 && sort(folds, request, error) == 0)
		return 0;
	folds_free(folds);
	return -1;
}

/* ---- cross-validation ---- */

/* On the samples that were held out. */
struct held_out {
	double loss;
	int correct;
	bool failed; /* without memory */
};

struct cross_validation {
	const struct probe_request *request;
	const struct kernels *kernels;
	const struct folds *folds;
	const struct probe_choice *choices;
	struct held_out (*results)[PENALTIES]; /* of each choice and fold */
};

static struct held_out measure(const struct regression *regression, const float *logits)
{
	struct training_options plain = {.loss = regression->options->loss};
	int classes = regression->classes, n = regression->held_end - regression->held_first;
	size_t offset = (size_t)regression->held_first * (size_t)classes;
	const float *found = logits + offset, *targets = regression->targets + offset;
	return (struct held_out){n *
			mean_loss(regression->kernels, &plain, found, targets, n, classes),
		count_correct(found, targets, n, classes), false};
}

/* One fold is held out, with each penalty in turn. */
static void hold_out(void *context, int index, int worker)
{
	const struct cross_validation *validation = context;
	const struct folds *folds = validation->folds;
	int fold = index % folds->count;
	struct held_out *results = validation->results[index];
	struct probe_request request = *validation->request;
	struct error error;
	(void)worker;
	request.features = &folds->features;
	struct regression regression = regression_of(&request,
		validation->choices[index / folds->count].layers, validation->kernels);
	regression.held_first = folds->ends[fold];
	regression.held_end = folds->ends[fold + 1];
	float *weights = calloc(regression_weights(&regression), sizeof *weights),
	      *logits = malloc(
		      (size_t)regression.count * (size_t)regression.classes * sizeof *logits);
	bool is_held = regression.held_end > regression.held_first;
	for (int i = 0; i < PENALTIES && is_held; i++) {
		if (!weights || !logits ||
			regression_fit(&regression, penalties[i], weights, &error)) {
			results[i].failed = true;
			continue;
		}
		regression_predict(&regression, weights, logits);
		results[i] = measure(&regression, logits);
	}
	free(weights);
	free(logits);
}

/* The best penalty of a choice. */
static int sum_up(struct probe_choice *choice, const struct cross_validation *validation, int index,
	struct error *error)
{
	const struct folds *folds = validation->folds;
	int count = (int)folds->features.count;
	choice->loss = INFINITY;
	for (int i = 0; i < PENALTIES; i++) {
		double loss = 0;
		int correct = 0;
		for (int k = 0; k < folds->count; k++) {
			const struct held_out *result =
				&validation->results[index * folds->count + k][i];
			if (result->failed)
				return error_memory(error, "folds");
			loss += result->loss / count;
			correct += result->correct;
		}
		if (loss < choice->loss) {
			choice->loss = loss;
			choice->accuracy = (double)correct / count;
			choice->penalty = penalties[i];
		}
	}
	choice->folds = folds->count;
	return 0;
}

static int compare_choices(const void *a, const void *b)
{
	const struct probe_choice *first = a, *second = b;
	int order = (first->loss > second->loss) - (first->loss < second->loss);
	if (order == 0)
		order = first->layers.first - second->layers.first;
	return order ? order : first->layers.count - second->layers.count;
}

static int validate(struct probe_choice *choices, int count, const struct probe_request *request,
	const struct folds *folds, struct error *error)
{
	struct cross_validation validation = {.request = request,
		.folds = folds,
		.choices = choices};
	if (kernels_select(&validation.kernels, error))
		return -1;
	int tasks = count * folds->count;
	validation.results = calloc((size_t)tasks, sizeof *validation.results);
	if (!validation.results)
		return error_memory(error, "folds");
	parallel_for(request->pool, tasks, hold_out, &validation);
	int result = 0;
	for (int i = 0; i < count && result == 0; i++)
		result = sum_up(&choices[i], &validation, i, error);
	free(validation.results);
	if (result == 0)
		qsort(choices, (size_t)count, sizeof *choices, compare_choices);
	return result;
}

static int list_choices(struct probe_choice *choices, const struct probe_request *request)
{
	int count = 0;
	for (int first = 0; first < request->layer_count; first++)
		for (int n = 1; first + n <= request->layer_count; n++)
			if (!request->is_joined || n == request->layer_count)
				choices[count++] = (struct probe_choice){.layers = {first, n},
					.penalty = default_penalty};
	return count;
}

int probe_choose(struct probe_choice *choices, const struct probe_request *request,
	struct error *error)
{
	struct folds folds;
	int count = list_choices(choices, request);
	if (folds_create(&folds, request, error))
		return -1;
	int result = folds.count ? validate(choices, count, request, &folds, error) : 0;
	folds_free(&folds);
	return result ? -1 : count;
}

/* ---- the head ---- */

void probe_head_free(struct probe_head *head)
{
	free(head->kernel);
	free(head->bias);
	*head = (struct probe_head){0};
}

static int total(struct probe_head *head, const struct regression *regression, const float *weights,
	struct error *error)
{
	int count = regression->count, classes = regression->classes;
	float *logits = malloc((size_t)count * (size_t)classes * sizeof *logits);
	if (!logits)
		return error_memory(error, "features");
	regression_predict(regression, weights, logits);
	head->totals = (struct epoch_totals){.count = (uint64_t)count,
		.loss = count *
			mean_loss(regression->kernels, regression->options, logits,
				regression->targets, count, classes),
		.correct = (uint64_t)count_correct(logits, regression->targets, count, classes)};
	free(logits);
	return 0;
}

static int head_create(struct probe_head *head, const struct regression *regression,
	const float *weights, const float *mean, const float *deviation, struct error *error)
{
	int width = regression->width, classes = regression->classes,
	    pitch = padded_channels(classes);
	*head = (struct probe_head){.width = width, .classes = classes};
	head->kernel = malloc((size_t)width * (size_t)classes * sizeof *head->kernel);
	head->bias = malloc((size_t)classes * sizeof *head->bias);
	if (!head->kernel || !head->bias) {
		probe_head_free(head);
		return error_memory(error, "features");
	}
	for (int c = 0; c < classes; c++) {
		double bias = (double)weights[width * pitch + c];
		for (int k = 0; k < width; k++) {
			double weight = (double)weights[k * pitch + c] / (double)deviation[k];
			head->kernel[k * classes + c] = (float)weight;
			bias -= weight * (double)mean[k];
		}
		head->bias[c] = (float)bias;
	}
	return 0;
}

int probe_fit(struct probe_head *head, const struct probe_request *request,
	const struct probe_choice *choice, const float *mean, const float *deviation,
	struct error *error)
{
	const struct kernels *kernels;
	*head = (struct probe_head){0};
	if (kernels_select(&kernels, error))
		return -1;
	struct regression regression = regression_of(request, choice->layers, kernels);
	int first = request->features->columns[choice->layers.first];
	float *weights = calloc(regression_weights(&regression), sizeof *weights);
	int result = !weights ? error_memory(error, "features")
		: regression_fit(&regression, choice->penalty, weights, error) ||
			head_create(head, &regression, weights, mean + first, deviation + first,
				error) ||
			total(head, &regression, weights, error)
		? -1
		: 0;
	free(weights);
	return result;
}
