/* split-dataset: class folders into training, validation and test images. */
#include "base/file.h"
#include "common/tool.h"
#include "dataset/split.h"
#include "dataset/split_place.h"

static double shares[SPLIT_PARTS] = {[SPLIT_VALIDATION] = 0.2};
static int link_kind = SPLIT_HARD;
static uint64_t seed;
static bool quiet, strict;
static const char *manifest_path;

static const struct option_row rows[] = {
	{0, "validation-split", OPTION_REAL, &shares[SPLIT_VALIDATION], "F", "part of each class for validation", 0, 0.9, NULL},
	{0, "test-split", OPTION_REAL, &shares[SPLIT_TEST], "F", "part of each class for a last test", 0, 0.9, NULL},
	{0, "link", OPTION_CHOICE, &link_kind, "KIND", "how files get there", 0, 0, split_link_names},
	{0, "manifest", OPTION_TEXT, &manifest_path, "FILE", "write what went where here too, besides OUT/split.tsv", 0, 0, NULL},
	TOOL_SEED(seed),
	TOOL_QUIET(quiet),
	TOOL_STRICT(strict),
	TOOL_END,
};

static const struct options options = {"split-dataset", "IN OUT",
	"Splits the class folders in IN into OUT/train, OUT/validation and OUT/test.", rows, NULL};

static int write_list(const struct split *split, struct error *error)
{
	struct output output;
	if (!manifest_path)
		return 0;
	if (output_open(&output, manifest_path, error))
		return -1;
	split_write_list(split, output.stream);
	return output_commit(&output, error);
}

static void summarize(const struct split *split, size_t leaked, const char *in, const char *out)
{
	if (split->kept)
		tool_say(in, "is split already: kept as it is");
	if (leaked)
		tool_say(in, "%zu validation and test file%s also in train", leaked, leaked == 1 ? " is" : "s are");
	if (!quiet)
		tool_say(out, "%zu train, %zu validation, %zu test", split_part_count(split, SPLIT_TRAIN),
			split_part_count(split, SPLIT_VALIDATION), split_part_count(split, SPLIT_TEST));
}

int main(int argc, char **argv)
{
	struct error error;
	struct split split = {0};
	size_t leaked = 0;
	struct bad_inputs bad = {.report = tool_report};

	int first = tool_start(&options, argc, argv);
	if (argc - first != 2)
		tool_usage("operands", "give IN and OUT, not %d", argc - first);
	if (shares[SPLIT_VALIDATION] + shares[SPLIT_TEST] >= 1)
		tool_usage("--test-split", "leaves nothing for train beside --validation-split");
	bad.strict = strict;
	const char *in = argv[first], *out = argv[first + 1];

	int failed = split_check_place(in, out, &error) || split_read(&split, in, &bad, &error);

	if (!failed)
		failed = split.kept ? split_leaked(&split, &leaked, &error) : split_assign(&split, shares, seed, &error);
	if (!failed)
		failed = split_place(&split, out, (enum split_link)link_kind, &error) || write_list(&split, &error);
	if (!failed)
		summarize(&split, leaked, in, out);

	int status = failed ? tool_error(&error) : bad.count ? EXIT_FAILED : EXIT_DONE;
	split_free(&split);
	return tool_finish(status);
}
