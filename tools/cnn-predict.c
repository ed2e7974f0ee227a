/* cnn-predict: predictions of a model for pictures and tensor streams. */
#include "base/file.h"
#include "common/files.h"
#include "common/input.h"
#include "common/sandbox.h"
#include "common/tool.h"
#include "explain/annotate.h"
#include "explain/confusion.h"
#include "kernels/kernels.h"
#include "predict/inputs.h"
#include "predict/predictor.h"
#include "predict/variants.h"

#include <stdlib.h>
#include <unistd.h>

static struct predictor_request request = {.threshold = 0.5,
	.fit = -1,
	.filter = -1,
	.variants = 1,
	.batch_size = 32};
static const char *confusion_path, *predictions_path;
static bool quiet, strict, no_sandbox;

static struct text_list models, others; /* others: all but the first */
static struct option_size size;
static int output;
static struct tool_input input = TOOL_INPUT_DEFAULT;

static const struct option_row rows[] = {
	{'m', "model", OPTION_INPUT_LIST, &models, "MODEL",
		"model: a folder, or a file of Keras, TensorFlow.js or Teachable Machine; may be "
		"repeated: the mean of all",
		0, 0, NULL},
	TOOL_LABELS(request.labels),
	{0, NULL, OPTION_TITLE, NULL, NULL, "Predictions", 0, 0, NULL},
	{0, "top", OPTION_INTEGER, &request.top, "N",
		"number of classes, most probable first (0: one, or all with --multi-label)", 0,
		65536, NULL},
	{0, "multi-label", OPTION_FLAG, &request.multi_label, NULL,
		"multi-label classification: each class by its own probability", 0, 0, NULL},
	{0, "threshold", OPTION_REAL, &request.threshold, "P",
		"threshold: minimum probability of a predicted class", 0, 1, NULL},
	TOOL_OUTPUT_ACTIVATION(output),
	{0, "tta", OPTION_INTEGER, &request.variants, "N",
		"test-time augmentation: mean over N variants of each picture (mirrored, cropped)",
		1, VARIANTS_MAXIMUM, NULL},
	{0, "no-calibration", OPTION_FLAG, &request.is_uncalibrated, NULL,
		"probabilities as the network gives them, without the model card's temperature", 0,
		0, NULL},
	{0, "json", OPTION_FLAG, &request.json, NULL, "JSON lines instead of TSV", 0, 0, NULL},
	{0, "header", OPTION_FLAG, &request.header, NULL,
		"write a header line with the names of the columns", 0, 0, NULL},
	{0, NULL, OPTION_TITLE, NULL, NULL, "Pictures", 0, 0, NULL},
	{0, "annotate", OPTION_OUTPUT_FOLDER, &request.annotation_folder, "DIR",
		"write each picture there, annotated with its prediction", 0, 0, NULL},
	{0, "sort-into", OPTION_OUTPUT_FOLDER, &request.sort_folder, "DIR",
		"copy each picture there into a folder per class, or unsure", 0, 0, NULL},
	{0, "fit", OPTION_CHOICE, &request.fit, "HOW",
		"resizing of other aspect ratios (default: as in training)", 0, 0, image_fit_names},
	{0, "interpolation", OPTION_CHOICE, &request.filter, "NAME",
		"interpolation filter (default: as in training)", 0, 0, image_filter_names},
	TOOL_PICTURE_SIZE(size),
	TOOL_INPUT(input),
	{0, "background", OPTION_TEXT, &request.background, "COLOR",
		"colour for transparency and --fit pad (default: as in training)", 0, 0, NULL},
	{0, NULL, OPTION_TITLE, NULL, NULL, "Evaluation", 0, 0, NULL},
	{0, "evaluate", OPTION_FLAG, &request.evaluate, NULL,
		"evaluate on class folders or labelled streams instead", 0, 0, NULL},
	{0, "leaked", OPTION_INPUT, &request.leaked, "FILE",
		"with it, list of split-dataset: accuracy without leaked pictures too", 0, 0, NULL},
	{0, "confusion", OPTION_OUTPUT, &confusion_path, "FILE",
		"with it, draw the confusion matrix as a PNG file", 0, 0, NULL},
	{0, "predictions", OPTION_OUTPUT, &predictions_path, "FILE",
		"with it, write a line of TSV for each picture", 0, 0, NULL},
	{0, NULL, OPTION_TITLE, NULL, NULL, "General", 0, 0, NULL},
	{0, "batch-size", OPTION_INTEGER, &request.batch_size, "N",
		"batch size: pictures processed at a time", 1, 4096, NULL},
	TOOL_STRICT(strict),
	TOOL_THREADS(request.threads),
	TOOL_QUIET(quiet),
	TOOL_NO_SANDBOX(no_sandbox),
	TOOL_END,
};

static const struct options options = {"cnn-predict", "[IMAGE | FOLDER | STREAM]...",
	"Predicts the classes of pictures and of tensor streams.", rows, "-m MODEL"};

static void check_usage(void)
{
	struct error error;
	unsigned char color[3];
	if (request.background && image_parse_color(request.background, color, &error) &&
		error_within(&error, "--background"))
		tool_usage(error.object, "%s", error.reason);
	if (!models.count)
		tool_usage("--model", "is missing");
	if (models.count > PREDICTION_MODELS_MAXIMUM)
		tool_usage("--model", "%zu are too many: at most %d", models.count,
			PREDICTION_MODELS_MAXIMUM);
	request.model = models.items[0];
	others = (struct text_list){.items = models.items + 1, .count = models.count - 1};
	request.others = &others;
	if (!request.evaluate && (confusion_path || predictions_path))
		tool_usage(confusion_path ? "--confusion" : "--predictions",
			"goes with --evaluate");
	if (!request.evaluate && request.leaked)
		tool_usage("--leaked", "goes with --evaluate");
	if (request.evaluate && request.json)
		tool_usage("--json", "does not go with --evaluate");
	if (request.multi_label && confusion_path)
		tool_usage("--confusion", "does not go with --multi-label");
	bool writes = !request.evaluate || predictions_path,
	     decides = request.annotation_folder || request.sort_folder;
	tool_allow(writes, "header", "goes with --predictions where there is --evaluate");
	tool_allow(writes || request.annotation_folder, "top",
		"goes with --predictions or --annotate where there is --evaluate");
	tool_allow(decides || (request.multi_label && request.evaluate), "threshold",
		"goes with --sort-into, --annotate, or --evaluate with --multi-label");
	if (request.json && request.header)
		tool_usage("--header", "does not go with --json");
}

static int annotate(const struct prediction *prediction, const struct image *picture,
	double threshold, bool multi_label, struct image *out, struct error *error)
{
	*out = (struct image){0};
	struct annotation *lines = calloc((size_t)prediction->top, sizeof *lines);
	if (!lines)
		return error_memory(error, prediction->name);
	for (int i = 0; i < prediction->top; i++) {
		float probability = prediction->probabilities[prediction->order[i]];
		lines[i] = (struct annotation){prediction->labels->items[prediction->order[i]],
			(double)probability,
			probability >= (float)threshold && (i == 0 || multi_label)};
	}
	int result = annotate_picture(picture, lines, prediction->top, out, error);
	free(lines);
	return result;
}

static int write_evaluation(const struct metrics *metrics, const struct text_list *labels,
	struct error *error)
{
	if (metrics->records == 0)
		return error_set(error, request.model, "no labelled pictures to evaluate it on");
	metrics_write(metrics, labels, stdout);
	return 0;
}

/* Called last, so that all other output is complete if drawing fails. */
static int draw_confusion(const struct metrics *metrics, const struct text_list *labels,
	struct error *error)
{
	char title[160];
	metrics_title(metrics, title, sizeof title);
	struct confusion confusion = {title, metrics->classes, (const char *const *)labels->items,
		metrics->confusion};
	return confusion_write_png(&confusion, confusion_path, error);
}

int main(int argc, char **argv)
{
	static char *standard_input[] = {"-"};
	struct predictor predictor;
	struct output predictions = {0};
	struct error error;
	tool_set_kernels(kernels_versions());
	int first = tool_start(&options, argc, argv);
	request.width = size.width;
	request.height = size.height;
	request.output = (enum output_activation)output;
	check_usage();
	request.input = tool_input_values(&input);
	char **operands = first < argc ? argv + first : standard_input;
	int count = first < argc ? argc - first : 1;
	request.batch_size = inputs_batch_size(operands, count, request.batch_size);
	tool_check_files(operands, count,
		request.evaluate ? TOOL_CLASS_FOLDERS : TOOL_WHOLE_FOLDERS);
	tool_sandbox(no_sandbox);
	/* Predictions on a terminal replace the progress line. */
	struct progress progress =
		tool_progress(quiet || (!request.evaluate && isatty(STDOUT_FILENO)));
	struct bad_inputs bad = {strict, tool_report, &progress, 0};
	request.progress = &progress;
	request.bad = &bad;
	request.annotate = annotate;

	int failed = predictor_open(&predictor, &request, &error) ||
		(predictions_path && output_open(&predictions, predictions_path, &error));
	if (!failed && !quiet) {
		tool_say_all(request.model, &predictor.model.assumptions);
		tool_say_of_input(request.model, &predictor.batch.settings.values);
		for (int i = 0; i < predictor.other_count; i++) {
			tool_say_all(others.items[i], &predictor.others[i].assumptions);
			tool_say_of_input(others.items[i],
				&predictor.batch.members[i].settings.values);
		}
	}
	failed = failed ||
		predictor_run(&predictor, operands, count,
			request.evaluate ? predictions.stream : stdout, &error) ||
		(request.evaluate &&
			write_evaluation(&predictor.evaluation.metrics, &predictor.model.labels,
				&error)) ||
		(predictions_path && output_commit(&predictions, &error)) ||
		(confusion_path &&
			draw_confusion(&predictor.evaluation.metrics, &predictor.model.labels,
				&error));

	if (failed) {
		tool_end_closed_pipe();
		tool_error(&error);
	} else if (bad.count && predictor.predicted && (count > 1 || file_is_folder(operands[0])))
		tool_say("pictures", "%zu skipped, %llu predicted", bad.count,
			(unsigned long long)predictor.predicted);
	output_abandon(&predictions);
	predictor_close(&predictor);
	text_list_free(&models);
	return tool_finish(failed || predictor.truncated
			? EXIT_FAILED
			: tool_status(bad.count, predictor.predicted));
}
