/* pack-tensors: pictures to a tensor stream. */
#include "base/file.h"
#include "common/sandbox.h"
#include "common/tool.h"
#include "dataset/list.h"
#include "dataset/pack.h"

#include <stdlib.h>
#include <string.h>

enum { SIDE = 150 };

static const char *const channel_names[] = {"1", "3", NULL};
static const char *const codec_names[] = {"raw", "zlib", NULL};

static struct pack_options pack;
static struct option_size size;
static unsigned char background_color[3];
static int channels = -1, fit = IMAGE_STRETCH, filter = IMAGE_BILINEAR, codec = STREAM_RAW, limit, threads;
static bool is_idx, strict, quiet, no_sandbox;
static const char *output_path, *list_path, *class_names, *classes_path, *background = "white";

static const struct option_row rows[] = {
	{'o', "output", OPTION_TEXT, &output_path, "FILE", "write here instead of standard output", 0, 0, NULL},
	{0, "list", OPTION_TEXT, &list_path, "FILE", "pack the files it names, with their classes", 0, 0, NULL},
	{0, "idx", OPTION_FLAG, &is_idx, NULL, "the operands are two IDX files, IMAGES LABELS", 0, 0, NULL},
	{0, "classes", OPTION_TEXT, &class_names, "A,B,...", "classes in label order (default: those found)", 0, 0, NULL},
	{0, "classes-from", OPTION_TEXT, &classes_path, "FILE", "take them from a stream, model folder or text", 0, 0, NULL},
	{'n', "count", OPTION_INTEGER, &limit, "N", "pack only the first N pictures, 0 for all", 0, INT32_MAX, NULL},
	{0, "shuffle", OPTION_FLAG, &pack.shuffle, NULL, "in random order instead of sorted by name", 0, 0, NULL},
	{0, NULL, OPTION_TITLE, NULL, NULL, "Pictures", 0, 0, NULL},
	{0, "size", OPTION_SIZE, &size, "WxH", "pixels of every tensor (default 150x150; IDX: as stored)", 1,
		STREAM_DIMENSION_MAXIMUM, NULL},
	{0, "channels", OPTION_CHOICE, &channels, "N", "grey or colour (default 3; IDX: 1)", 0, 0, channel_names},
	{0, "fit", OPTION_CHOICE, &fit, "HOW", "what happens to other proportions", 0, 0, image_fit_names},
	{0, "interpolation", OPTION_CHOICE, &filter, "NAME", "how pixels are resampled", 0, 0, image_filter_names},
	{0, "background", OPTION_TEXT, &background, "COLOR", "behind transparency and around --fit pad", 0, 0, NULL},
	{0, "codec", OPTION_CHOICE, &codec, "NAME", "how the stream is compressed", 0, 0, codec_names},
	{0, NULL, OPTION_TITLE, NULL, NULL, "General", 0, 0, NULL},
	TOOL_STRICT(strict),
	TOOL_SEED(pack.seed),
	TOOL_THREADS(threads),
	TOOL_QUIET(quiet),
	TOOL_NO_SANDBOX(no_sandbox),
	TOOL_END,
};

static const struct options options = {"pack-tensors", "[DIR | FILE... | --idx IMAGES LABELS]",
	"Packs pictures, with the folders they lie in as classes, into a tensor stream.", rows, NULL};

static void check_usage(int operands)
{
	struct error error;
	if (image_parse_color(background, background_color, &error) && error_within(&error, "--background"))
		tool_usage(error.object, "%s", error.reason);
	if (is_idx && operands != 2)
		tool_usage("--idx", "takes two operands, IMAGES and LABELS");
	if (list_path && (is_idx || operands))
		tool_usage("--list", "goes with no operands and without --idx");
	if (class_names && classes_path)
		tool_usage("--classes", "and --classes-from exclude each other");
}

static int read_classes(struct text_list *classes, struct error *error)
{
	if (class_names && classes_parse(classes, class_names, error))
		return error_within(error, "--classes");
	return classes_path ? classes_read(classes, classes_path, error) : 0;
}

/* Finds what there is to pack: a list, IDX files, a folder of classes, or single files. */
static int read_input(int count, char **operands, struct dataset_files *files, struct idx_images *idx,
	struct error *error)
{
	if (list_path)
		return list_read(files, list_path, error);
	if (is_idx)
		return idx_read(operands[0], operands[1], idx, files, error);
	if (count == 1 && file_is_folder(operands[0]))
		return class_folders_read(files, operands[0], error);
	for (int i = 0; i < count; i++)
		if (dataset_files_add(files, operands[i], 0, -1, error))
			return -1;
	return count ? 0 : dataset_files_add(files, "-", 0, -1, error);
}

static void complete_options(const struct idx_images *idx)
{
	int width = size.width ? size.width : is_idx ? idx->width : SIDE;
	int height = size.height ? size.height : is_idx ? idx->height : SIDE;
	pack.resize = (struct image_resize_options){width, height, (enum image_filter)filter, (enum image_fit)fit, {0}};
	pack.channels = channels < 0 ? (is_idx ? 1 : 3) : channels ? 3 : 1;
	pack.codec = (enum stream_codec)codec;
	pack.limit = (size_t)limit;
	memcpy(pack.resize.background, background_color, sizeof background_color);
}

/* What the result depends on: not the number of threads, nor where it is written. */
static int add_history(struct stream_head *head, int count, char **operands, struct error *error)
{
	char *inputs = options_command_line(count + 1, operands - 1);
	char *arguments = !inputs ? NULL : text_format(
		"--size %dx%d --channels %d --fit %s --interpolation %s --background '%s' --count %d%s%s%s %s",
		pack.resize.width, pack.resize.height, pack.channels, image_fit_names[fit], image_filter_names[filter], background, limit,
		pack.shuffle ? " --shuffle" : "", list_path ? " --list " : "", list_path ? list_path : "", inputs);
	int result = arguments ? stream_head_add_history(head, "pack-tensors", arguments, pack.seed, error)
			       : error_memory(error, "history");
	free(arguments);
	free(inputs);
	return result;
}

/* Packs to the file or stream of the options. Returns the exit status. */
static int pack_all(const struct pack_input *input, const struct stream_head *head, struct error *error)
{
	struct parallel *pool;
	struct output output;
	bool to_file = output_path && strcmp(output_path, "-") != 0;
	/* In a pipe the bar belongs to the last tool. */
	struct progress progress = tool_progress(quiet || !to_file);
	struct bad_inputs bad = {strict, tool_report, &progress, 0};
	struct pack_output result = {.name = to_file ? output_path : "standard output", .progress = &progress, .bad = &bad};
	if (parallel_create(&pool, threads, error))
		return tool_error(error);
	if (output_open(&output, output_path, error)) {
		parallel_destroy(pool);
		return tool_error(error);
	}
	result.stream = output.stream;
	int failed = pack_write(&pack, input, head, pool, &result, error);
	parallel_destroy(pool);
	if (failed)
		output_abandon(&output);
	else
		failed = output_commit(&output, error);
	if (failed)
		return tool_error(error);
	if (bad.count)
		tool_say(result.name, "%zu of %zu pictures skipped", bad.count, bad.count + result.written);
	return bad.count ? EXIT_FAILED : EXIT_DONE;
}

int main(int argc, char **argv)
{
	struct error error;
	struct dataset_files files = {0};
	struct idx_images idx = {0};
	struct stream_head head = {0};

	int first = tool_start(&options, argc, argv);
	check_usage(argc - first);
	tool_refuse_terminal(output_path);
	if (!is_idx)
		tool_sandbox(no_sandbox);

	int status;
	int failed = read_classes(&files.classes, &error) || read_input(argc - first, argv + first, &files, &idx, &error);
	complete_options(&idx);
	if (failed || pack_head(&pack, &files, &head, &error) || add_history(&head, argc - first, argv + first, &error))
		status = tool_error(&error);
	else
		status = pack_all(&(struct pack_input){&files, is_idx ? &idx : NULL}, &head, &error);

	stream_head_free(&head);
	idx_free(&idx);
	dataset_files_free(&files);
	return tool_finish(status);
}
