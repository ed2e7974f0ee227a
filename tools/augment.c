/* augment: random variation of the images of a tensor stream, pass after pass. */
#include "augment/passes.h"
#include "base/file.h"
#include "common/tool.h"

#include <string.h>

static struct augment_plan plan = {.passes = 1};
static int preset = AUGMENT_PRESET_NONE, threads;
static bool quiet;
static const char *output_path;

#define RANGE(name, field, argument, most, help) \
	{0, name, OPTION_REAL, &plan.options.field, argument, help, 0, most, NULL}

static const struct option_row rows[] = {
	{'o', "output", OPTION_TEXT, &output_path, "FILE", "write here instead of standard output", 0, 0, NULL},
	{0, "passes", OPTION_INTEGER, &plan.passes, "N", "times that all images are given out", 1, 1000000, NULL},
	{0, "preset", OPTION_CHOICE, &preset, "NAME", "operations to begin with", 0, 0, augment_preset_names},
	{0, "rescale", OPTION_FLAG, &plan.rescale, NULL, "give out floats from 0 to 1", 0, 0, NULL},
	{0, NULL, OPTION_TITLE, NULL, NULL, "Operations (0: off)", 0, 0, NULL},
	RANGE("rotate", rotate, "DEGREES", 180, "turn by up to this, either way"),
	RANGE("shear", shear, "DEGREES", 80, "shear by up to this, either way"),
	RANGE("zoom", zoom, "F", 0.95, "stretch each axis by a factor from 1 - F to 1 + F"),
	RANGE("shift-x", shift_x, "F", 1, "move by up to this part of the width, either way"),
	RANGE("shift-y", shift_y, "F", 1, "move by up to this part of the height, either way"),
	RANGE("crop", crop, "F", 1, "enlarge a random part, from F of the area to all of it"),
	RANGE("horizontal-flip", horizontal_flip, "P", 1, "mirror left to right with probability P"),
	RANGE("vertical-flip", vertical_flip, "P", 1, "mirror top to bottom with probability P"),
	RANGE("brightness", brightness, "F", 1, "multiply by a factor from 1 - F to 1 + F"),
	RANGE("contrast", contrast, "F", 1, "likewise the distance from the mean"),
	RANGE("saturation", saturation, "F", 1, "likewise the distance from grey"),
	RANGE("hue", hue, "DEGREES", 180, "turn the hue by up to this, either way"),
	RANGE("erase", erase, "P", 1, "cover a random rectangle with probability P"),
	{0, "fill", OPTION_CHOICE, &plan.options.fill, "NAME", "what lies beyond the edges", 0, 0, augment_fill_names},
	RANGE("fill-value", fill_value, "F", 1, "for --fill constant, from 0 (black) to 1 (white)"),
	{0, NULL, OPTION_TITLE, NULL, NULL, "General", 0, 0, NULL},
	TOOL_SEED(plan.seed),
	TOOL_THREADS(threads),
	TOOL_QUIET(quiet),
	TOOL_END,
};

static const struct options options = {"augment", "[FILE...]",
	"Varies the images of tensor streams at random, anew in every pass.", rows, NULL};

/* Parses twice: the preset's values become the defaults that single operations change, in whatever order. */
static int read_options(int argc, char **argv)
{
	struct error error;
	int first = tool_start(&options, argc, argv);
	plan.options = augment_preset((enum augment_preset)preset);
	if (options_parse(&options, argc, argv, &first, &error) < 0)
		tool_usage(error.object, "%s", error.reason);
	return first;
}

int main(int argc, char **argv)
{
	static char *standard_input[] = {"-"};
	struct error error;
	struct source *source = NULL;
	struct parallel *pool = NULL;
	struct output output;

	int first = read_options(argc, argv);
	bool operands = first < argc, to_file = output_path && strcmp(output_path, "-") != 0;
	tool_refuse_terminal(output_path);

	bool failed = source_open(&source, operands ? argv + first : standard_input, operands ? argc - first : 1,
		plan.passes > 1, &error) || parallel_create(&pool, threads, &error)
		|| output_open(&output, output_path, &error);

	if (!failed) {
		/* In a pipe the bar belongs to the last tool. */
		struct progress progress = tool_progress(quiet || !to_file);
		failed = augment_passes(&plan, source, output.stream, to_file ? output_path : "standard output", pool,
			&progress, &error);
		if (failed)
			output_abandon(&output);
		else
			failed = output_commit(&output, &error);
	}

	source_close(source);
	parallel_destroy(pool);
	return tool_finish(failed ? tool_error(&error) : EXIT_DONE);
}
