/* The built-in drawings: class folders of pictures, drawn from numbers, no network. */
#include "common/tool.h"

#include "base/parallel.h"
#include "draw/gallery.h"

#include <stdlib.h>

static struct gallery_options gallery = {.folder = "drawings", .per_class = 120};
static struct option_size largest = {320, 320}, smallest = {200, 200};
static int threads;
static bool quiet;

static const struct option_row rows[] = {
	{'o', "output", OPTION_TEXT, &gallery.folder, "DIR", "folder to write into", 0, 0, NULL},
	{'n', "count", OPTION_INTEGER, &gallery.per_class, "N", "pictures of each class", 0, 99999, NULL},
	{0, "predict", OPTION_INTEGER, &gallery.predict, "N", "pictures of any class, in DIR/predict", 0, 99999, NULL},
	{0, "scenes", OPTION_INTEGER, &gallery.scenes, "N", "pictures of two characters, in DIR/scenes", 0, 99999,
		NULL},
	{0, "portraits", OPTION_FLAG, &gallery.portraits, NULL, "each character at rest, in DIR/portraits", 0, 0, NULL},
	{0, "max-size", OPTION_SIZE, &largest, "WxH", "largest picture", 32, 1024, NULL},
	{0, "min-size", OPTION_SIZE, &smallest, "WxH", "smallest picture, unless above the largest", 32, 1024, NULL},
	TOOL_SEED(gallery.seed),
	TOOL_THREADS(threads),
	TOOL_QUIET(quiet),
	TOOL_END,
};

static const struct options options = {
	"draw-characters", "DATASET", "Draw the characters of a dataset: a folder of pictures for each.", rows, NULL,
};

static int smaller(int a, int b)
{
	return a < b ? a : b;
}

int main(int argc, char **argv)
{
	int first = tool_start(&options, argc, argv);
	if (argc - first != 1)
		tool_usage("DATASET", argc == first ? "is missing" : "is more than one");
	gallery.largest[0] = largest.width;
	gallery.largest[1] = largest.height;
	gallery.smallest[0] = smaller(smallest.width, largest.width);
	gallery.smallest[1] = smaller(smallest.height, largest.height);
	struct progress progress = tool_progress(quiet);
	gallery.progress = &progress;

	struct error error;
	struct cast cast = {0};
	struct parallel *pool = NULL;
	char *path = cast_find(argv[first], &error);
	int result = path ? cast_read(path, &cast, &error) : -1;
	if (result == 0)
		result = parallel_create(&pool, threads, &error);

	if (result == 0)
		result = gallery_write(&gallery, &cast, pool, &error);

	parallel_destroy(pool);
	cast_free(&cast);
	free(path);
	return tool_finish(result ? tool_error(&error) : EXIT_DONE);
}
