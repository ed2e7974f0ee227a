#include "train/transfer.h"

#include "dataset/source_groups.h"
#include "train/training.h"

#include <stdlib.h>
#include <string.h>

/* Of the first pass; if nothing is trained afterwards, of all. */
static int collect_features(struct features *features, const struct training *training,
	struct error *error)
{
	bool repeated = false;
	for (int epoch = 1; !repeated; epoch++) {
		if (features_add(features, training, error))
			return -1;
		if (!training->is_head_only)
			return 0;
		if (samples_begin_epoch(training->samples, epoch, &repeated, error))
			return -1;
	}
	return 0;
}

static int number_groups(uint32_t *numbers, struct source_groups *groups,
	const struct training *training, struct error *error)
{
	const char *path = training->request.start.groups;
	if (path && source_groups_read(groups, path, error))
		return -1;
	for (uint32_t i = 0; i < training->records; i++) {
		int number = source_groups_number(groups, samples_source_key(training->samples, i),
			error);
		if (number < 0)
			return -1;
		numbers[i] = (uint32_t)number;
	}
	return path ? source_groups_check(groups, path, error) : 0;
}

/* Of the samples of the selected pass; the caller's to free, NULL on failure. */
static uint32_t *find_groups(const struct training *training, struct error *error)
{
	struct source_groups groups = {0};
	uint32_t *numbers = calloc(training->records, sizeof *numbers);
	int result = numbers ? number_groups(numbers, &groups, training, error)
			     : error_memory(error, "groups");
	source_groups_free(&groups);
	if (result == 0)
		return numbers;
	free(numbers);
	return NULL;
}

static int choose_and_fit(struct training *training, struct features *features,
	const uint32_t *groups, struct error *error)
{
	struct transfer *transfer = &training->transfer;
	size_t width = (size_t)features->width;
	float *mean = malloc(2 * width * sizeof *mean);
	struct probe_request request = {.features = features,
		.options = &training->options,
		.count = training->records,
		.groups = groups,
		.layer_count = training->start.layer_count,
		.is_joined = training->request.start.feature_layer != NULL,
		.seed = training->request.seed,
		.pool = training->pool};
	if (!mean)
		return error_memory(error, "features");
	features_standardize(features, mean, mean + width);
	transfer->choice_count = probe_choose(transfer->choices, &request, error);
	int result = transfer->choice_count < 0
		? -1
		: probe_fit(&transfer->head, &request, &transfer->choices[0], mean, mean + width,
			  error);
	free(mean);
	return result;
}

int transfer_fit(struct training *training, struct error *error)
{
	struct features features = {0};
	uint32_t *groups = find_groups(training, error);
	int result = !groups || collect_features(&features, training, error) ||
			choose_and_fit(training, &features, groups, error)
		? -1
		: 0;
	free(groups);
	features_free(&features);
	return result;
}

void transfer_copy_head(const struct training *training)
{
	const struct probe_head *head = &training->transfer.head;
	struct network *network = training->network;
	int last = network_parameter_count(network) - 1;
	size_t classes = (size_t)head->classes;
	memcpy(network_parameter_values(network, last - 1), head->kernel,
		(size_t)head->width * classes * sizeof *head->kernel);
	memcpy(network_parameter_values(network, last), head->bias, classes * sizeof *head->bias);
}

json_t *transfer_card(const struct training *training)
{
	const struct probe_choice *choice = &training->transfer.choices[0];
	json_t *validation = choice->folds
		? json_pack("{s:i, s:f, s:f}", "folds", choice->folds, "loss", choice->loss,
			  "accuracy", choice->accuracy)
		: json_null();
	return json_pack("{s:f, s:o}", "l2_penalty", choice->penalty, "cross_validation",
		validation);
}

void transfer_free(struct transfer *transfer)
{
	probe_head_free(&transfer->head);
	*transfer = (struct transfer){0};
}
