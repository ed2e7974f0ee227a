/* pack-tensors: packs pictures into a tensor stream. */
#include "base/file.h"
#include "common/files.h"
#include "common/input.h"
#include "common/sandbox.h"
#include "common/tool.h"
#include "dataset/list.h"
#include "dataset/pack.h"
#include "model/picture.h"

#include <stdlib.h>
#include <string.h>
#include <string.h>

static const char *const channel_names[] = {"1", "3", "4", NULL};
static const char *const codec_names[] = {"raw", "zlib", NULL};

static struct pack_options pack;
static struct pack_request request;
static struct option_size size;
static int channels = -1, fit = IMAGE_STRETCH, filter = IMAGE_BILINEAR, codec = STREAM_RAW, limit,
	   threads;
static bool strict, quiet, no_sandbox;
static const char *output_path, *background = "white", *range, *like;

static const struct option_row rows[] = {
	{'o', "output", OPTION_OUTPUT, &output_path, "FILE",
		"write here instead of standard output", 0, 0, NULL},
	{0, "list", OPTION_INPUT, &request.list, "FILE",
		"list of files to pack, with their classes", 0, 0, NULL},
	{0, "idx", OPTION_FLAG, &request.idx, NULL, "the operands are two IDX files, IMAGES LABELS",
		0, 0, NULL},
	{0, "classes", OPTION_TEXT, &request.class_names, "A,B,...",
		"classes in label order (default: the classes found)", 0, 0, NULL},
	{0, "classes-from", OPTION_INPUT, &request.classes_path, "FILE",
		"read the classes from a stream, model folder or text", 0, 0, NULL},
	{'n', "count", OPTION_INTEGER, &limit, "N", "number of pictures to pack, 0 for all", 0,
		INT32_MAX, NULL},
	{0, "shuffle", OPTION_FLAG, &pack.shuffle, NULL, "random order instead of sorted by name",
		0, 0, NULL},
	{0, NULL, OPTION_TITLE, NULL, NULL, "Pictures", 0, 0, NULL},
	{0, "like", OPTION_INPUT, &like, "MODEL",
		"as this model takes them: size, channels, fit, interpolation and background", 0, 0,
		NULL},
	{0, "size", OPTION_SIZE, &size, "WxH",
		"width and height of every tensor (default 150x150; arrays: as stored)", 1,
		STREAM_DIMENSION_MAXIMUM, NULL},
	{0, "channels", OPTION_CHOICE, &channels, "N",
		"number of channels: grey, colour, or colour and alpha (default 3; arrays: as "
		"stored)",
		0, 0, channel_names},
	{0, "fit", OPTION_CHOICE, &fit, "HOW", "resize mode for other aspect ratios", 0, 0,
		image_fit_names},
	{0, "interpolation", OPTION_CHOICE, &filter, "NAME", "interpolation method of resizing", 0,
		0, image_filter_names},
	{0, "background", OPTION_TEXT, &background, "COLOR",
		"background colour: behind transparency and around --fit pad", 0, 0, NULL},
	{0, "range", OPTION_TEXT, &range, "A,B",
		"value range of an array, which is scaled to 0..1 (default 0,1 or 0,255)", 0, 0,
		NULL},
	{0, "codec", OPTION_CHOICE, &codec, "NAME", "compression of the stream", 0, 0, codec_names},
	{0, NULL, OPTION_TITLE, NULL, NULL, "General", 0, 0, NULL},
	TOOL_STRICT(strict),
	TOOL_SEED(pack.seed),
	TOOL_THREADS(threads),
	TOOL_QUIET(quiet),
	TOOL_NO_SANDBOX(no_sandbox),
	TOOL_END,
};

static const struct options options = {"pack-tensors",
	"[DIR | FILE... | IMAGES.npy [LABELS] | --idx IMAGES LABELS]",
	"Packs pictures, with the folders they lie in as classes, into a tensor stream.", rows,
	NULL};

static void check_usage(int operands)
{
	struct error error;
	struct text_list classes = {0};
	if (image_parse_color(background, pack.resize.background, &error) &&
		error_within(&error, "--background"))
		tool_usage(error.object, "%s", error.reason);
	if (request.idx && operands != 2)
		tool_usage("--idx", "takes two operands, IMAGES and LABELS");
	if (request.list && (request.idx || operands))
		tool_usage("--list", "goes with no operands and without --idx");
	if (request.class_names && request.classes_path)
		tool_usage("--classes", "and --classes-from exclude each other");
	if (request.class_names && classes_parse(&classes, request.class_names, &error))
		tool_usage("--classes", "%s: %s", error.object, error.reason);
	text_list_free(&classes);
	tool_allow(!like || !request.idx, "like",
		"does not go with --idx, whose images are as stored");
	if (range && !tool_parse_range(range, &pack.minimum, &pack.maximum))
		tool_usage("--range", "'%s' is not two numbers A,B, the first below the second",
			range);
}

/* Refuses options that have no effect on this input. */
static void check_effects(const struct pack_source *source)
{
	static const char *const picture_options[] = {"fit", "interpolation", "background"};
	tool_allow(source->images.values, "range", "goes with arrays, not with pictures");
	for (size_t i = 0; i < sizeof picture_options / sizeof *picture_options; i++)
		tool_allow(pack_can_resize(source), picture_options[i],
			"goes with pictures, not with arrays that can't be resized");
}

/* Checks the files in the list as inputs too. */
static void check_listed(const struct pack_source *source)
{
	for (size_t i = 0; request.list && i < source->files.count; i++)
		tool_check_input(source->files.files[i].path);
}

/* Options that are given come first; but for channels that the model does not take. */
static int take_options_of_like(struct error *error)
{
	struct picture_settings settings;
	struct shape input;
	if (picture_settings_load(&settings, &input, like, size.width, size.height, error))
		return -1;
	if (tool_given("channels") && atoi(channel_names[channels]) != input.channels)
		return error_set(error, like, "takes pictures of %d channels, not %s",
			input.channels, channel_names[channels]);
	for (channels = 0; atoi(channel_names[channels]) != input.channels; channels++)
		if (!channel_names[channels + 1])
			return error_set(error, like, "takes pictures of %d channels",
				input.channels);
	if (!tool_given("size"))
		size = (struct option_size){input.width, input.height};
	fit = tool_given("fit") ? fit : (int)settings.fit;
	filter = tool_given("interpolation") ? filter : (int)settings.filter;
	if (!tool_given("background"))
		memcpy(pack.resize.background, settings.background, sizeof settings.background);
	return 0;
}

static void set_options(void)
{
	pack.resize.width = size.width;
	pack.resize.height = size.height;
	pack.resize.filter = (enum image_filter)filter;
	pack.resize.fit = (enum image_fit)fit;
	pack.channels = channels < 0 ? 0 : channels == 0 ? 1 : channels + 2;
	pack.codec = (enum stream_codec)codec;
	pack.limit = (size_t)limit;
}

/* The input as a command line, for the history; NULL without memory. */
static char *describe(int count, char **operands)
{
	char *words[] = {"", "--list", (char *)request.list, NULL};
	return request.list ? options_command_line(3, words)
			    : options_command_line(count + 1, operands - 1);
}

int main(int argc, char **argv)
{
	static char *standard_input[] = {"-"};
	struct error error;
	struct pack_source source = {0};
	struct stream_head head = {0};
	struct parallel *pool = NULL;

	int first = tool_start(&options, argc, argv);
	check_usage(argc - first);
	if (like && take_options_of_like(&error))
		exit(tool_error(&error));
	set_options();
	char **operands = argc > first || request.list ? argv + first : standard_input;
	tool_check_files(operands, argc > first || request.list ? argc - first : 1,
		TOOL_CLASS_FOLDERS);
	tool_refuse_terminal(output_path);
	if (!request.idx)
		tool_sandbox(no_sandbox);
	bool to_file = output_path && strcmp(output_path, "-") != 0;
	/* In a pipe only the last tool shows progress. */
	struct progress progress = tool_progress(quiet || !to_file);
	struct bad_inputs bad = {strict, tool_report, &progress, 0};
	struct pack_output output = {.path = output_path, .progress = &progress, .bad = &bad};
	char *inputs = describe(argc - first, argv + first);

	int failed = inputs ? 0 : error_memory(&error, "options");
	failed = failed ||
		pack_source_read(&source, &request, argv + first, (size_t)(argc - first), &error);
	if (!failed) {
		check_effects(&source);
		check_listed(&source);
		bad.strict |= source.files.count ==
			1; /* an error in the only picture is the error of the tool */
	}
	failed = failed || pack_head(&pack, &source, inputs, &head, &error) ||
		parallel_create(&pool, threads, &error) ||
		pack_write(&pack, &source, &head, pool, &output, &error);

	if (failed)
		tool_error(&error);
	else if (bad.count)
		tool_say(to_file ? output_path : "standard output", "%zu of %zu pictures skipped",
			bad.count, bad.count + output.written);
	free(inputs);
	parallel_destroy(pool);
	stream_head_free(&head);
	pack_source_free(&source);
	return tool_finish(failed ? EXIT_FAILED : tool_status(bad.count, output.written));
}
