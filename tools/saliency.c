/* saliency: where a model looks, as pictures. */
#include "base/file.h"
#include "base/names.h"
#include "base/progress.h"
#include "common/tool.h"
#include "explain/chart.h"
#include "explain/explain.h"
#include "model/model.h"

#include <string.h>

static const char *model_folder, *output_folder = ".", *class_name, *layer_name, *filter_number, *chart_path;
static int method = SALIENCY_GRADIENT, colormap = -1, threads;
static bool map, strip, feature_maps, strict, quiet;
static struct saliency_options saliency = {.samples = 25, .noise = 0.15};

static const struct option_row rows[] = {
	{'m', "model", OPTION_TEXT, &model_folder, "MODEL", "model folder", 0, 0, NULL},
	{'o', "output", OPTION_TEXT, &output_folder, "DIR", "folder for the pictures", 0, 0, NULL},
	{0, "chart", OPTION_TEXT, &chart_path, "FILE", "draw the network's flow chart as a PNG file", 0, 0, NULL},
	{0, NULL, OPTION_TITLE, NULL, NULL, "What is explained", 0, 0, NULL},
	{0, "class", OPTION_TEXT, &class_name, "CLASS", "this class, by name or index, instead of the predicted one", 0, 0, NULL},
	{0, "layer", OPTION_TEXT, &layer_name, "NAME", "layer to look at, by name or index", 0, 0, NULL},
	{0, "filter", OPTION_TEXT, &filter_number, "N", "explain filter N of that layer instead of a class", 0, 0, NULL},
	{0, NULL, OPTION_TITLE, NULL, NULL, "How", 0, 0, NULL},
	{0, "method", OPTION_CHOICE, &method, "NAME", "how much a place matters", 0, 0, saliency_method_names},
	{0, "samples", OPTION_INTEGER, &saliency.samples, "N", "samples of smoothgrad, steps of integrated-gradients", 1, 100000, NULL},
	{0, "noise", OPTION_REAL, &saliency.noise, "F", "noise of smoothgrad, as part of the range of values", 0, 10, NULL},
	{0, "colormap", OPTION_CHOICE, &colormap, "NAME", "colours (default jet; viridis for feature maps)", 0, 0, colormap_names},
	{0, NULL, OPTION_TITLE, NULL, NULL, "What is drawn (an overlay if nothing is said)", 0, 0, NULL},
	{0, "map", OPTION_FLAG, &map, NULL, "the map by itself too, at the network's size", 0, 0, NULL},
	{0, "strip", OPTION_FLAG, &strip, NULL, "picture, map and a map per convolution block side by side", 0, 0, NULL},
	{0, "feature-maps", OPTION_FLAG, &feature_maps, NULL, "what every filter of the layer gives, as a grid", 0, 0, NULL},
	{0, NULL, OPTION_TITLE, NULL, NULL, "General", 0, 0, NULL},
	TOOL_SEED(saliency.seed),
	TOOL_THREADS(threads),
	TOOL_STRICT(strict),
	TOOL_QUIET(quiet),
	TOOL_END,
};

static const struct options options = {"saliency", "[IMAGE...]",
	"Shows which places of a picture a model's answer rests on.", rows};

static void check_usage(void)
{
	if (!model_folder)
		tool_usage("--model", "is missing");
	if (strip && feature_maps)
		tool_usage("--strip", "and --feature-maps are two runs");
	if (map && (strip || feature_maps))
		tool_usage("--map", "goes with overlays");
	if (!filter_number)
		return;
	if (class_name || strip || feature_maps)
		tool_usage("--filter", "does not go with --class, --strip or --feature-maps");
	if (!layer_name || saliency_needs_layer((enum saliency_method)method))
		tool_usage("--filter", "takes --layer and a method that looks at the input");
}

/* Index of `text` among names, or as a number below `count`; or -1 with an error that begins with `kind`. */
static int find_index(const char *text, int named, int count, const char *kind, struct error *error)
{
	int64_t number;
	if (named >= 0)
		return named;
	if (text_to_integer(text, &number) && number >= 0 && number < count)
		return (int)number;
	return error_set(error, model_folder, "has no %s '%s'", kind, text);
}

static int find_layer(const struct architecture *architecture)
{
	for (int i = 0; i < architecture->layer_count; i++)
		if (strcmp(architecture->layers[i].name, layer_name) == 0)
			return i;
	return -1;
}

/* The layer that --layer names, else the method's usual one. */
static int choose_layer(struct explain_plan *plan, bool needed, struct error *error)
{
	const struct architecture *architecture = network_architecture(plan->network);
	int layer = saliency_usual_layer(plan->network, plan->options.method);
	if (layer_name)
		layer = find_index(layer_name, find_layer(architecture), architecture->layer_count, "layer", error);
	if (layer_name && layer < 0)
		return -1;
	if (needed && layer < 0)
		return error_set(error, model_folder, "has no convolution");
	if (needed && !filter_number && !saliency_has_places(architecture, layer))
		return error_set(error, model_folder, "layer %s has no places left", architecture->layers[layer].name);
	plan->options.layer = layer;
	return 0;
}

static int choose_target(struct explain_plan *plan, const struct model *model, struct error *error)
{
	int layers = model->architecture.layer_count, outputs = network_outputs(plan->network);
	plan->target = (struct saliency_target){layers, EXPLAIN_PREDICTED};
	if (class_name)
		plan->target.unit = find_index(class_name, text_list_find(&model->labels, class_name), outputs, "class", error);
	else if (filter_number) {
		plan->target.layer = plan->options.layer;
		plan->target.unit = find_index(filter_number, -1, network_shapes(plan->network)[plan->target.layer].channels,
			"filter", error);
	} else
		return 0;
	return plan->target.unit < 0 ? -1 : 0;
}

static int make_plan(struct explain_plan *plan, const struct model *model, struct error *error)
{
	*plan = (struct explain_plan){.network = model->network, .labels = &model->labels, .options = saliency,
		.folder = output_folder, .map = map, .strip = strip, .features = -1};
	plan->options.method = (enum saliency_method)method;
	if (colormap < 0)
		colormap = feature_maps ? COLORMAP_VIRIDIS : COLORMAP_JET;
	colormap_make(&plan->colormap, (enum colormap_kind)colormap);
	bool needs_layer = feature_maps || layer_name || saliency_needs_layer(plan->options.method);
	if (picture_settings_read(&plan->settings, model->card, error) || choose_layer(plan, needs_layer, error) ||
		choose_target(plan, model, error))
		return -1;
	if (feature_maps)
		plan->features = plan->options.layer;
	return 0;
}

/* Explains all pictures. Returns the exit status. */
static int explain_all(struct explain_plan *plan, char *const *paths, const struct text_list *names)
{
	struct progress progress = tool_progress(quiet);
	struct error error;
	char subject[EXPLAIN_SUBJECT_SIZE];
	size_t failed = 0, i;
	progress_start(&progress, "", "pictures", names->count);
	for (i = 0; i < names->count && !(strict && failed); i++) {
		int result = explain_picture(plan, paths[i], names->items[i], subject, &error);
		if (result)
			progress_clear(&progress);
		if (result < 0) {
			failed++;
			tool_error(&error);
		} else if (result > 0)
			tool_say(paths[i], "no positive evidence for %s", subject);
		progress_update(&progress, i + 1, "");
	}
	progress_finish(&progress, i, "");
	if (failed && names->count > 1 && !strict)
		tool_say("pictures", "%zu of %zu failed", failed, names->count);
	return failed ? EXIT_FAILED : EXIT_DONE;
}

int main(int argc, char **argv)
{
	static char *standard_input[] = {"-"};
	struct error error;
	struct parallel *pool = NULL;
	struct model model = {0};
	struct explain_plan plan;
	struct text_list names = {0};

	int first = tool_start(&options, argc, argv), status = EXIT_DONE;
	check_usage();
	char **paths = first < argc ? argv + first : standard_input;
	size_t count = first < argc ? (size_t)(argc - first) : chart_path ? 0 : 1;

	if (parallel_create(&pool, threads, &error) || model_load(&model, model_folder, NETWORK_EXPLAIN, 1, pool, &error) ||
		make_plan(&plan, &model, &error) || names_of_results(&names, paths, count, &error) ||
		(count && file_make_folder(output_folder, &error)))
		status = tool_error(&error);

	if (status == EXIT_DONE && chart_path && chart_write_png(&model.architecture, &model.labels, chart_path, &error))
		status = tool_error(&error);
	if (status == EXIT_DONE && count)
		status = explain_all(&plan, paths, &names);

	text_list_free(&names);
	model_free(&model);
	parallel_destroy(pool);
	return tool_finish(status);
}
