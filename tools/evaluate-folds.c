/* evaluate-folds: the result of a k-fold cross-validation. */
#include "base/file_set.h"
#include "common/files.h"
#include "common/sandbox.h"
#include "common/tool.h"
#include "explain/confusion.h"
#include "kernels/kernels.h"
#include "model/folder.h"
#include "predict/folds_evaluation.h"

#include <stdlib.h>

static struct predictor_request request = {.threshold = 0.5,
	.fit = -1,
	.filter = -1,
	.batch_size = 32};
static const char *calibrated_path, *confusion_path;
static bool quiet, no_sandbox;

static const struct option_row rows[] = {
	{0, "calibrate", OPTION_TEXT, &calibrated_path, "MODEL",
		"fit a temperature to all predictions, and write it into this model's card", 0, 0,
		NULL},
	{0, "confusion", OPTION_OUTPUT, &confusion_path, "FILE",
		"draw the confusion matrix of all predictions as a PNG file", 0, 0, NULL},
	{0, NULL, OPTION_TITLE, NULL, NULL, "General", 0, 0, NULL},
	{0, "batch-size", OPTION_INTEGER, &request.batch_size, "N",
		"batch size: pictures processed at a time", 1, 4096, NULL},
	TOOL_THREADS(request.threads),
	TOOL_QUIET(quiet),
	TOOL_NO_SANDBOX(no_sandbox),
	TOOL_END,
};

static const struct options options = {"evaluate-folds", "MODEL STREAM...",
	"Evaluates the models of a k-fold cross-validation, each on the records held out from it.",
	rows, NULL};

static void check_usage(char *const *operands, int count)
{
	if (count == 0)
		tool_usage("MODEL", "is missing");
	if (count % 2)
		tool_usage(operands[count - 1], "has no STREAM: they come in pairs, MODEL STREAM");
	if (!calibrated_path)
		return;
	char *card = file_set_path(calibrated_path, model_file_names[MODEL_CARD]);
	tool_add_output("--calibrate", card);
	free(card);
}

static int evaluate(struct folds_evaluation *evaluation, char *const *operands, int count,
	struct error *error)
{
	for (int i = 0; i < count; i += 2) {
		request.model = operands[i];
		if (folds_evaluation_add(evaluation, &request, operands[i + 1], error))
			return -1;
	}
	return calibrated_path ? folds_evaluation_calibrate(evaluation, calibrated_path, error) : 0;
}

static int draw_confusion(const struct folds_evaluation *evaluation, struct error *error)
{
	char title[160];
	const struct metrics *metrics = &evaluation->pooled;
	metrics_title(metrics, title, sizeof title);
	struct confusion confusion = {title, metrics->classes,
		(const char *const *)evaluation->labels.items, metrics->confusion};
	return confusion_write_png(&confusion, confusion_path, error);
}

int main(int argc, char **argv)
{
	struct folds_evaluation evaluation = {0};
	struct error error;
	tool_set_kernels(kernels_versions());
	int first = tool_start(&options, argc, argv), count = argc - first;
	char **operands = argv + first;
	check_usage(operands, count);
	tool_check_files(operands, count, TOOL_WHOLE_FOLDERS);
	tool_sandbox(no_sandbox);
	struct progress progress = tool_progress(quiet);
	/* A figure without some of its records would be another one. */
	struct bad_inputs bad = {true, tool_report, &progress, 0};
	request.progress = &progress;
	request.bad = &bad;

	int failed = evaluate(&evaluation, operands, count, &error);
	if (!failed)
		folds_evaluation_write(&evaluation, stdout);
	failed = failed || (confusion_path && draw_confusion(&evaluation, &error));

	if (failed)
		tool_error(&error);
	folds_evaluation_free(&evaluation);
	return tool_finish(failed ? EXIT_FAILED : EXIT_DONE);
}
