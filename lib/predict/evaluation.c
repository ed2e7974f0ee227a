#include "predict/evaluation.h"

#include "base/argmax.h"

#include <stdlib.h>

static enum loss loss_of(const struct model *model)
{
	if (model->head.has_paired_logits)
		return LOSS_CATEGORICAL_CROSSENTROPY;
	const char *name =
		json_string_value(json_object_get(json_object_get(model->card, "options"), "loss"));
	int loss = name ? loss_by_name(name)
			: loss_by_activation(graph_final_activation(&model->graph));
	return loss < 0 ? LOSS_BINARY_CROSSENTROPY : (enum loss)loss;
}

int evaluation_start(struct evaluation *evaluation, const struct model *model, bool multi_label,
	double threshold, struct error *error)
{
	size_t classes = model->labels.count;
	*evaluation = (struct evaluation){.options = training_defaults(OPTIMIZER_SGD),
		.multi_label = multi_label,
		.threshold = threshold};
	evaluation->options.loss = loss_of(model);
	evaluation->labels = calloc(classes, sizeof *evaluation->labels);
	evaluation->predictions = calloc(classes, sizeof *evaluation->predictions);
	if (!evaluation->labels || !evaluation->predictions)
		return error_memory(error, "evaluation");
	if (metrics_create(&evaluation->metrics, (int)classes, multi_label, error))
		return -1;
	evaluation->metrics.is_calibrated = model->temperature > 0;
	return 0;
}

static void add_class(struct metrics *metrics, const struct prediction *prediction,
	const float *raw, int label)
{
	int best = prediction->order[0];
	metrics_add(metrics, label, best);
	calibration_add(&metrics->calibration, (double)prediction->probabilities[best],
		best == label);
	calibration_add(&metrics->raw_calibration, (double)raw[best], best == label);
}

void evaluation_add(struct evaluation *evaluation, const struct prediction *prediction,
	const float *logits, const float *raw, const float *target, bool leaked)
{
	struct metrics *metrics = &evaluation->metrics;
	uint64_t correct_before = metrics->correct;
	metrics->loss_sum +=
		network_loss(&evaluation->options, logits, target, 1, metrics->classes);
	for (int class = 0; class < metrics->classes; class ++) {
		evaluation->labels[class] = target[class] >= 0.5f;
		evaluation->predictions[class] =
			prediction->probabilities[class] >= (float)evaluation->threshold;
	}
	if (evaluation->multi_label)
		metrics_add_set(metrics, evaluation->labels, evaluation->predictions);
	else
		add_class(metrics, prediction, raw, argmax(target, metrics->classes));
	if (leaked)
		metrics_add_leak(metrics, metrics->correct > correct_before);
}

void evaluation_free(struct evaluation *evaluation)
{
	metrics_free(&evaluation->metrics);
	free(evaluation->labels);
	free(evaluation->predictions);
	*evaluation = (struct evaluation){0};
}
