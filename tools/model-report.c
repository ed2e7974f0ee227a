/* model-report: an HTML report of a model: training curves, network, evaluation and model card. */
#include "common/files.h"
#include "common/input.h"
#include "common/tool.h"
#include "explain/model_report.h"
#include "kernels/kernels.h"

static struct model_report_request request = {.mistakes = 24};
static const char *output_path;
static struct option_size size;
static int method = SALIENCY_GRADIENT, output;
static struct tool_input input = TOOL_INPUT_DEFAULT;
static bool quiet;

static const struct option_row rows[] = {
	TOOL_MODEL(request.model),
	TOOL_LABELS(request.labels),
	{'o', "output", OPTION_OUTPUT, &output_path, "FILE",
		"HTML file to write instead of standard output", 0, 0, NULL},
	{0, "validation", OPTION_INPUT, &request.validation, "STREAM",
		"labelled tensor stream to evaluate the model on", 0, 0, NULL},
	{0, "leaked", OPTION_INPUT, &request.leaked, "FILE",
		"list of split-dataset: accuracy without leaked pictures too", 0, 0, NULL},
	{0, "title", OPTION_TEXT, &request.title, "TEXT",
		"title of the page instead of the folder's name", 0, 0, NULL},
	{0, "mistakes", OPTION_INTEGER, &request.mistakes, "N",
		"number of the worst mistakes to show", 0, 1000, NULL},
	{0, "method", OPTION_CHOICE, &method, "NAME", "saliency method", 0, 0,
		saliency_method_names},
	TOOL_PICTURE_SIZE(size),
	TOOL_OUTPUT_ACTIVATION(output),
	TOOL_INPUT(input),
	TOOL_THREADS(request.threads),
	TOOL_QUIET(quiet),
	TOOL_END,
};

static const struct options options = {"model-report", "",
	"Writes a report of a model as one HTML page with embedded pictures.", rows, "-m MODEL"};

int main(int argc, char **argv)
{
	struct error error;
	struct model_report report;

	tool_set_kernels(kernels_versions());
	int first = tool_start(&options, argc, argv);
	if (first < argc)
		tool_usage(argv[first],
			"is not expected; the stream to evaluate on goes with --validation");
	if (!request.model)
		tool_usage("--model", "is missing");
	static const char *const of_evaluation[] = {"leaked", "mistakes", "method", "input-range",
		"input"};
	for (size_t i = 0; i < sizeof of_evaluation / sizeof *of_evaluation; i++)
		tool_allow(request.validation, of_evaluation[i], "goes with --validation");
	request.input = tool_input_values(&input);
	tool_check_files(NULL, 0, TOOL_WHOLE_FOLDERS);
	struct progress progress = tool_progress(quiet);
	request.progress = &progress;
	request.method = (enum saliency_method)method;
	request.width = size.width;
	request.height = size.height;
	request.output = (enum output_activation)output;

	int failed = model_report_open(&report, &request, &error);
	if (!failed && !quiet)
		tool_say_all(request.model, &report.model.assumptions);
	if (!failed && request.validation && !quiet)
		tool_say_of_input(request.model, &report.plan.settings.values);
	failed = failed || model_report_write(&report, output_path, &error);
	if (failed)
		tool_error(&error);

	model_report_close(&report);
	return tool_finish(failed ? EXIT_FAILED : EXIT_DONE);
}
