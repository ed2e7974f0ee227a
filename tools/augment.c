/* augment: random data augmentation of the images of tensor streams. */
#include "kernels/pixel_kernels.h"
#include "augment/operations.h"
#include "augment/passes.h"
#include "augment/preview.h"
#include "base/file.h"
#include "common/files.h"
#include "common/tool.h"
#include "explain/tile_rows.h"

#include <stdlib.h>
#include <string.h>

static struct augment_plan plan = {.passes = 1};
static struct augment_options chosen;
static int preset = AUGMENT_PRESET_NONE, threads;
static bool quiet;
static const char *output_path, *record_path, *replay_path, *preview_path,
	*settings[AUGMENT_OPERATIONS_MAXIMUM];

static const struct option_row first_rows[] = {
	{'o', "output", OPTION_OUTPUT, &output_path, "FILE",
		"write here instead of standard output", 0, 0, NULL},
	{0, "passes", OPTION_INTEGER, &plan.passes, "N", "number of passes (epochs)", 1, 1000000,
		NULL},
	{0, "preset", OPTION_CHOICE, &preset, "NAME", "preset of operations, which others override",
		0, 0, augment_preset_names},
	{0, "record", OPTION_OUTPUT, &record_path, "FILE",
		"log the operations on each image, as JSON lines", 0, 0, NULL},
	{0, "replay", OPTION_INPUT, &replay_path, "FILE", "apply the operations of such a log", 0,
		0, NULL},
	{0, "preview", OPTION_OUTPUT, &preview_path, "FILE",
		"write some images and their augmentations as PNG instead", 0, 0, NULL},
	{0, "rescale", OPTION_FLAG, &plan.rescale, NULL, "rescale values to floats from 0 to 1", 0,
		0, NULL},
	{0, "fill", OPTION_CHOICE, &chosen.fill, "NAME", "padding beyond the edges", 0, 0,
		augment_fill_names},
	{0, "fill-value", OPTION_REAL, &chosen.fill_value, "F",
		"value of --fill constant, 0 (black) to 1 (white)", 0, 1, NULL},
	{0, "interpolation", OPTION_CHOICE, &chosen.interpolation, "NAME", "interpolation method",
		0, 0, augment_interpolation_names},
	{0, NULL, OPTION_TITLE, NULL, NULL,
		"Operations (largest amount, 0 is off; 15:0.5 has probability 0.5; "
		"P is a probability)",
		0, 0, NULL},
};
static const struct option_row last_rows[] = {
	{0, "crop-ratio", OPTION_REAL, &chosen.crop_ratio, "F",
		"random-resized-crop: largest change of aspect ratio", 1, 10, NULL},
	{0, NULL, OPTION_TITLE, NULL, NULL, "Automatic augmentation", 0, 0, NULL},
	{0, "policy", OPTION_CHOICE, &chosen.policy, "NAME", "augmentation policy", 0, 0,
		augment_policy_names},
	{0, "policy-operations", OPTION_INTEGER, &chosen.policy_operations, "N",
		"randaugment: operations per image", 1, AUGMENT_POLICY_OPERATIONS_MAXIMUM, NULL},
	{0, "policy-magnitude", OPTION_INTEGER, &chosen.policy_magnitude, "N",
		"randaugment: magnitude of the operations", 0, AUGMENT_MAGNITUDE_MAXIMUM, NULL},
	{0, NULL, OPTION_TITLE, NULL, NULL, "General", 0, 0, NULL},
	TOOL_SEED(plan.seed),
	TOOL_THREADS(threads),
	TOOL_QUIET(quiet),
	TOOL_END,
};
enum {
	FIRST = sizeof first_rows / sizeof *first_rows,
	LAST = sizeof last_rows / sizeof *last_rows
};
static struct option_row rows[FIRST + AUGMENT_OPERATIONS_MAXIMUM + LAST];

static const struct options options = {"augment", "[FILE...]",
	"Random data augmentation of tensor streams, different in every pass.", rows, NULL};

static bool names_standard_output(const char *path)
{
	return !path || strcmp(path, "-") == 0;
}

/* Inserts an option per operation between the others. */
static void build_rows(void)
{
	memcpy(rows, first_rows, sizeof first_rows);
	struct option_row *row = rows + FIRST;
	for (int i = 0; i < augment_operations_count; i++) {
		const struct augment_operation *operation = &augment_operations[i];
		*row++ = (struct option_row){0, operation->name, OPTION_TEXT, &settings[i],
			operation->argument ? operation->argument : "P", operation->help, 0, 0,
			NULL};
	}
	memcpy(row, last_rows, sizeof last_rows);
}

/* Refuses options that have no effect or contradict each other. */
static void check_given(void)
{
	static const char *const replayed[] = {"preset", "fill", "fill-value", "interpolation",
		"crop-ratio", "policy", "policy-operations", "policy-magnitude"};
	static const char *const by_log = "does not go with --replay, whose log determines it";
	for (size_t i = 0; i < sizeof replayed / sizeof *replayed; i++)
		tool_allow(!replay_path, replayed[i], by_log);
	for (int i = 0; i < augment_operations_count; i++)
		tool_allow(!replay_path, augment_operations[i].name, by_log);
	bool moves = augment_has_geometry(&plan.options);
	tool_allow(moves, "fill", "goes with an operation that moves pixels");
	tool_allow(moves, "interpolation", "goes with an operation that moves pixels");
	tool_allow(moves && chosen.fill == AUGMENT_CONSTANT, "fill-value",
		"goes with --fill constant");
	tool_allow(augment_is_enabled(&plan.options, augment_operation_find("random-resized-crop")),
		"crop-ratio", "goes with --random-resized-crop");
	tool_allow(chosen.policy == AUGMENT_RANDAUGMENT, "policy-operations",
		"goes with --policy randaugment");
	tool_allow(chosen.policy == AUGMENT_RANDAUGMENT, "policy-magnitude",
		"goes with --policy randaugment");
	tool_allow(!preview_path, "passes", "does not go with --preview, which shows six");
	tool_allow(!preview_path, "rescale", "does not go with --preview, where it looks the same");
}

static void check_outputs(void)
{
	if (preview_path && (replay_path || record_path || output_path))
		tool_usage("--preview", "writes a picture and no stream: there is no %s beside it",
			replay_path           ? "--replay"
				: record_path ? "--record"
					      : "-o");
	if (record_path && names_standard_output(record_path) && names_standard_output(output_path))
		tool_usage("--record", "needs a file of its own, or -o with one");
}

/* The operations of the preset, overridden by those given. */
static int read_options(int argc, char **argv)
{
	struct error error;
	build_rows();
	chosen = augment_preset(AUGMENT_PRESET_NONE);
	tool_set_kernels(pixel_kernels_versions());
	int first = tool_start(&options, argc, argv);
	plan.options = chosen;
	struct augment_options begin = augment_preset((enum augment_preset)preset);
	memcpy(plan.options.settings, begin.settings, sizeof begin.settings);
	for (int i = 0; i < augment_operations_count; i++)
		if (settings[i] &&
			augment_set(&plan.options, augment_operations[i].name, settings[i], &error))
			tool_usage(error.object, "%s", error.reason);
	check_given();
	check_outputs();
	return first;
}

enum { PREVIEW_ROWS = 6, PREVIEW_COLUMNS = 7 };

static int draw_preview(const struct preview *preview, struct error *error)
{
	struct tile tiles[PREVIEW_ROWS * PREVIEW_COLUMNS];
	struct canvas canvas;
	char heading[64], *detail = augment_describe(&plan.options);
	for (int i = 0; i < preview->rows * preview->columns; i++)
		tiles[i] = (struct tile){&preview->cells[i].image, preview->cells[i].title,
			preview->cells[i].detail};
	snprintf(heading, sizeof heading, "%s, seed %llu",
		preset == AUGMENT_PRESET_NONE ? "augment" : augment_preset_names[preset],
		(unsigned long long)plan.seed);
	int result = tile_rows(&canvas, heading, detail ? detail : "", tiles, preview->rows,
		preview->columns, error);
	free(detail);
	if (result == 0)
		result = canvas_write_png(&canvas, preview_path, error);
	canvas_free(&canvas);
	return result;
}

/* Writes the preview instead of a stream. */
static int show_preview(struct input_streams *inputs, struct error *error)
{
	struct preview preview;
	if (preview_create(&preview, &plan, inputs, PREVIEW_ROWS, PREVIEW_COLUMNS, error))
		return -1;
	int result = draw_preview(&preview, error);
	preview_free(&preview);
	return result;
}

static int open_replay(struct error *error)
{
	return replay_path ? replay_open(&plan.replay, replay_path, &plan.options, error) : 0;
}

static int open_record(struct output *record, struct error *error)
{
	if (record_path && output_open(record, record_path, error))
		return -1;
	plan.log = record_path ? record : NULL;
	return 0;
}

/* Commits both outputs, or neither. */
static int commit(bool failed, struct output *output, struct error *error)
{
	if (failed || output_sync(output, error)) {
		output_abandon(output);
		if (plan.log)
			output_abandon(plan.log);
		return -1;
	}
	if (!plan.log || output_commit(plan.log, error) == 0)
		return output_commit(output, error);
	output_abandon(output);
	return -1;
}

/* Writes the stream and the log. */
static int write_passes(struct input_streams *inputs, struct error *error)
{
	struct parallel *pool = NULL;
	struct output output, record;
	if (open_record(&record, error))
		return -1;
	if (parallel_create(&pool, threads, error) || output_open(&output, output_path, error)) {
		if (plan.log)
			output_abandon(plan.log);
		parallel_destroy(pool);
		return -1;
	}
	/* In a pipe the last tool shows progress. */
	bool to_file = !names_standard_output(output_path);
	struct progress progress = tool_progress(quiet || !to_file);
	int result = augment_passes(&plan, inputs, output.stream,
		to_file ? output_path : "standard output", pool, &progress, error);
	parallel_destroy(pool);
	return commit(result, &output, error);
}

int main(int argc, char **argv)
{
	static char *standard_input[] = {"-"};
	struct error error;
	struct input_streams *streams;

	int first = read_options(argc, argv);
	char **inputs = first < argc ? argv + first : standard_input;
	int count = first < argc ? argc - first : 1;
	tool_check_files(inputs, count, TOOL_WHOLE_FOLDERS);
	if (!preview_path)
		tool_refuse_terminal(output_path);

	bool failed = open_replay(&error) ||
		input_streams_open(&streams, inputs, count,
			preview_path || augment_needs_rewind(&plan), &error);

	if (!failed) {
		failed = preview_path ? show_preview(streams, &error)
				      : write_passes(streams, &error);
		input_streams_close(streams);
	}

	replay_close(plan.replay);
	return tool_finish(failed ? tool_error(&error) : EXIT_DONE);
}
