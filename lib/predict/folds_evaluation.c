#include "predict/folds_evaluation.h"

#include "base/argmax.h"
#include "base/array.h"
#include "base/file.h"
#include "base/file_set.h"
#include "base/json.h"
#include "model/folder.h"
#include "model/temperature.h"
#include "train/calibration.h"
#include "train/card.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- one fold ---- */

/* Predictions of a fold being appended. */
struct pooling {
	struct folds_evaluation *evaluation;
	size_t count; /* predictions of all folds so far */
};

static int pool_prediction(void *context, const struct prediction *prediction, const float *target,
	struct error *error)
{
	struct pooling *pooling = context;
	struct folds_evaluation *evaluation = pooling->evaluation;
	size_t classes = evaluation->labels.count, size = classes * sizeof(float);
	float *probabilities = array_grow(evaluation->probabilities, pooling->count, size);
	if (!probabilities)
		return error_memory(error, prediction->name);
	evaluation->probabilities = probabilities;
	int *truths = array_grow(evaluation->truths, pooling->count, sizeof *truths);
	if (!truths)
		return error_memory(error, prediction->name);
	evaluation->truths = truths;
	memcpy(probabilities + pooling->count * classes, prediction->probabilities, size);
	truths[pooling->count++] = argmax(target, (int)classes);
	return 0;
}

static bool has_labels(const struct folds_evaluation *evaluation, const struct text_list *labels)
{
	size_t i = 0;
	if (labels->count != evaluation->labels.count)
		return false;
	while (i < labels->count && strcmp(labels->items[i], evaluation->labels.items[i]) == 0)
		i++;
	return i == labels->count;
}

/* Takes classes and activation of the first model; those of the others must be the same. */
static int check_model(struct folds_evaluation *evaluation, const struct model *model,
	const char *path, struct error *error)
{
	enum activation_kind last = graph_final_activation(&model->graph);
	if (evaluation->count == 0) {
		evaluation->last = last;
		for (size_t i = 0; i < model->labels.count; i++)
			if (text_list_add(&evaluation->labels, model->labels.items[i], error))
				return -1;
		return metrics_create(&evaluation->pooled, (int)model->labels.count, false, error);
	}
	if (!has_labels(evaluation, &model->labels))
		return error_set(error, path, "has other classes than the first model");
	return evaluation->last == last
		? 0
		: error_set(error, path, "has another output activation than the first model");
}

static int add_score(struct folds_evaluation *evaluation, const struct metrics *metrics,
	const char *stream, struct error *error)
{
	struct fold_score *folds = array_grow(evaluation->folds, evaluation->count, sizeof *folds);
	if (!folds)
		return error_memory(error, stream);
	evaluation->folds = folds;
	if (metrics->records == 0)
		return error_set(error, stream, "has no records to evaluate a model on");
	folds[evaluation->count++] = (struct fold_score){metrics->records, metrics->correct,
		metrics->loss_sum / (double)metrics->records};
	metrics_merge(&evaluation->pooled, metrics);
	return 0;
}

int folds_evaluation_add(struct folds_evaluation *evaluation,
	const struct predictor_request *request, char *stream, struct error *error)
{
	struct predictor predictor;
	struct pooling pooling = {evaluation, evaluation->pooled.records};
	struct predictor_request observed = *request;
	observed.evaluate = observed.is_uncalibrated = true;
	observed.observe = pool_prediction;
	observed.observer = &pooling;
	int result = predictor_open(&predictor, &observed, error) ||
			check_model(evaluation, &predictor.model, request->model, error) ||
			predictor_run(&predictor, &stream, 1, NULL, error) ||
			add_score(evaluation, &predictor.evaluation.metrics, stream, error)
		? -1
		: 0;
	predictor_close(&predictor);
	return result;
}

/* ---- all folds ---- */

static double accuracy_of(const struct fold_score *fold)
{
	return (double)fold->correct / (double)fold->records;
}

double folds_evaluation_mean(const struct folds_evaluation *evaluation)
{
	double sum = 0;
	for (size_t i = 0; i < evaluation->count; i++)
		sum += accuracy_of(&evaluation->folds[i]);
	return sum / (double)evaluation->count;
}

double folds_evaluation_deviation(const struct folds_evaluation *evaluation)
{
	double mean = folds_evaluation_mean(evaluation), sum = 0;
	for (size_t i = 0; i < evaluation->count; i++) {
		double difference = accuracy_of(&evaluation->folds[i]) - mean;
		sum += difference * difference;
	}
	return evaluation->count > 1 ? sqrt(sum / (double)(evaluation->count - 1)) : NAN;
}

/* ---- calibration ---- */

/* How right the predictions are at the temperature; what it was before becomes the raw one. */
static int calibrate(struct folds_evaluation *evaluation, struct error *error)
{
	struct metrics *pooled = &evaluation->pooled;
	int classes = pooled->classes;
	float *scaled = calloc((size_t)classes, sizeof *scaled);
	if (!scaled)
		return error_memory(error, "calibration");
	pooled->raw_calibration = pooled->calibration;
	pooled->calibration = (struct calibration){0};
	pooled->is_calibrated = true;
	for (size_t i = 0; i < pooled->records; i++) {
		const float *raw = evaluation->probabilities + i * (size_t)classes;
		int best = argmax(raw, classes);
		temperature_scale(raw, 1, classes, evaluation->last, evaluation->temperature,
			scaled);
		calibration_add(&pooled->calibration, (double)scaled[best],
			best == evaluation->truths[i]);
	}
	free(scaled);
	return 0;
}

static int check_labels(const struct folds_evaluation *evaluation, const char *model,
	struct error *error)
{
	struct text_list labels = {0};
	char *path = file_set_path(model, model_file_names[MODEL_LABELS]);
	int result = path ? labels_read(&labels, path, error) : error_memory(error, model);
	if (result == 0 && !has_labels(evaluation, &labels))
		result = error_set(error, model, "has other classes than the models of the folds");
	text_list_free(&labels);
	free(path);
	return result;
}

static int write_card(const struct folds_evaluation *evaluation, const char *model,
	struct error *error)
{
	json_t *calibration =
		json_add_member(json_object(), "temperature", json_number(evaluation->temperature));
	calibration =
		json_add_member(calibration, "folds", json_integer((json_int_t)evaluation->count));
	calibration = json_add_member(calibration, "records",
		json_integer((json_int_t)evaluation->pooled.records));
	return card_write_calibration(model, calibration, error);
}

int folds_evaluation_calibrate(struct folds_evaluation *evaluation, const char *model,
	struct error *error)
{
	if (check_labels(evaluation, model, error))
		return -1;
	evaluation->temperature = temperature_fit(evaluation->probabilities, evaluation->truths,
		evaluation->pooled.records, evaluation->pooled.classes, evaluation->last);
	return calibrate(evaluation, error) || write_card(evaluation, model, error) ? -1 : 0;
}

/* ---- output ---- */

static void write_folds(const struct folds_evaluation *evaluation, FILE *out)
{
	fputs("\nfold\trecords\tcorrect\taccuracy\tlow\thigh\tloss\n", out);
	for (size_t i = 0; i < evaluation->count; i++) {
		const struct fold_score *fold = &evaluation->folds[i];
		struct interval interval = wilson_interval(fold->correct, fold->records);
		fprintf(out, "%zu\t%llu\t%llu\t%.6f\t%.6f\t%.6f\t%.6f\n", i + 1,
			(unsigned long long)fold->records, (unsigned long long)fold->correct,
			accuracy_of(fold), interval.low, interval.high, fold->loss);
	}
}

void folds_evaluation_write(const struct folds_evaluation *evaluation, FILE *out)
{
	metrics_write(&evaluation->pooled, &evaluation->labels, out);
	write_folds(evaluation, out);
	fprintf(out, "\nmeasure\tvalue\nfolds\t%zu\naccuracy_mean\t%.6f\n", evaluation->count,
		folds_evaluation_mean(evaluation));
	if (evaluation->count > 1)
		fprintf(out, "accuracy_deviation\t%.6f\n", folds_evaluation_deviation(evaluation));
	if (evaluation->temperature > 0)
		fprintf(out, "temperature\t%.5g\n", evaluation->temperature);
}

void folds_evaluation_free(struct folds_evaluation *evaluation)
{
	text_list_free(&evaluation->labels);
	metrics_free(&evaluation->pooled);
	free(evaluation->folds);
	free(evaluation->probabilities);
	free(evaluation->truths);
	*evaluation = (struct folds_evaluation){0};
}
