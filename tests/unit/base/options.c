/* The option table: parsing, ranges, help, and messages for what it refuses. */
#include "base/options.h"
#include "tap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool flag;
static int count, choice;
static double rate;
static uint64_t seed;
static const char *text;
static struct text_list list;
static struct option_size size;
static const char *const choices[] = {"red", "green", NULL};

static const struct option_row rows[] = {
	{'f', "flag", OPTION_FLAG, &flag, NULL, "a flag", 0, 0, NULL},
	{'n', "count", OPTION_INTEGER, &count, "N", "a count", 1, 10, NULL},
	{0, NULL, OPTION_TITLE, NULL, NULL, "More", 0, 0, NULL},
	{0, "rate", OPTION_REAL, &rate, "R", "a rate", 0, 1, NULL},
	{0, "seed", OPTION_SEED, &seed, "S", "a seed", 0, 0, NULL},
	{'o', "output", OPTION_OUTPUT, &text, "FILE", "a file", 0, 0, NULL},
	{0, "item", OPTION_INPUT_LIST, &list, "X", "an item", 0, 0, NULL},
	{0, "color", OPTION_CHOICE, &choice, "C", "a colour", 0, 0, choices},
	{0, "size", OPTION_SIZE, &size, "WxH", "a size", 1, 100, NULL},
	{0, "least", OPTION_INTEGER, &count, "N", "at least", 3, INFINITY, NULL},
	{0, NULL, OPTION_FLAG, NULL, NULL, NULL, 0, 0, NULL},
};
static const struct options options = {"tool", "[FILE...]", "Does things.", rows, "-m MODEL"};

static void reset(void)
{
	flag = false;
	count = 5;
	choice = 1;
	rate = 0.5;
	seed = 0;
	text = NULL;
	text_list_free(&list);
	size = (struct option_size){150, 150};
}

static char *argv[16];

static int parse(struct error *error, int *first, const char *const *words)
{
	int argc = 0;
	argv[argc++] = (char *)"tool";
	for (; words[argc - 1]; argc++)
		argv[argc] = (char *)words[argc - 1];
	argv[argc] = NULL;
	reset();
	return options_parse(&options, argc, argv, first, error);
}
#define PARSE(...) parse(&error, &first, (const char *const[]){__VA_ARGS__, NULL})

static void good(void)
{
	struct error error;
	int first;
	ok(PARSE("a", "-f", "--count", "7", "b", "--rate=0.25", "-ofile", "--item", "x",
		   "--item=y") == OPTIONS_RUN,
		"parses");
	ok(flag && count == 7 && rate == 0.25 && strcmp(text, "file") == 0, "sets variables");
	ok(list.count == 2 && strcmp(list.items[1], "y") == 0, "collects a list");
	is_integer(first, 9, "operands come after the options");
	ok(PARSE("--size", "20x30") == OPTIONS_RUN && size.width == 20 && size.height == 30,
		"a size WxH");
	ok(PARSE("--size", "40") == OPTIONS_RUN && size.width == 40 && size.height == 40,
		"a size of one number");
	ok(PARSE("--color", "red", "--seed", "18446744073709551615") == OPTIONS_RUN &&
			choice == 0 && seed == UINT64_MAX,
		"a choice, the largest seed");
	ok(PARSE("--", "-f") == OPTIONS_RUN && !flag && first == 2, "-- ends the options");
	ok(PARSE("-f", "-") == OPTIONS_RUN && first == 2, "- is an operand");
	ok(PARSE("-h") == OPTIONS_HELP && PARSE("--help") == OPTIONS_HELP, "help");
	ok(PARSE("--version") == OPTIONS_VERSION, "version");
}

static void given(void)
{
	struct error error;
	int first;
	ok(PARSE("a", "--count", "5", "-oflag", "--item=rate", "b") == OPTIONS_RUN, "parses");
	ok(options_given(&options, first, argv, "count"), "a default that was given is given");
	ok(options_given(&options, first, argv, "output"), "so is an option by its letter");
	ok(options_given(&options, first, argv, "item") &&
			options_given(&options, first, argv, "item"),
		"and asked again");
	ok(!options_given(&options, first, argv, "flag") &&
			!options_given(&options, first, argv, "rate"),
		"a value is no option");
	ok(PARSE("--col", "red", "--", "--rate") == OPTIONS_RUN, "parses");
	ok(options_given(&options, first, argv, "color"), "one cut short is given");
	ok(!options_given(&options, first, argv, "rate"), "an operand is no option");
	ok(PARSE("a") == OPTIONS_RUN && !options_given(&options, first, argv, "color"),
		"nothing is given");
}

static void bad(void)
{
	static const struct {
		const char *words[3], *object, *reason;
	} cases[] = {
		{{"--nope"}, "--nope", "no such option"},
		{{"-x"}, "-x", "no such option"},
		{{"--count"}, "--count", "takes a value"},
		{{"-n"}, "-n", "takes a value"},
		{{"--flag=1"}, "--flag=1", "takes no value"},
		{{"--count", "0"}, "--count", "'0' is not a whole number from 1 to 10"},
		{{"--count", "1.5"}, "--count", "'1.5' is not a whole number from 1 to 10"},
		{{"--least", "2"}, "--least", "'2' is not a whole number of at least 3"},
		{{"--rate", "nan"}, "--rate", "'nan' is not a number from 0 to 1"},
		{{"--output", ""}, "--output", "takes a value that is not empty"},
		{{"-o", ""}, "--output", "takes a value that is not empty"},
		{{"--item="}, "--item", "takes a value that is not empty"},
		{{"--seed", "-1"}, "--seed",
			"'-1' is not a whole number from 0 to 18446744073709551615"},
		{{"--color", "blue"}, "--color", "'blue' is not one of red, green"},
		{{"--size", "20x"}, "--size", "'20x' is not a size WxH with sides from 1 to 100"},
		{{"--size", "101x5"}, "--size",
			"'101x5' is not a size WxH with sides from 1 to 100"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct error error = {0};
		int first;
		ok(parse(&error, &first, cases[i].words) == -1, "%s is refused", cases[i].words[0]);
		is_text(error.object, cases[i].object, "  object");
		is_text(error.reason, cases[i].reason, "  reason");
	}
}

/* getopt remembers where in "-xf" it was. */
static void again(void)
{
	struct error error;
	int first;
	ok(PARSE("-xf") == -1, "a cluster is refused at its first letter");
	ok(PARSE("a", "b") == OPTIONS_RUN && !flag && first == 1,
		"the next command line is parsed from its start");
}

static void help(void)
{
	char *written = NULL;
	size_t length;
	FILE *stream = open_memstream(&written, &length);
	reset();
	options_help(&options, stream);
	fclose(stream);
	ok(strncmp(written, "usage: tool -m MODEL [options] [FILE...]\nDoes things.\n\n", 55) == 0,
		"help begins with the usage");
	static const char *const lines[] = {"  -f, --flag                  a flag\n",
		"  -n, --count N               a count (default 5)\n", "\nMore:\n",
		"--rate R                a rate (default 0.5)\n",
		"--color C               a colour: red, green (default green)\n",
		"--size WxH              a size (default 150x150)\n",
		"  -o, --output FILE           a file\n"};
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		ok(strstr(written, lines[i]) != NULL, "help has: %s",
			lines[i] + strspn(lines[i], " \n"));
	free(written);
}

static void command_line(void)
{
	char *words[] = {(char *)"tool", (char *)"-o", (char *)"a b", (char *)"it's",
		(char *)"plain", (char *)"", NULL};
	char *line = options_command_line(6, words);
	is_text(line, "-o 'a b' 'it'\\''s' plain ''", "a command line quoted for a shell");
	free(line);
}

int main(void)
{
	good();
	given();
	bad();
	again();
	help();
	command_line();
	reset();
	return done();
}
