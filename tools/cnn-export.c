/* cnn-export: exports a model folder as an ONNX file. */
#include "common/files.h"
#include "common/tool.h"

#include "model/onnx.h"

int main(int argc, char **argv)
{
	const char *path = NULL, *labels = NULL, *output = NULL;
	struct option_size size = {0};
	int activation = OUTPUT_AUTO;
	bool quiet = false;
	const struct option_row rows[] = {
		TOOL_MODEL(path),
		TOOL_LABELS(labels),
		{'o', "output", OPTION_OUTPUT, &output, "FILE",
			"ONNX file to write, standard output by default or for -", 0, 0, NULL},
		TOOL_PICTURE_SIZE(size),
		TOOL_OUTPUT_ACTIVATION(activation),
		TOOL_QUIET(quiet),
		TOOL_END,
	};
	const struct options options = {"cnn-export", "", "Exports a model as ONNX.", rows,
		"-m MODEL"};
	int first = tool_start(&options, argc, argv);
	if (first < argc)
		tool_usage(argv[first], "takes no operands; name the model with -m");
	if (!path)
		tool_usage("--model", "is missing");
	tool_check_files(NULL, 0, TOOL_WHOLE_FOLDERS);
	tool_refuse_terminal(output);

	struct error error;
	struct model model;
	const struct model_options how = {.mode = NETWORK_PREDICT,
		.batch = 1,
		.width = size.width,
		.height = size.height,
		.labels = labels,
		.output = (enum output_activation)activation};
	if (model_load(&model, path, &how, &error))
		return tool_error(&error);
	if (!quiet)
		tool_say_all(path, &model.assumptions);
	int status = EXIT_DONE;
	if (onnx_write(model.network, &model.labels, output ? output : "-", &error))
		status = tool_error(&error);
	model_free(&model);
	return tool_finish(status);
}
