/* model-report: an HTML report of a model: training curves, network, evaluation and model card; or
 * a table of several. */
#include "common/files.h"
#include "common/input.h"
#include "common/tool.h"
#include "base/bad_inputs.h"
#include "explain/model_table.h"
#include "explain/model_report.h"
#include "kernels/kernels.h"

static struct model_report_request request = {.mistakes = 24};
static const char *output_path;
static struct option_size size;
static int method = SALIENCY_GRADIENT, output;
static struct tool_input input = TOOL_INPUT_DEFAULT;
static bool quiet, is_table;

static const struct option_row rows[] = {
	TOOL_MODEL(request.model),
	TOOL_LABELS(request.labels),
	{'o', "output", OPTION_OUTPUT, &output_path, "FILE",
		"HTML file to write instead of standard output", 0, 0, NULL},
	{0, "validation", OPTION_INPUT, &request.validation, "STREAM",
		"labelled tensor stream to evaluate the model on", 0, 0, NULL},
	{0, "leaked", OPTION_INPUT, &request.leaked, "FILE",
		"list of split-dataset: accuracy without leaked pictures too", 0, 0, NULL},
	{0, "cross-validation", OPTION_INPUT, &request.folds, "FILE",
		"its result, of evaluate-folds, to show too", 0, 0, NULL},
	{0, "title", OPTION_TEXT, &request.title, "TEXT",
		"title of the page instead of the folder's name", 0, 0, NULL},
	{0, "compare", OPTION_FLAG, &is_table, NULL,
		"print a table of models instead: results and options by their cards", 0, 0, NULL},
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

static const struct options options = {"model-report", "[MODEL...]",
	"Writes a report of a model as one HTML page with embedded pictures; or a table of models.",
	rows, "-m MODEL | --compare"};

static int compare_models(char *const *folders, int count)
{
	struct model_table table = {0};
	struct bad_inputs bad = {.report = tool_report};
	struct error error;
	int failed = 0;
	for (int i = 0; i < count && !failed; i++)
		if (model_table_add(&table, folders[i], &error))
			failed = bad_input_skip(&bad, &error, &error);
	size_t good = (size_t)count - bad.count;
	if (!failed && good)
		failed = model_table_write(&table, stdout, &error);
	if (failed)
		tool_error(&error);
	model_table_free(&table);
	return failed ? EXIT_FAILED : tool_status(bad.count, good);
}

static void check_usage(const char *operand)
{
	static const char *const of_page[] = {"labels", "output", "validation", "cross-validation",
		"title", "size", "output-activation"};
	static const char *const of_evaluation[] = {"leaked", "mistakes", "method", "input-range",
		"input"};
	if (is_table && (request.model || !operand))
		tool_usage("--compare", "takes models as operands, without -m");
	if (!is_table && operand)
		tool_usage(operand,
			"is not expected; the stream to evaluate on goes with --validation");
	if (!is_table && !request.model)
		tool_usage("--model", "is missing");
	for (size_t i = 0; i < sizeof of_page / sizeof *of_page; i++)
		tool_allow(!is_table, of_page[i], "does not go with --compare");
	for (size_t i = 0; i < sizeof of_evaluation / sizeof *of_evaluation; i++)
		tool_allow(request.validation, of_evaluation[i], "goes with --validation");
}

static int report_model(void)
{
	struct error error;
	struct model_report report;
	struct progress progress = tool_progress(quiet);
	request.input = tool_input_values(&input);
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
	return failed ? EXIT_FAILED : EXIT_DONE;
}

int main(int argc, char **argv)
{
	tool_set_kernels(kernels_versions());
	int first = tool_start(&options, argc, argv);
	check_usage(argv[first]);
	tool_check_files(argv + first, argc - first, TOOL_WHOLE_FOLDERS);
	return tool_finish(is_table ? compare_models(argv + first, argc - first) : report_model());
}
