/* cnn-train: tensor stream in, trained model folder out. */
#include "common/files.h"
#include "common/tool.h"

#include "base/file.h"
#include "explain/curves.h"
#include "model/folder.h"
#include "kernels/kernels.h"
#include "train/card.h"

#include <stdlib.h>
#include <string.h>

static const char *const outputs[] = {"sigmoid", "softmax", NULL};
static char *const standard_input[] = {"-"};

static int draw_curves(const char *folder, struct error *error)
{
	char *history = file_join(folder, model_file_names[MODEL_HISTORY]),
	     *curves = file_join(folder, model_file_names[MODEL_CURVES]);
	int result = history && curves ? curves_write_png(history, curves, error)
				       : error_memory(error, folder);
	free(history);
	free(curves);
	return result;
}

/* Writes the model's files and the curves to the staging folder, and installs it. Returns 1 if the
 * curves are missing, which was reported. */
static int save(const struct training *training, struct model_folder *folder,
	const char *command_line, const struct text_list *notes, struct error *error)
{
	if (model_folder_start(folder, error))
		return -1;
	const char *staging = folder->staging.path;
	if (training_save(training, staging, command_line, notes, error))
		return error_replace_path(error, staging, folder->path);
	int drawn = draw_curves(staging, error);
	if (drawn < 0 && error_replace_path(error, staging, folder->path))
		tool_report(error);
	return model_folder_commit(folder, error) ? -1 : drawn < 0;
}

int main(int argc, char **argv)
{
	struct training_request request = {.architecture = "original",
		.batch_size = 16,
		.learning_rate = 1e-3};
	const char *model = NULL;
	int loss = 0, output = 0, optimizer = OPTIMIZER_ADAM;
	bool quiet = false;
	struct text_list notes = {0};
	const struct option_row rows[] = {
		{'o', "output", OPTION_OUTPUT_MODEL, &model, "MODEL",
			"model folder to write; an existing model is replaced", 0, 0, NULL},
		{0, "validation", OPTION_INPUT, &request.validation, "STREAM",
			"validation set: tensor stream to evaluate on after every epoch", 0, 0,
			NULL},
		{0, "architecture", OPTION_TEXT, &request.architecture, "NAME",
			"architecture: original, or a Keras JSON file", 0, 0, NULL},
		{0, "output-activation", OPTION_CHOICE, &output, "NAME",
			"output activation of the original network", 0, 0, outputs},
		{0, "epochs", OPTION_INTEGER, &request.epochs, "N",
			"number of epochs (0: one per pass, 50 for a single pass)", 0, 1000000,
			NULL},
		{0, "batch-size", OPTION_INTEGER, &request.batch_size, "N",
			"batch size: images per step", 1, 65536, NULL},
		{0, "optimizer", OPTION_CHOICE, &optimizer, "NAME", "optimizer", 0, 0,
			training_optimizer_names},
		{0, "learning-rate", OPTION_REAL, &request.learning_rate, "RATE",
			"learning rate: step size of the optimizer", 1e-12, 1e3, NULL},
		{0, "loss", OPTION_CHOICE, &loss, "NAME",
			"loss function, auto by the output activation", 0, 0, training_loss_names},
		{0, "label-smoothing", OPTION_REAL, &request.label_smoothing, "FACTOR",
			"label smoothing factor: fraction spread over all classes", 0, 0.999, NULL},
		{0, "notes", OPTION_LIST, &notes, "KEY=VALUE",
			"note for the model card; may be repeated", 0, 0, NULL},
		TOOL_SEED(request.seed),
		TOOL_THREADS(request.threads),
		TOOL_QUIET(quiet),
		TOOL_END,
	};
	const struct options options = {"cnn-train", "[FILE...]",
		"Trains a network on tensor streams and writes a model folder.", rows, "-o MODEL"};
	tool_set_kernels(kernels_versions());
	int first = tool_start(&options, argc, argv);
	struct error error;
	if (!model)
		tool_usage("--output", "is missing");
	tool_allow(strcmp(request.architecture, "original") == 0, "output-activation",
		"goes with --architecture original");
	if (training_check_notes(&notes, &error))
		tool_usage(error.object, "%s", error.reason);
	char *const *inputs = first < argc ? argv + first : standard_input;
	int count = first < argc ? argc - first : 1;
	tool_check_files(inputs, count, TOOL_WHOLE_FOLDERS);
	request.inputs = (const char *const *)inputs;
	request.input_count = (size_t)count;
	request.loss = LOSS_AUTO + loss;
	request.optimizer = (enum optimizer)optimizer;
	request.output = output ? ACTIVATION_SOFTMAX : ACTIVATION_SIGMOID;
	struct progress progress = tool_progress(quiet);
	request.progress = &progress;
	tool_warn_of_kernels();

	struct model_folder folder;
	struct training training;
	if (model_folder_open(&folder, model, &error))
		return tool_error(&error);
	char *command_line = options_command_line(argc, argv);
	int result = training_open(&training, &request, &error);
	for (size_t i = 0; result == 0 && i < training.remarks.notes.count && !quiet; i++)
		tool_say(request.architecture, "%s", training.remarks.notes.items[i]);
	if (result == 0 && training.head.is_assumed && !quiet)
		tool_say(request.architecture, OUTPUT_ASSUMED_TEXT,
			output_activation_names[training.head.appended], "loss");
	result = result || training_run(&training, &error)
		? -1
		: save(&training, &folder, command_line ? command_line : "", &notes, &error);
	if (result < 0)
		tool_error(&error);
	else if (training.repeated_epochs && !quiet)
		tool_say(samples_name(training.samples),
			"has %zu passes; %d epochs reused one of them",
			samples_passes(training.samples), training.repeated_epochs);

	training_close(&training);
	model_folder_abandon(&folder);
	text_list_free(&notes);
	free(command_line);
	return tool_finish(result ? EXIT_FAILED : EXIT_DONE);
}
