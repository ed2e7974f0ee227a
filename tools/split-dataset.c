/* split-dataset: splits class folders into training, validation and test sets, or with_audit a
 * split for data leaks. */
#include "base/file.h"
#include "common/files.h"
#include "common/sandbox.h"
#include "common/tool.h"
#include "dataset/audit.h"
#include "dataset/split_conflicts.h"
#include "dataset/split_output.h"

enum { CONFLICTS_KEEP, CONFLICTS_DROP };
enum { CONFLICTS_REPORTED = 10 }; /* with a line each */

static const char *const conflicts_names[] = {"keep", "drop", NULL};

static double fractions[SPLIT_PARTS] = {[SPLIT_VALIDATION] = 0.2};
static int link_kind = SPLIT_HARD, folds, hamming = IMAGE_HASH_HAMMING,
	   conflicts_kind = CONFLICTS_KEEP, threads;
static uint64_t seed;
static bool with_audit, exact, quiet, strict, no_sandbox;
static const char *manifest_path;

static const struct option_row rows[] = {
	{0, "validation-split", OPTION_REAL, &fractions[SPLIT_VALIDATION], "F",
		"validation set: fraction of each class", 0, 0.9, NULL},
	{0, "test-split", OPTION_REAL, &fractions[SPLIT_TEST], "F",
		"test set: fraction of each class", 0, 0.9, NULL},
	{0, "folds", OPTION_INTEGER, &folds, "K",
		"number of folds (k-fold cross-validation), in OUT/fold-1 to fold-K; 0: none", 0,
		FOLDS_MAXIMUM, NULL},
	{0, "hamming", OPTION_INTEGER, &hamming, "N",
		"maximum Hamming distance between perceptual hashes of look-alikes", 0,
		IMAGE_HASH_HAMMING_MAXIMUM, NULL},
	{0, "exact", OPTION_FLAG, &exact, NULL,
		"group exact duplicates only: pictures with the same pixels", 0, 0, NULL},
	{0, "conflicts", OPTION_CHOICE, &conflicts_kind, "WHAT",
		"label conflicts: what to do with duplicates in two classes", 0, 0,
		conflicts_names},
	{0, "audit", OPTION_FLAG, &with_audit, NULL,
		"list the data leaks of the split in IN; OUT is optional", 0, 0, NULL},
	{0, "link", OPTION_CHOICE, &link_kind, "KIND", "link type: how files are put into OUT", 0,
		0, split_link_names},
	{0, "manifest", OPTION_OUTPUT, &manifest_path, "FILE",
		"also write OUT/split.tsv, the list of files, hashes and groups, here", 0, 0, NULL},
	TOOL_SEED(seed),
	TOOL_THREADS(threads),
	TOOL_QUIET(quiet),
	TOOL_STRICT(strict),
	TOOL_NO_SANDBOX(no_sandbox),
	TOOL_END,
};

static const struct options options = {"split-dataset", "IN OUT",
	"Splits the class folders in IN into OUT/train, OUT/validation and OUT/test.", rows, NULL};

static void check_usage(int operands)
{
	static const char *const of_folds = "does not go with --folds",
				 *const of_audit = "does not go with --audit";
	if (operands != 2 && !(with_audit && operands == 1))
		tool_usage("operands", "give IN and OUT, not %d", operands);
	tool_allow(!exact, "hamming", "does not go with --exact");
	tool_allow(!folds, "validation-split", of_folds);
	tool_allow(!folds, "test-split", of_folds);
	tool_allow(!with_audit, "folds", of_audit);
	tool_allow(!with_audit, "validation-split", of_audit);
	tool_allow(!with_audit, "test-split", of_audit);
	tool_allow(operands == 2, "link", "goes with OUT");
	tool_allow(operands == 2, "conflicts", "goes with OUT");
	if (fractions[SPLIT_VALIDATION] + fractions[SPLIT_TEST] >= 1)
		tool_usage("--test-split", "and --validation-split leave nothing for train");
	if (folds == 1)
		tool_usage("--folds", "takes 2 or more");
}

static void check_folders(const char *in, const char *out)
{
	struct error error;
	if (*in && *out && split_output_check_operands(in, out, &error))
		tool_usage(error.object, "%s", error.reason);
}

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

static void report_leaks(const struct split *split, const struct audit *audit, const char *in)
{
	for (int part = SPLIT_VALIDATION; part < SPLIT_PARTS; part++)
		if (audit->leaked[part])
			tool_say(in, "%zu of %zu %s pictures are in %s too", audit->leaked[part],
				split_part_count(split, part), split_part_names[part],
				part == SPLIT_TEST ? "train or validation" : "train");
}

/* Reports the leaks of the split, and lists them with --audit. Returns 1 if it listed some, 0, or
 * -1. */
static int run_audit(const struct split *split, const char *in, struct error *error)
{
	struct audit found;
	int result = audit_run(&found, split, exact ? -1 : hamming, error);
	if (result == 0) {
		report_leaks(split, &found, in);
		if (with_audit)
			audit_write(&found, split, stdout);
		if (with_audit && found.unlisted)
			tool_say(in, "%zu more pairs of files that have %d already are not listed",
				found.unlisted, AUDIT_PAIRS_OF_FILE);
		result = with_audit && (found.pair_count || found.class_count);
	}
	audit_free(&found);
	return result;
}

/* One line for each picture and each other class it is in; a pair of files is reported once. */
static void report_conflicts(const struct split *split, const struct split_conflicts *conflicts,
	const char *in, bool dropped)
{
	int reported = 0;
	for (size_t i = 0; i < split->count && reported < CONFLICTS_REPORTED; i++) {
		const struct split_file *file = &split->files[i], *other = conflicts->others[i];
		if (!other || other > file)
			continue;
		tool_say(file->file->path, "two labels: the same picture is %s", other->file->path);
		reported++;
	}
	if (conflicts->count)
		tool_say(in, "%zu files have two labels%s", conflicts->count,
			dropped ? " and are left out" : "");
}

/* Reports label conflicts, and drops their files from the split with --conflicts drop. */
static int handle_conflicts(struct split *split, const char *in, struct error *error)
{
	struct split_conflicts conflicts;
	bool drop = conflicts_kind == CONFLICTS_DROP;
	if (split_conflicts_find(&conflicts, split, error))
		return -1;
	report_conflicts(split, &conflicts, in, drop);
	int result =
		drop && conflicts.count ? split_conflicts_drop(&conflicts, split, in, error) : 0;
	split_conflicts_free(&conflicts);
	return result;
}

static void report_parts(const struct split *split, const char *out)
{
	for (int fold = 0; fold < split->folds; fold++)
		tool_say(out, "fold %d: %zu train, %zu validation", fold + 1,
			split->count - split_part_count(split, fold),
			split_part_count(split, fold));
	if (!split->folds)
		tool_say(out, "%zu train, %zu validation, %zu test",
			split_part_count(split, SPLIT_TRAIN),
			split_part_count(split, SPLIT_VALIDATION),
			split_part_count(split, SPLIT_TEST));
}

/* Assigns files to parts, unless they are split already, and writes the parts to `out` if given.
 * Returns as run_audit. */
static int split_files(struct split *split, const char *in, const char *out, struct error *error)
{
	int result = 0;
	if (split->already_split && out)
		tool_say(in, "is split already: kept as it is");
	if (split->already_split)
		result = run_audit(split, in, error);
	if (result < 0 || handle_conflicts(split, in, error))
		return -1;
	if (!split->already_split)
		result = folds ? split_assign_folds(split, folds, seed, error)
			       : split_assign(split, fractions, seed, error);
	if (result < 0 ||
		(out && split_output_write(split, out, (enum split_link)link_kind, error)) ||
		write_list(split, error))
		return -1;
	if (out && !quiet)
		report_parts(split, out);
	return result;
}

int main(int argc, char **argv)
{
	struct error error;
	struct split split = {0};
	struct parallel *pool = NULL;

	int first = tool_start(&options, argc, argv);
	check_usage(argc - first);
	if (argc - first == 2) {
		check_folders(argv[first], argv[first + 1]);
		tool_add_output("OUT", argv[first + 1]);
	}
	tool_check_files(argv + first, 1, TOOL_CLASS_FOLDERS);
	tool_sandbox(no_sandbox);
	const char *in = argv[first], *out = argv[first + 1];
	struct progress progress = tool_progress(quiet);
	struct bad_inputs bad = {strict, tool_report, &progress, 0};
	struct split_read_options read_options = {.progress = &progress,
		.bad = &bad,
		.expected = with_audit ? SPLIT_READ_PARTS
			: folds        ? SPLIT_READ_CLASSES
				       : SPLIT_READ_ANY};

	int result = (out && split_output_check(in, out, &error)) ||
			parallel_create(&pool, threads, &error)
		? -1
		: 0;
	read_options.pool = pool;
	if (result == 0)
		result = split_read(&split, in, &read_options, &error) ||
				split_group(&split, exact ? -1 : hamming, &error)
			? -1
			: 0;

	if (result == 0)
		result = split_files(&split, in, out, &error);

	int status = result < 0       ? tool_error(&error)
		: result || bad.count ? EXIT_BAD_INPUTS
				      : EXIT_DONE;
	split_free(&split);
	parallel_destroy(pool);
	return tool_finish(status);
}
