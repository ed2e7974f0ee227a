/* A command line, a word a line. Taken: there is something to do. */
#include "common/fuzz.h"

#include "base/options.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS_MAXIMUM = 64 };

/* The words behind argv[0]. Returns how many there are with it. */
static int split(char *rest, char **argv)
{
	int argc = 1;
	argv[0] = "tool";
	while (argc < WORDS_MAXIMUM && (argv[argc] = strsep(&rest, "\n")))
		argc++;
	argv[argc] = NULL;
	return argc;
}

bool fuzz_try(const unsigned char *bytes, size_t size)
{
	static const char *const colors[] = {"red", "blue", NULL};
	char *argv[WORDS_MAXIMUM + 1], *text = fuzz_text(bytes, size);
	bool quiet = false;
	int count = 1, color = 0, first, argc = split(text, argv);
	double share = 0.5;
	uint64_t seed = 0;
	const char *name = NULL;
	struct text_list sites = {0};
	struct option_size sides = {150, 150};
	struct error error = {0};
	const struct option_row rows[] = {
		{'q', "quiet", OPTION_FLAG, &quiet, NULL, "say nothing", 0, 0, NULL},
		{'n', "count", OPTION_INTEGER, &count, "N", "how many", 1, 100, NULL},
		{0, "share", OPTION_REAL, &share, "F", "how much", 0, 1, NULL},
		{0, "seed", OPTION_SEED, &seed, "N", "of randomness", 0, 0, NULL},
		{'o', "output", OPTION_TEXT, &name, "FILE", "where to", 0, 0, NULL},
		{0, "site", OPTION_LIST, &sites, "NAME", "of these", 0, 0, NULL},
		{0, "color", OPTION_CHOICE, &color, "NAME", "what it looks like", 0, 0, colors},
		{0, "size", OPTION_SIZE, &sides, "WxH", "how large", 1, 1000, NULL},
		{0},
	};
	const struct options options = {.tool = "tool", .operands = "[FILE...]", .summary = "Does it.", .rows = rows};
	int result = options_parse(&options, argc, argv, &first, &error);
	bool taken = result >= 0 || fuzz_refused(&error);
	assert(count >= 1 && count <= 100 && share >= 0 && share <= 1 && color >= 0 && color < 2);
	assert(sides.width >= 1 && sides.width <= 1000 && sides.height >= 1 && sides.height <= 1000);
	assert(result != OPTIONS_RUN || (first >= 1 && first <= argc));
	free(options_command_line(argc, argv));
	text_list_free(&sites);
	free(text);
	return taken;
}
