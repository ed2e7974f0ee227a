#include "predict/evaluation.h"

#include <stdlib.h>
#include <string.h>

static enum loss loss_of(const struct model *model)
{
	const struct architecture *architecture = &model->architecture;
	const char *name = json_string_value(json_object_get(json_object_get(model->card, "options"), "loss"));
	bool categorical = name ? strcmp(name, "categorical") == 0
		: architecture->layers[architecture->layer_count - 1].activation == ACTIVATION_SOFTMAX;
	return categorical ? LOSS_CATEGORICAL_CROSSENTROPY : LOSS_BINARY_CROSSENTROPY;
}

int evaluation_start(struct evaluation *evaluation, const struct model *model, bool several, double threshold,
	struct error *error)
{
	size_t classes = model->labels.count;
	*evaluation = (struct evaluation){.options = training_defaults(OPTIMIZER_SGD), .several = several,
		.threshold = threshold};
	evaluation->options.loss = loss_of(model);
	evaluation->truth = calloc(classes, sizeof *evaluation->truth);
	evaluation->said = calloc(classes, sizeof *evaluation->said);
	if (!evaluation->truth || !evaluation->said)
		return error_memory(error, "evaluation");
	return metrics_create(&evaluation->metrics, (int)classes, several, error);
}

void evaluation_add(struct evaluation *evaluation, const struct answer *answer, const float *logits,
	const float *target, bool leaked)
{
	struct metrics *metrics = &evaluation->metrics;
	uint64_t correct = metrics->correct; /* before */
	int heaviest = 0;
	metrics->loss_sum += network_loss(&evaluation->options, logits, target, 1, metrics->classes);
	for (int class = 0; class < metrics->classes; class++) {
		heaviest = target[class] > target[heaviest] ? class : heaviest;
		evaluation->truth[class] = target[class] >= 0.5f;
		evaluation->said[class] = answer->probabilities[class] >= (float)evaluation->threshold;
	}
	if (evaluation->several)
		metrics_add_set(metrics, evaluation->truth, evaluation->said);
	else
		metrics_add(metrics, heaviest, answer->order[0]);
	if (leaked)
		metrics_add_leak(metrics, metrics->correct > correct);
}

void evaluation_free(struct evaluation *evaluation)
{
	metrics_free(&evaluation->metrics);
	free(evaluation->truth);
	free(evaluation->said);
	*evaluation = (struct evaluation){0};
}
