/* check-dataset: finds bad pictures, label errors and class imbalance in class folders. */
#include "base/file.h"
#include "common/files.h"
#include "common/sandbox.h"
#include "common/tool.h"
#include "dataset/check.h"

static struct check_limits limits = {.minimum_side = 64,
	.maximum_aspect = 3,
	.minimum_brightness = 40,
	.minimum_sharpness = 30};
static int hamming = IMAGE_HASH_HAMMING, threads;
static bool exact, quiet, no_sandbox;
static const char *output_path;

static const struct option_row rows[] = {
	{'o', "output", OPTION_OUTPUT, &output_path, "FILE",
		"write the list here instead of to standard output", 0, 0, NULL},
	{0, NULL, OPTION_TITLE, NULL, NULL, "Thresholds", 0, 0, NULL},
	{0, "min-side", OPTION_INTEGER, &limits.minimum_side, "N",
		"minimum length of the shorter side, in pixels", 1, IMAGE_SIDE_MAXIMUM, NULL},
	{0, "max-aspect", OPTION_REAL, &limits.maximum_aspect, "F",
		"maximum aspect ratio, longer to shorter side", 1, IMAGE_SIDE_MAXIMUM, NULL},
	{0, "min-brightness", OPTION_REAL, &limits.minimum_brightness, "F",
		"minimum brightness: mean luma, 0 to 255", 0, 255, NULL},
	{0, "min-sharpness", OPTION_REAL, &limits.minimum_sharpness, "F",
		"minimum sharpness: variance of the Laplacian", 0, 1e6, NULL},
	{0, "hamming", OPTION_INTEGER, &hamming, "N",
		"maximum Hamming distance between perceptual hashes of look-alikes", 0,
		IMAGE_HASH_HAMMING_MAXIMUM, NULL},
	{0, "exact", OPTION_FLAG, &exact, NULL,
		"find exact duplicates only: pictures with the same pixels", 0, 0, NULL},
	{0, NULL, OPTION_TITLE, NULL, NULL, "General", 0, 0, NULL},
	TOOL_THREADS(threads),
	TOOL_QUIET(quiet),
	TOOL_NO_SANDBOX(no_sandbox),
	TOOL_END,
};

static const struct options options = {"check-dataset", "DIR",
	"Checks the pictures in the class folders in DIR, or in its train, validation and test.",
	rows, NULL};

/* Prints nothing: a file that can't be decoded is listed as a finding. */
static void ignore_report(const struct error *error)
{
	(void)error;
}

static void summarize(const struct dataset_check *check, const char *folder)
{
	for (int kind = 0; kind < CHECK_KINDS; kind++) {
		size_t count = dataset_check_count(check, (enum check_kind)kind);
		if (count)
			tool_say(folder, "%zu %s", count, check_kind_names[kind]);
	}
	if (check->unbalanced)
		tool_say(folder, "%zu of %zu classes unbalanced", check->unbalanced,
			check->split->classes.count);
}

static int write_list(const struct dataset_check *check, struct error *error)
{
	struct output output;
	if (output_open(&output, output_path, error))
		return -1;
	dataset_check_write(check, output.stream);
	return output_commit(&output, error);
}

int main(int argc, char **argv)
{
	struct error error;
	struct split split = {0};
	struct dataset_check check = {0};
	struct parallel *pool = NULL;

	int first = tool_start(&options, argc, argv);
	if (argc - first != 1)
		tool_usage("operand", "give one folder");
	tool_allow(!exact, "hamming", "does not go with --exact");
	tool_check_files(argv + first, 1, TOOL_CLASS_FOLDERS);
	tool_sandbox(no_sandbox);
	struct progress progress = tool_progress(quiet);
	struct bad_inputs bad = {false, ignore_report, &progress, 0};

	int failed = parallel_create(&pool, threads, &error);
	struct split_read_options reading = {.pool = pool,
		.progress = &progress,
		.bad = &bad,
		.with_properties = true};
	failed = failed || split_read(&split, argv[first], &reading, &error);

	failed = failed || split_group(&split, exact ? -1 : hamming, &error) ||
		dataset_check_run(&check, &split, &limits, &error) || write_list(&check, &error);
	if (!failed && !quiet)
		summarize(&check, argv[first]);

	if (failed)
		tool_end_closed_pipe();
	int status = failed                       ? tool_error(&error)
		: check.count || check.unbalanced ? EXIT_BAD_INPUTS
						  : EXIT_DONE;
	dataset_check_free(&check);
	split_free(&split);
	parallel_destroy(pool);
	return tool_finish(status);
}
