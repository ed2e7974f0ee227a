/* tensor-cat: tensor streams joined, picked from, sampled, shuffled, cut into shards. */
#include "common/files.h"
#include "common/tool.h"
#include "dataset/list.h"
#include "stream/rearrange.h"
#include "stream/shards.h"

#include <stdlib.h>
#include <string.h>

static const char *const codec_names[] = {"raw", "zlib", NULL};

static struct stream_rearrangement work = {.shards = 1};
static const char *class_names, *classes_path, *list_path, *sample;
static bool merge, quiet;
static int codec = STREAM_RAW, memory = 512;

static const struct option_row rows[] = {
	{'o', "output", OPTION_TEXT, &work.output, "FILE", "write here instead of standard output", 0, 0, NULL},
	{0, "shards", OPTION_INTEGER, &work.shards, "N", "into so many files, FILE-00000-of-0000N and on", 1, STREAM_SHARDS_MAXIMUM, NULL},
	{0, "codec", OPTION_CHOICE, &codec, "NAME", "how the stream is compressed", 0, 0, codec_names},
	{0, "merge-classes", OPTION_FLAG, &merge, NULL, "streams may have different classes", 0, 0, NULL},
	{0, "classes", OPTION_TEXT, &class_names, "A,B,...", "classes in label order (default: those of the streams)", 0, 0, NULL},
	{0, "classes-from", OPTION_INPUT, &classes_path, "FILE", "take them from a stream, model folder or text", 0, 0, NULL},
	{0, NULL, OPTION_TITLE, NULL, NULL, "Which records", 0, 0, NULL},
	{0, "class", OPTION_LIST, &work.select.classes, "CLASS", "those of this class; may be repeated", 0, 0, NULL},
	{0, "list", OPTION_INPUT, &list_path, "FILE", "those whose id or source name is a line of it", 0, 0, NULL},
	{0, "exclude", OPTION_FLAG, &work.select.exclude, NULL, "all but those", 0, 0, NULL},
	{0, "sample", OPTION_TEXT, &sample, "N", "of these so many by chance, or such a part (0.1)", 0, 0, NULL},
	{0, NULL, OPTION_TITLE, NULL, NULL, "Their order", 0, 0, NULL},
	{0, "shuffle", OPTION_FLAG, &work.shuffle, NULL, "at random instead of as they come", 0, 0, NULL},
	{0, "renumber", OPTION_FLAG, &work.renumber, NULL, "new ids, counted from 0 as they come", 0, 0, NULL},
	{0, "memory", OPTION_INTEGER, &memory, "N", "MiB of records to hold; more go to a temporary file", 1, 1 << 20, NULL},
	{0, NULL, OPTION_TITLE, NULL, NULL, "General", 0, 0, NULL},
	TOOL_SEED(work.seed),
	TOOL_QUIET(quiet),
	TOOL_END,
};

static const struct options options = {"tensor-cat", "[FILE...]",
	"Joins tensor streams; picks, samples, shuffles and reshards their records.", rows, NULL};

static void check_usage(void)
{
	struct error error;
	bool to_file = work.output && strcmp(work.output, "-") != 0;
	int standard = list_path && strcmp(list_path, "-") == 0;
	for (size_t i = 0; i < work.count; i++)
		standard += strcmp(work.paths[i], "-") == 0;
	if (standard > 1)
		tool_usage("-", "standard input can be read only once");
	if (work.shards > 1 && !to_file)
		tool_usage("--shards", "takes -o FILE, after which the files are named");
	if (merge + (class_names != NULL) + (classes_path != NULL) > 1)
		tool_usage("--classes", "--classes-from and --merge-classes exclude each other");
	if (class_names && classes_parse(&work.classes, class_names, &error))
		tool_usage("--classes", "%s: %s", error.object, error.reason);
	if (work.select.exclude && !work.select.classes.count && !list_path)
		tool_usage("--exclude", "goes with --class or --list");
	if (sample && !stream_sample_parse(&work.sample, sample))
		tool_usage("--sample", "'%s' is neither a number of records nor a part between 0 and 1", sample);
}

/* FILE itself, or what is named after it: no row of the table can say which. */
static void add_outputs(void)
{
	if (work.output && work.shards == 1)
		tool_add_output("--output", work.output);
	for (int i = 0; work.shards > 1 && i < work.shards; i++) {
		char *name = stream_shard_name(work.output, i, work.shards);
		tool_add_output("--output", name);
		free(name);
	}
}

static int read_options(struct error *error)
{
	work.how = merge ? JOIN_MERGE : class_names || classes_path ? JOIN_GIVEN : JOIN_SAME;
	work.codec = (enum stream_codec)codec;
	work.memory = (size_t)memory << 20;
	if (classes_path && classes_read(&work.classes, classes_path, error))
		return -1;
	return list_path ? stream_select_read(&work.select, list_path, error) : 0;
}

/* What the result depends on, for the history: not where it is written, nor with how much memory. */
static char *describe(void)
{
	char **words = calloc(2 * work.select.classes.count + work.count + 20, sizeof *words), shards[16], *line;
	int count = 1;
	if (!words)
		return NULL;
	const struct { bool given; const char *name, *value; } parts[] = {{merge, "--merge-classes", NULL},
		{class_names, "--classes", class_names}, {classes_path, "--classes-from", classes_path},
		{list_path, "--list", list_path}, {work.select.exclude, "--exclude", NULL}, {sample, "--sample", sample},
		{work.shuffle, "--shuffle", NULL}, {work.renumber, "--renumber", NULL}, {work.shards > 1, "--shards", shards}};
	snprintf(shards, sizeof shards, "%d", work.shards);
	for (size_t i = 0; i < work.select.classes.count; i++) {
		words[count++] = "--class";
		words[count++] = work.select.classes.items[i];
	}
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		if (parts[i].given)
			words[count++] = (char *)parts[i].name;
		if (parts[i].given && parts[i].value)
			words[count++] = (char *)parts[i].value;
	}
	for (size_t i = 0; i < work.count; i++)
		words[count++] = work.paths[i];
	line = options_command_line(count, words);
	free(words);
	return line;
}

int main(int argc, char **argv)
{
	static char *standard_input[] = {"-"};
	struct error error;
	int first = tool_start(&options, argc, argv);
	work.paths = first < argc ? argv + first : standard_input;
	work.count = first < argc ? (size_t)(argc - first) : 1;
	check_usage();
	add_outputs();
	tool_check_files(work.paths, (int)work.count, TOOL_WHOLE_FOLDERS);
	tool_refuse_terminal(work.output);
	/* In a pipe the bar belongs to the last tool. */
	struct progress progress = tool_progress(quiet || !work.output || strcmp(work.output, "-") == 0);
	struct bad_inputs bad = {false, tool_report, &progress, 0};
	work.progress = &progress;
	work.bad = &bad;
	char *arguments = describe();
	work.arguments = arguments;

	int failed = (arguments ? read_options(&error) : error_memory(&error, "options")) || stream_rearrange(&work, &error);

	int status = failed ? tool_error(&error) : bad.count ? EXIT_BAD_INPUTS : EXIT_DONE;
	free(arguments);
	stream_rearrangement_free(&work);
	return tool_finish(status);
}
