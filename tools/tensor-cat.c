/* tensor-cat: joins, selects, samples, shuffles and shards tensor streams. */
#include "base/file.h"
#include "common/files.h"
#include "common/tool.h"
#include "dataset/folds.h"
#include "dataset/list.h"
#include "dataset/source_folds.h"
#include "stream/rearrange.h"
#include "stream/shards.h"

#include <stdlib.h>
#include <string.h>

static const char *const codec_names[] = {"raw", "zlib", NULL};

static struct stream_rearrangement rearrangement = {.shards = 1};
static const char *class_names, *classes_path, *list_path, *groups_path, *sample;
static bool merge, quiet;
static int codec = STREAM_RAW, memory = 512, folds, fold;

static const struct option_row rows[] = {
	{'o', "output", OPTION_TEXT, &rearrangement.output, "FILE",
		"write here instead of standard output", 0, 0, NULL},
	{0, "shards", OPTION_INTEGER, &rearrangement.shards, "N",
		"number of shards, FILE-00000-of-0000N and so on", 1, STREAM_SHARDS_MAXIMUM, NULL},
	{0, "codec", OPTION_CHOICE, &codec, "NAME", "compression of the stream", 0, 0, codec_names},
	{0, "merge-classes", OPTION_FLAG, &merge, NULL,
		"join streams with different classes: use the classes of all", 0, 0, NULL},
	{0, "classes", OPTION_TEXT, &class_names, "A,B,...",
		"classes in label order (default: those of the streams)", 0, 0, NULL},
	{0, "classes-from", OPTION_INPUT, &classes_path, "FILE",
		"read the classes from a stream, model folder or text", 0, 0, NULL},
	{0, NULL, OPTION_TITLE, NULL, NULL, "Selection", 0, 0, NULL},
	{0, "class", OPTION_LIST, &rearrangement.select.classes, "CLASS",
		"select records of this class; may be repeated", 0, 0, NULL},
	{0, "list", OPTION_INPUT, &list_path, "FILE",
		"select records by a list of ids or source names", 0, 0, NULL},
	{0, "folds", OPTION_INTEGER, &folds, "K",
		"number of folds of k-fold cross-validation (0: no folds)", 0, FOLDS_MAXIMUM, NULL},
	{0, "fold", OPTION_INTEGER, &fold, "I", "with it, select the records of this fold, from 1",
		1, FOLDS_MAXIMUM, NULL},
	{0, "groups", OPTION_INPUT, &groups_path, "FILE",
		"with it, list of split-dataset: no fold divides a group", 0, 0, NULL},
	{0, "exclude", OPTION_FLAG, &rearrangement.select.exclude, NULL,
		"select the other records instead", 0, 0, NULL},
	{0, "sample", OPTION_TEXT, &sample, "N",
		"random sample of the selected records: a number, or a fraction (0.1)", 0, 0, NULL},
	{0, NULL, OPTION_TITLE, NULL, NULL, "Order", 0, 0, NULL},
	{0, "shuffle", OPTION_FLAG, &rearrangement.shuffle, NULL,
		"random order instead of that of the input", 0, 0, NULL},
	{0, "renumber", OPTION_FLAG, &rearrangement.renumber, NULL,
		"new ids, from 0 in the order of the input", 0, 0, NULL},
	{0, "memory", OPTION_INTEGER, &memory, "N",
		"size of the buffer for sorting, in MiB; more records go to a temporary file", 1,
		1 << 20, NULL},
	{0, NULL, OPTION_TITLE, NULL, NULL, "General", 0, 0, NULL},
	TOOL_SEED(rearrangement.seed),
	TOOL_QUIET(quiet),
	TOOL_END,
};

static const struct options options = {"tensor-cat", "[FILE...]",
	"Joins tensor streams; selects, samples, shuffles and shards their records.", rows, NULL};

static void check_folds(void)
{
	if (!folds && (fold || groups_path))
		tool_usage(fold ? "--fold" : "--groups", "goes with --folds");
	if (!folds)
		return;
	if (folds == 1)
		tool_usage("--folds", "1 is not a number of folds: at least 2");
	if (fold < 1 || fold > folds)
		tool_usage("--folds", "needs --fold, from 1 to %d", folds);
	for (size_t i = 0; i < rearrangement.count; i++)
		if (strcmp(rearrangement.paths[i], "-") == 0 ||
			file_is_special(rearrangement.paths[i]))
			tool_usage(rearrangement.paths[i],
				"can't be read twice, as --folds does: give files");
}

static void check_usage(void)
{
	struct error error;
	bool to_file = rearrangement.output && strcmp(rearrangement.output, "-") != 0;
	int standard = list_path && strcmp(list_path, "-") == 0;
	for (size_t i = 0; i < rearrangement.count; i++)
		standard += strcmp(rearrangement.paths[i], "-") == 0;
	if (standard > 1)
		tool_usage("-", "standard input can be read only once");
	if (rearrangement.shards > 1 && !to_file)
		tool_usage("--shards", "needs -o FILE, from which the shards are named");
	if (merge + (class_names != NULL) + (classes_path != NULL) > 1)
		tool_usage("--classes", "--classes-from and --merge-classes exclude each other");
	if (class_names && classes_parse(&rearrangement.classes, class_names, &error))
		tool_usage("--classes", "%s: %s", error.object, error.reason);
	if (rearrangement.select.exclude && !rearrangement.select.classes.count && !list_path &&
		!folds)
		tool_usage("--exclude", "goes with --class, --list or --fold");
	check_folds();
	if (sample && !stream_sample_parse(&rearrangement.sample, sample))
		tool_usage("--sample",
			"'%s' is neither a number of records nor a fraction between 0 and 1",
			sample);
}

/* The output file or the shards; the option is no OPTION_OUTPUT because shards have other names. */
static void add_outputs(void)
{
	if (rearrangement.output && rearrangement.shards == 1)
		tool_add_output("--output", rearrangement.output);
	for (int i = 0; rearrangement.shards > 1 && i < rearrangement.shards; i++) {
		char *name = stream_shard_name(rearrangement.output, i, rearrangement.shards);
		tool_add_output("--output", name);
		free(name);
	}
}

static int select_fold(struct error *error)
{
	struct source_folds_request request = {rearrangement.paths, rearrangement.count,
		groups_path, folds, rearrangement.seed};
	rearrangement.select.fold = fold - 1;
	return source_folds_assign(&rearrangement.select.folds, &request, error);
}

static int read_options(struct error *error)
{
	rearrangement.join = merge            ? JOIN_MERGE
		: class_names || classes_path ? JOIN_GIVEN
					      : JOIN_SAME;
	rearrangement.codec = (enum stream_codec)codec;
	rearrangement.memory = (size_t)memory << 20;
	if (classes_path && classes_read(&rearrangement.classes, classes_path, error))
		return -1;
	if (list_path && stream_select_read(&rearrangement.select, list_path, error))
		return -1;
	return folds ? select_fold(error) : 0;
}

/* The command line for the history, with all that the result depends on: neither the output nor the
 * memory. */
static char *describe(void)
{
	char **words = calloc(2 * rearrangement.select.classes.count + rearrangement.count + 30,
		     sizeof *words),
	     shards[16], folds_text[16], fold_text[16], *line;
	int count = 1;
	if (!words)
		return NULL;
	const struct {
		bool given;
		const char *name, *value;
	} parts[] = {{merge, "--merge-classes", NULL}, {class_names, "--classes", class_names},
		{classes_path, "--classes-from", classes_path}, {list_path, "--list", list_path},
		{folds, "--folds", folds_text}, {folds, "--fold", fold_text},
		{groups_path, "--groups", groups_path},
		{rearrangement.select.exclude, "--exclude", NULL}, {sample, "--sample", sample},
		{rearrangement.shuffle, "--shuffle", NULL},
		{rearrangement.renumber, "--renumber", NULL},
		{rearrangement.shards > 1, "--shards", shards}};
	snprintf(shards, sizeof shards, "%d", rearrangement.shards);
	snprintf(folds_text, sizeof folds_text, "%d", folds);
	snprintf(fold_text, sizeof fold_text, "%d", fold);
	for (size_t i = 0; i < rearrangement.select.classes.count; i++) {
		words[count++] = "--class";
		words[count++] = rearrangement.select.classes.items[i];
	}
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		if (parts[i].given)
			words[count++] = (char *)parts[i].name;
		if (parts[i].given && parts[i].value)
			words[count++] = (char *)parts[i].value;
	}
	for (size_t i = 0; i < rearrangement.count; i++)
		words[count++] = rearrangement.paths[i];
	line = options_command_line(count, words);
	free(words);
	return line;
}

int main(int argc, char **argv)
{
	static char *standard_input[] = {"-"};
	struct error error;
	int first = tool_start(&options, argc, argv);
	rearrangement.paths = first < argc ? argv + first : standard_input;
	rearrangement.count = first < argc ? (size_t)(argc - first) : 1;
	check_usage();
	add_outputs();
	tool_check_files(rearrangement.paths, (int)rearrangement.count, TOOL_WHOLE_FOLDERS);
	tool_refuse_terminal(rearrangement.output);
	/* In a pipe only the last tool shows progress. */
	struct progress progress = tool_progress(
		quiet || !rearrangement.output || strcmp(rearrangement.output, "-") == 0);
	struct bad_inputs bad = {false, tool_report, &progress, 0};
	rearrangement.progress = &progress;
	rearrangement.bad = &bad;
	char *arguments = describe();
	rearrangement.arguments = arguments;

	int failed = (arguments ? read_options(&error) : error_memory(&error, "options")) ||
		stream_rearrange(&rearrangement, &error);

	int status = failed ? tool_error(&error) : bad.count ? EXIT_BAD_INPUTS : EXIT_DONE;
	free(arguments);
	stream_rearrangement_free(&rearrangement);
	return tool_finish(status);
}
