/* cnn-export: exports a model folder for other programs. */
#include "common/files.h"
#include "common/input.h"
#include "common/tool.h"

#include "export/export.h"
#include "model/model.h"

#include <string.h>

/* The format that was chosen (-1: none was), else that of the output. */
static enum export_format choose_format(int chosen, const char *output)
{
	int format = chosen >= 0 ? chosen : export_format_of(output);
	if (format < 0)
		tool_usage(output, "its ending names no format; see --format");
	if (export_is_several((enum export_format)format) && strcmp(output, "-") == 0)
		tool_usage("--output", "is missing; %s is several files",
			export_format_names[format]);
	if (export_is_several((enum export_format)format) &&
		strcmp(text_base_name(output), "model.json") != 0)
		tool_usage(output, "must be called model.json; its shards lie beside it");
	return (enum export_format)format;
}

int main(int argc, char **argv)
{
	const char *path = NULL, *labels = NULL, *output = NULL;
	struct option_size size = {0};
	struct tool_input input = TOOL_INPUT_DEFAULT;
	int activation = OUTPUT_AUTO, chosen = -1;
	bool quiet = false;
	const struct option_row rows[] = {
		TOOL_MODEL(path),
		TOOL_LABELS(labels),
		{'o', "output", OPTION_OUTPUT, &output, "FILE",
			"file to write, standard output by default or for -; model.json has others "
			"beside it",
			0, 0, NULL},
		{0, "format", OPTION_CHOICE, &chosen, "NAME", "format, by default that of FILE", 0,
			0, export_format_names},
		TOOL_PICTURE_SIZE(size),
		TOOL_OUTPUT_ACTIVATION(activation),
		TOOL_INPUT(input),
		TOOL_QUIET(quiet),
		TOOL_END,
	};
	const struct options options = {"cnn-export", "",
		"Exports a model as ONNX, or for Keras or TensorFlow.js, or as safetensors.", rows,
		"-m MODEL"};
	int first = tool_start(&options, argc, argv);
	if (first < argc)
		tool_usage(argv[first], "takes no operands; name the model with -m");
	if (!path)
		tool_usage("--model", "is missing");
	output = output ? output : "-";
	tool_check_files(NULL, 0, TOOL_WHOLE_FOLDERS);
	enum export_format format = choose_format(chosen, output);
	const struct input_values *values = tool_input_values(&input);
	tool_refuse_terminal(output);

	struct error error;
	struct model model;
	struct picture_settings settings;
	const struct model_options how = {.mode = NETWORK_PREDICT,
		.batch = 1,
		.width = size.width,
		.height = size.height,
		.labels = labels,
		.output = (enum output_activation)activation};
	if (model_load(&model, path, &how, &error))
		return tool_error(&error);
	int status = EXIT_DONE;
	struct export_model exported = {model.network, &model.labels, &settings};
	if (picture_settings_read(&settings, &model, values, &error)) {
		error_within(&error, path);
		status = tool_error(&error);
	} else if (export_write(&exported, format, output, &error)) {
		status = tool_error(&error);
	} else if (!quiet) {
		tool_say_all(path, &model.assumptions);
		tool_say_of_input(path, &settings.values);
	}
	model_free(&model);
	return tool_finish(status);
}
