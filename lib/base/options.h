/* Command-line options as one table, from which they are parsed, checked and printed as help.
 *
 * The type of an option that names a path says whether it is read or written, so that no output
 * overwrites an input (tools/common/files.h).
 *
 * The variable that an option sets holds the default before parsing, and help
 * prints that value: the two cannot differ. A number out of its range is none: the help says what
 * applies then. */
#ifndef BASE_OPTIONS_H
#define BASE_OPTIONS_H

#include "base/error.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdio.h>

enum option_type {
	OPTION_FLAG,     /* bool: set to true */
	OPTION_INTEGER,  /* int in [minimum, maximum] */
	OPTION_REAL,     /* double in [minimum, maximum] */
	OPTION_DURATION, /* double: seconds in [minimum, maximum], given as 90, 90s, 1.5m or 2h */
	OPTION_SEED,     /* uint64_t */
	OPTION_TEXT,     /* const char *; NULL: not given. Points into argv; "" is refused, often an
	                    unset shell variable */
	OPTION_LIST,     /* struct text_list; every occurrence appends; "" is refused */
	OPTION_INPUT,    /* path, as OPTION_TEXT: a file or a model folder that is read */
	OPTION_INPUT_LIST,    /* such paths, as OPTION_LIST */
	OPTION_OUTPUT,        /* a file that is written */
	OPTION_OUTPUT_FOLDER, /* a folder that files are written into */
	OPTION_OUTPUT_MODEL,  /* a model folder that is written */
	OPTION_CHOICE,        /* int: index into choices */
	OPTION_SIZE,  /* struct option_size: WIDTHxHEIGHT, or one number for both; each in [minimum,
	                 maximum] */
	OPTION_TITLE, /* not an option: `help` is a heading in the help text */
};

/* Whether the value is a string. */
bool options_is_text(enum option_type type);

struct option_size {
	int width, height;
};

struct option_row {
	char letter;      /* 0: only the long form */
	const char *name; /* without dashes */
	enum option_type type;
	void *value;
	const char *argument; /* name of its value in the help, "FILE"; NULL for a flag */
	const char *help;     /* one line, lower-case first letter, no full stop */
	double minimum, maximum;
	const char *const *choices; /* NULL-terminated, for OPTION_CHOICE */
};

struct options {
	const char *tool;
	const char *operands;          /* "[FILE...]" */
	const char *summary;           /* one sentence */
	const struct option_row *rows; /* the last row has no help */
	const char *required;          /* options that the tool requires, "-m MODEL"; NULL: none */
};

enum options_result { OPTIONS_RUN, OPTIONS_HELP, OPTIONS_VERSION };

/* Parses argv by the table; every tool has --help (-h) and --version. Operands are moved
 * after the options; *first is the index of the first operand. Returns what to do, or -1 for a
 * usage error, whose object is the option and whose reason says what it takes. */
CHECKED int options_parse(const struct options *options, int argc, char **argv, int *first,
	struct error *error);

/* Whether an option was given on the command line, be it with its default value. `argv` and `first`
 * are those after options_parse; `name` is without dashes. */
bool options_given(const struct options *options, int first, char **argv, const char *name);

/* Sets an option as if it had been given with this value, which must outlive it where it is a text;
 * a flag is set whatever the value is. Returns 0; -1: there is no such option, or its value is not
 * valid, with an error as of options_parse. */
CHECKED int options_set(const struct options *options, const char *name, const char *value,
	struct error *error);

/* Writes usage, summary and a line per option with its default. */
void options_help(const struct options *options, FILE *stream);

/* The arguments as one line for a history, quoted for a shell. The caller frees it; NULL without
 * memory. */
char *options_command_line(int argc, char **argv);

#endif
