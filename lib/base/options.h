/* The command line of a tool as one table, which parses it, checks it and prints its help.
 *
 * An option that names a path says by its type what becomes of the file, so that no output takes an input's place
 * (tools/common/files.h).
 *
 * The variable that an option sets holds the default before parsing, and help
 * prints that value: the two cannot drift apart. */
#ifndef BASE_OPTIONS_H
#define BASE_OPTIONS_H

#include "base/error.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdio.h>

enum option_type {
	OPTION_FLAG,    /* bool: set to true */
	OPTION_INTEGER, /* int in [minimum, maximum] */
	OPTION_REAL,    /* double in [minimum, maximum] */
	OPTION_SEED,    /* uint64_t */
	OPTION_TEXT,    /* const char *; NULL: not given. Points into argv; "" is refused: often an unset variable */
	OPTION_LIST,    /* struct text_list; every use adds one; "" is refused */
	OPTION_INPUT,         /* paths, as OPTION_TEXT: of a file that is read, or of a model's folder */
	OPTION_INPUT_LIST,    /* of such, as OPTION_LIST */
	OPTION_OUTPUT,        /* of a file that is written */
	OPTION_OUTPUT_FOLDER, /* of a folder that files are written into */
	OPTION_OUTPUT_MODEL,  /* of a model's folder that is written */
	OPTION_CHOICE,  /* int: index into choices */
	OPTION_SIZE,    /* struct option_size: WIDTHxHEIGHT, or one number for both; each in [minimum, maximum] */
	OPTION_TITLE,   /* no option: `help` is a heading in the help text */
};

/* Whether the value is one text, or a list of such. */
bool options_is_text(enum option_type type);
bool options_is_list(enum option_type type);

struct option_size {
	int width, height;
};

struct option_row {
	char letter;          /* 0: only the long form */
	const char *name;     /* without dashes */
	enum option_type type;
	void *value;
	const char *argument; /* name of its value in the help, "FILE"; NULL for a flag */
	const char *help;     /* one line, small first letter, no full stop */
	double minimum, maximum;
	const char *const *choices; /* NULL-ended, for OPTION_CHOICE */
};

struct options {
	const char *tool;
	const char *operands; /* "[FILE...]" */
	const char *summary;  /* one sentence */
	const struct option_row *rows; /* ended by a row without help */
	const char *required;          /* options that the tool checks to be there, "-m MODEL"; NULL: none */
};

enum options_result { OPTIONS_RUN, OPTIONS_HELP, OPTIONS_VERSION };

/* Parses argv by the table; --help (-h) and --version are known to every tool. Operands are moved
 * behind the options; *first is the index of the first operand. Returns what to do, or -1 for an
 * error of usage, whose object is the option and whose reason says what it takes. */
CHECKED int options_parse(const struct options *options, int argc, char **argv, int *first,
	struct error *error);

/* Whether the command line names an option, which may have got its default value that way too. `argv` is as options_parse
 * left it, with `first`; `name` without dashes. */
bool options_given(const struct options *options, int first, char **argv, const char *name);

/* Writes usage, summary and a line per option with its default. */
void options_help(const struct options *options, FILE *stream);

/* Writes the arguments of a run as one line for a history, each quoted as a shell needs it.
 * In fresh memory, which the caller frees; NULL without memory. */
char *options_command_line(int argc, char **argv);

#endif
