/* check-dataset: what is wrong with pictures in class folders. */
#include "base/file.h"
#include "common/files.h"
#include "common/sandbox.h"
#include "common/tool.h"
#include "dataset/check.h"

static struct check_limits limits = {.side = 64, .aspect = 3, .brightness = 40, .sharpness = 30};
static int hamming = IMAGE_HASH_HAMMING, threads;
static bool exact, quiet, no_sandbox;
static const char *output_path;

static const struct option_row rows[] = {
	{'o', "output", OPTION_OUTPUT, &output_path, "FILE", "write the list here instead of to standard output", 0, 0, NULL},
	{0, NULL, OPTION_TITLE, NULL, NULL, "What is wrong", 0, 0, NULL},
	{0, "min-side", OPTION_INTEGER, &limits.side, "N", "pixels that the shorter side has at least", 1, IMAGE_SIDE_MAXIMUM, NULL},
	{0, "max-aspect", OPTION_REAL, &limits.aspect, "F", "how many times as long the longer side is at most", 1, IMAGE_SIDE_MAXIMUM, NULL},
	{0, "min-brightness", OPTION_REAL, &limits.brightness, "F", "mean luma of a picture that is not dark", 0, 255, NULL},
	{0, "min-sharpness", OPTION_REAL, &limits.sharpness, "F", "variance of the Laplacian of one that is not blurred", 0, 1e6, NULL},
	{0, "hamming", OPTION_INTEGER, &hamming, "N", "bits that perceptual hashes of one picture may differ in", 0, IMAGE_HASH_HAMMING_MAXIMUM, NULL},
	{0, "exact", OPTION_FLAG, &exact, NULL, "only the same pixels are the same picture", 0, 0, NULL},
	{0, NULL, OPTION_TITLE, NULL, NULL, "General", 0, 0, NULL},
	TOOL_THREADS(threads),
	TOOL_QUIET(quiet),
	TOOL_NO_SANDBOX(no_sandbox),
	TOOL_END,
};

static const struct options options = {"check-dataset", "DIR",
	"Lists what is wrong with the pictures in the class folders in DIR, or in its train, validation and test.", rows, NULL};

/* What can't be decoded is a finding as others are. */
static void leave_to_list(const struct error *error)
{
	(void)error;
}

static void summarize(const struct check *check, const char *folder)
{
	for (int kind = 0; kind < CHECK_KINDS; kind++) {
		size_t count = check_count(check, (enum check_kind)kind);
		if (count)
			tool_say(folder, "%zu %s", count, check_kind_names[kind]);
	}
	if (check->unbalanced)
		tool_say(folder, "%zu of %zu classes out of balance", check->unbalanced, check->split->classes.count);
}

static int write_list(const struct check *check, struct error *error)
{
	struct output output;
	if (output_open(&output, output_path, error))
		return -1;
	check_write(check, output.stream);
	return output_commit(&output, error);
}

int main(int argc, char **argv)
{
	struct error error;
	struct split split = {0};
	struct check check = {0};
	struct parallel *pool = NULL;

	int first = tool_start(&options, argc, argv);
	if (argc - first != 1)
		tool_usage("operand", "name one folder");
	tool_allow(!exact, "hamming", "does not go with --exact");
	tool_check_files(argv + first, 1, TOOL_CLASS_FOLDERS);
	tool_sandbox(no_sandbox);
	struct progress progress = tool_progress(quiet);
	struct bad_inputs bad = {false, leave_to_list, &progress, 0};

	int failed = parallel_create(&pool, threads, &error);
	struct split_reading reading = {.pool = pool, .progress = &progress, .bad = &bad, .facts = true};
	failed = failed || split_read(&split, argv[first], &reading, &error);

	failed = failed || split_group(&split, exact ? -1 : hamming, &error) ||
		check_make(&check, &split, &limits, &error) || write_list(&check, &error);
	if (!failed && !quiet)
		summarize(&check, argv[first]);

	if (failed)
		tool_end_unread();
	int status = failed ? tool_error(&error) : check.count || check.unbalanced ? EXIT_BAD_INPUTS : EXIT_DONE;
	check_free(&check);
	split_free(&split);
	parallel_destroy(pool);
	return tool_finish(status);
}
