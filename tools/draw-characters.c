/* draw-characters: synthetic class folders of pictures from parametric descriptions. */
#include "common/files.h"
#include "common/tool.h"

#include "base/parallel.h"
#include "draw/invent.h"
#include "draw/picture_sets.h"
#include "draw/style.h"

#include <stdlib.h>

static struct picture_sets_options sets = {.folder = "drawings", .per_class = 120};
static struct option_size largest = {320, 320}, smallest = {200, 200};
static struct inventions inventions;
static int threads;
static bool quiet;

static const struct option_row rows[] = {
	{'o', "output", OPTION_OUTPUT_FOLDER, &sets.folder, "DIR", "folder to write into", 0, 0,
		NULL},
	{'n', "count", OPTION_INTEGER, &sets.per_class, "N", "pictures of each class", 0, 99999,
		NULL},
	{0, "invent", OPTION_INTEGER, &inventions.figures, "N",
		"classes of invented characters, instead of DATASET", 0, INVENTIONS_MAXIMUM, NULL},
	{0, "objects", OPTION_INTEGER, &inventions.objects, "N",
		"classes of invented objects, likewise", 0, INVENTIONS_MAXIMUM, NULL},
	{0, "patterns", OPTION_INTEGER, &inventions.patterns, "N",
		"classes of invented patterns, likewise", 0, INVENTIONS_MAXIMUM, NULL},
	{0, "style", OPTION_CHOICE, &sets.style, "NAME",
		"style of the pictures; mixed: any of them at random", 0, 0, style_names},
	{0, "predict", OPTION_INTEGER, &sets.predict, "N",
		"pictures of random classes, in DIR/predict", 0, 99999, NULL},
	{0, "scenes", OPTION_INTEGER, &sets.scenes, "N",
		"pictures of two characters, in DIR/scenes", 0, 99999, NULL},
	{0, "portraits", OPTION_FLAG, &sets.portraits, NULL,
		"each character at rest, in DIR/portraits", 0, 0, NULL},
	{0, "max-size", OPTION_SIZE, &largest, "WxH", "largest picture", 32, 1024, NULL},
	{0, "min-size", OPTION_SIZE, &smallest, "WxH", "smallest picture, at most the largest", 32,
		1024, NULL},
	TOOL_SEED(sets.seed),
	TOOL_THREADS(threads),
	TOOL_QUIET(quiet),
	TOOL_END,
};

static const struct options options = {
	"draw-characters",
	"[DATASET]",
	"Draw the characters of a dataset: a class folder of pictures for each.",
	rows,
	NULL,
};

static int smaller(int a, int b)
{
	return a < b ? a : b;
}

static int read_dataset(const char *dataset, struct character_list *list, struct error *error)
{
	char *path = character_list_find_file(dataset, error);
	tool_check_files(&path, path != NULL, TOOL_WHOLE_FOLDERS);
	int result = path ? character_list_read(path, list, error) : -1;
	free(path);
	return result;
}

int main(int argc, char **argv)
{
	int first = tool_start(&options, argc, argv);
	bool invents = inventions.figures + inventions.objects + inventions.patterns > 0;
	for (int i = 0; argc > first && i < 3; i++) {
		static const char *const kinds[] = {"invent", "objects", "patterns"};
		tool_allow(!invents, kinds[i], "does not go with DATASET");
	}
	if (invents)
		tool_check_files(NULL, 0, TOOL_WHOLE_FOLDERS);
	else if (argc - first != 1)
		tool_usage("DATASET", argc == first ? "is missing" : "is more than one");
	sets.largest[0] = largest.width;
	sets.largest[1] = largest.height;
	sets.smallest[0] = smaller(smallest.width, largest.width);
	sets.smallest[1] = smaller(smallest.height, largest.height);
	struct progress progress = tool_progress(quiet);
	sets.progress = &progress;

	struct error error;
	struct character_list list = {0};
	struct parallel *pool = NULL;
	int result = invents ? character_list_invent(&inventions, sets.seed, &list, &error)
			     : read_dataset(argv[first], &list, &error);
	if (result == 0)
		result = parallel_create(&pool, threads, &error);

	if (result == 0)
		result = picture_sets_write(&sets, &list, pool, &error);

	parallel_destroy(pool);
	character_list_free(&list);
	return tool_finish(result ? tool_error(&error) : EXIT_DONE);
}
