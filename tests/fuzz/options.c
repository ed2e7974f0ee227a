/* A command line, one argument per line. Accepted: it is valid. */
#include "common/fuzz.h"

#include "base/options.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS_MAXIMUM = 64 };

/* Sets the arguments after argv[0]. Returns their number including it. */
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
	double fraction = 0.5;
	uint64_t seed = 0;
	const char *name = NULL;
	struct text_list sites = {0};
	struct option_size sides = {150, 150};
	struct error error = {0};
	const struct option_row rows[] = {
		{'q', "quiet", OPTION_FLAG, &quiet, NULL, "no progress", 0, 0, NULL},
		{'n', "count", OPTION_INTEGER, &count, "N", "number of items", 1, 100, NULL},
		{0, "fraction", OPTION_REAL, &fraction, "F", "fraction", 0, 1, NULL},
		{0, "seed", OPTION_SEED, &seed, "N", "random seed", 0, 0, NULL},
		{'o', "output", OPTION_TEXT, &name, "FILE", "output file", 0, 0, NULL},
		{0, "site", OPTION_LIST, &sites, "NAME", "sites", 0, 0, NULL},
		{0, "color", OPTION_CHOICE, &color, "NAME", "color", 0, 0, colors},
		{0, "size", OPTION_SIZE, &sides, "WxH", "size in pixels", 1, 1000, NULL},
		{0},
	};
	const struct options options = {.tool = "tool",
		.operands = "[FILE...]",
		.summary = "Does it.",
		.rows = rows};
	int result = options_parse(&options, argc, argv, &first, &error);
	bool accepted = result >= 0 || fuzz_refused(&error);
	assert(count >= 1 && count <= 100 && fraction >= 0 && fraction <= 1 && color >= 0 &&
		color < 2);
	assert(sides.width >= 1 && sides.width <= 1000 && sides.height >= 1 &&
		sides.height <= 1000);
	assert(result != OPTIONS_RUN || (first >= 1 && first <= argc));
	free(options_command_line(argc, argv));
	text_list_free(&sites);
	free(text);
	return accepted;
}
