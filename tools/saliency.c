/* saliency: saliency maps of a model for pictures. */
#include "base/file.h"
#include "common/files.h"
#include "common/input.h"
#include "common/sandbox.h"
#include "common/tool.h"
#include "dataset/operands.h"
#include "explain/chart.h"
#include "explain/choose.h"
#include "model/model.h"
#include "kernels/kernels.h"
#include "predict/result_names.h"

#include <string.h>
#include <unistd.h>

static const char *model_path, *labels, *output_folder = ".", *class_name, *layer_name,
					*filter_number, *chart_path;
static int method = SALIENCY_GRADIENT, colormap = -1, output, threads;
static bool map, strip, feature_maps, strict, quiet, no_sandbox;
static struct option_size picture_size;
static struct tool_input input = TOOL_INPUT_DEFAULT;
static struct saliency_options saliency = {.samples = 25, .noise = 0.15};

static const struct option_row rows[] = {
	TOOL_MODEL(model_path),
	TOOL_LABELS(labels),
	{'o', "output", OPTION_OUTPUT_FOLDER, &output_folder, "DIR", "folder for the pictures", 0,
		0, NULL},
	{0, "chart", OPTION_OUTPUT, &chart_path, "FILE",
		"draw the network's flow chart as a PNG file", 0, 0, NULL},
	{0, NULL, OPTION_TITLE, NULL, NULL, "Target", 0, 0, NULL},
	{0, "class", OPTION_TEXT, &class_name, "CLASS",
		"class to explain, by name or index, instead of the predicted one", 0, 0, NULL},
	{0, "layer", OPTION_TEXT, &layer_name, "NAME", "layer to explain at, by name or index", 0,
		0, NULL},
	{0, "filter", OPTION_TEXT, &filter_number, "N",
		"filter of that layer to explain instead of a class", 0, 0, NULL},
	{0, NULL, OPTION_TITLE, NULL, NULL, "Method", 0, 0, NULL},
	{0, "method", OPTION_CHOICE, &method, "NAME", "saliency method", 0, 0,
		saliency_method_names},
	{0, "samples", OPTION_INTEGER, &saliency.samples, "N",
		"samples of smoothgrad, steps of integrated-gradients", 1, 100000, NULL},
	{0, "noise", OPTION_REAL, &saliency.noise, "F",
		"noise of smoothgrad: standard deviation as fraction of value range", 0, 10, NULL},
	{0, "colormap", OPTION_CHOICE, &colormap, "NAME",
		"colormap (default jet; viridis for feature maps)", 0, 0, colormap_names},
	{0, NULL, OPTION_TITLE, NULL, NULL, "Output (default: an overlay)", 0, 0, NULL},
	{0, "map", OPTION_FLAG, &map, NULL,
		"also the map without the picture, at the network's input size", 0, 0, NULL},
	{0, "strip", OPTION_FLAG, &strip, NULL,
		"picture, overlay and an overlay per convolution block side by side", 0, 0, NULL},
	{0, "feature-maps", OPTION_FLAG, &feature_maps, NULL,
		"feature maps of all filters of the layer, as a grid", 0, 0, NULL},
	{0, NULL, OPTION_TITLE, NULL, NULL, "General", 0, 0, NULL},
	TOOL_PICTURE_SIZE(picture_size),
	TOOL_OUTPUT_ACTIVATION(output),
	TOOL_INPUT(input),
	TOOL_SEED(saliency.seed),
	TOOL_THREADS(threads),
	TOOL_STRICT(strict),
	TOOL_QUIET(quiet),
	TOOL_NO_SANDBOX(no_sandbox),
	TOOL_END,
};

static const struct options options = {"saliency", "[IMAGE | FOLDER]...",
	"Draws saliency maps: which parts of a picture a prediction depends on.", rows, "-m MODEL"};

static bool averages_samples(enum saliency_average average)
{
	return average != AVERAGE_NOTHING;
}

static bool averages_noise(enum saliency_average average)
{
	return average == AVERAGE_NOISE;
}

/* "goes with --method A or B": those whose average it is. */
static void list_methods(char *out, size_t size, bool (*is_one)(enum saliency_average average))
{
	size_t used = 0;
	for (int i = 0; i < SALIENCY_METHOD_COUNT && used < size; i++)
		if (is_one(saliency_average((enum saliency_method)i)))
			used += (size_t)snprintf(out + used, size - used, "%s%s",
				used ? " or " : "goes with --method ", saliency_method_names[i]);
}

static void check_usage(void)
{
	if (!model_path)
		tool_usage("--model", "is missing");
	if (strip && feature_maps)
		tool_usage("--strip", "does not go with --feature-maps");
	if (map && (strip || feature_maps))
		tool_usage("--map", "does not go with --strip or --feature-maps");
	bool by_layer = saliency_needs_layer((enum saliency_method)method);
	enum saliency_average average = saliency_average((enum saliency_method)method);
	char samples_reason[256], noise_reason[256];
	static const char *const of_methods[] = {"class", "method", "samples", "noise"};
	for (size_t i = 0; i < sizeof of_methods / sizeof *of_methods; i++)
		tool_allow(!feature_maps, of_methods[i], "does not go with --feature-maps");
	tool_allow(by_layer || feature_maps || filter_number, "layer",
		"goes with --filter, --feature-maps, or a method that explains at a layer");
	list_methods(samples_reason, sizeof samples_reason, averages_samples);
	list_methods(noise_reason, sizeof noise_reason, averages_noise);
	tool_allow(averages_samples(average), "samples", samples_reason);
	tool_allow(averages_noise(average), "noise", noise_reason);
	if (!filter_number)
		return;
	if (class_name || strip || feature_maps)
		tool_usage("--filter", "does not go with --class, --strip or --feature-maps");
	if (!layer_name || by_layer)
		tool_usage("--filter", "goes with --layer and a method that explains at the input");
}

static int make_plan(struct explain_plan *plan, const struct model *model,
	const struct input_values *values, struct error *error)
{
	struct explain_choice choice = {model_path, class_name, layer_name, filter_number,
		feature_maps};
	*plan = (struct explain_plan){.network = model->network,
		.labels = &model->labels,
		.temperature = model->temperature,
		.options = saliency,
		.folder = output_folder,
		.map = map,
		.strip = strip};
	plan->options.method = (enum saliency_method)method;
	plan->options.input_values = &plan->settings.values;
	if (colormap < 0)
		colormap = feature_maps ? COLORMAP_VIRIDIS : COLORMAP_JET;
	colormap_make(&plan->colormap, (enum colormap_kind)colormap);
	if (picture_settings_read(&plan->settings, model, values, error))
		return error_within(error, model_path);
	return explain_choose(plan, &choice, error);
}

int main(int argc, char **argv)
{
	static char *standard_input[] = {"-"};
	struct error error;
	struct parallel *pool = NULL;
	struct model model = {0};
	struct explain_plan plan;
	struct text_list paths = {0}, names = {0};

	tool_set_kernels(kernels_versions());
	int first = tool_start(&options, argc, argv);
	check_usage();
	const struct input_values *values = tool_input_values(&input);
	char **operands = first < argc ? argv + first : standard_input;
	size_t count = first < argc ? (size_t)(argc - first) : chart_path ? 0 : 1;
	tool_check_files(operands, (int)count, TOOL_WHOLE_FOLDERS);
	tool_sandbox(no_sandbox);
	bool is_new_folder = !file_exists(output_folder);
	struct progress progress = tool_progress(quiet);
	struct bad_inputs bad = {strict, tool_report, &progress, 0};

	int failed = parallel_create(&pool, threads, &error) ||
		model_load(&model, model_path,
			&(struct model_options){.mode = NETWORK_EXPLAIN,
				.batch = 1,
				.pool = pool,
				.width = picture_size.width,
				.height = picture_size.height,
				.labels = labels,
				.output = (enum output_activation)output},
			&error) ||
		make_plan(&plan, &model, values, &error) ||
		operands_find_files(&paths, operands, count, &bad, &error) ||
		result_names(&names, paths.items, paths.count, &error) ||
		(count && file_make_folder(output_folder, &error));

	if (!failed && !quiet)
		tool_say_all(model_path, &model.assumptions);
	if (!failed && count && !quiet)
		tool_say_of_input(model_path, &plan.settings.values);
	size_t found = paths.count + bad.count;
	/* The chart is drawn last, so that all other output is complete if that fails. */
	failed = failed ||
		(count && explain_pictures(&plan, paths.items, &names, &bad, &progress, &error)) ||
		(chart_path && chart_write_png(&model.graph, &model.labels, chart_path, &error));
	if (failed)
		tool_error(&error);
	else if (bad.count && found > 1)
		tool_say("pictures", "%zu of %zu failed", bad.count, found);

	/* Removes an output folder that was created here if it is empty. */
	if (is_new_folder && (failed || bad.count))
		rmdir(output_folder);
	text_list_free(&paths);
	text_list_free(&names);
	model_free(&model);
	parallel_destroy(pool);
	return tool_finish(failed ? EXIT_FAILED : tool_status(bad.count, found - bad.count));
}
