#include "base/options.h"

#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { OPTIONS_MAXIMUM = 96, LONG_BASE = 256, HELP_COLUMN = 30 };
enum { CODE_HELP = LONG_BASE + OPTIONS_MAXIMUM, CODE_VERSION };

bool options_is_text(enum option_type type)
{
	return type == OPTION_TEXT || type == OPTION_INPUT || type == OPTION_OUTPUT ||
		type == OPTION_OUTPUT_FOLDER || type == OPTION_OUTPUT_MODEL;
}

static bool is_list(enum option_type type)
{
	return type == OPTION_LIST || type == OPTION_INPUT_LIST;
}

static int bad_value(const struct option_row *row, const char *text, struct error *error)
{
	char object[128], shown[256];
	snprintf(object, sizeof object, "--%s", row->name);
	text_printable(shown, sizeof shown, text);
	if (options_is_text(row->type) || is_list(row->type))
		return error_set(error, object, "takes a value that is not empty");
	if (row->type == OPTION_CHOICE) {
		char list[300] = "";
		for (int i = 0; row->choices[i]; i++)
			snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s",
				i ? ", " : "", row->choices[i]);
		return error_set(error, object, "'%s' is not one of %s", shown, list);
	}
	const char *kind = row->type == OPTION_INTEGER ? "a whole number"
		: row->type == OPTION_REAL             ? "a number"
		: row->type == OPTION_DURATION         ? "a time in seconds, or with s, m or h,"
		: row->type == OPTION_SEED ? "a whole number from 0 to 18446744073709551615"
					   : "a size WxH with sides";
	if (row->type == OPTION_SEED)
		return error_set(error, object, "'%s' is not %s", shown, kind);
	if (isinf(row->maximum))
		return error_set(error, object, "'%s' is not %s of at least %g", shown, kind,
			row->minimum);
	return error_set(error, object, "'%s' is not %s from %.15g to %.15g", shown, kind,
		row->minimum, row->maximum);
}

static bool in_range(const struct option_row *row, double value)
{
	return value >= row->minimum && value <= row->maximum;
}

static bool parse_integer(const struct option_row *row, const char *text, int *value)
{
	int64_t parsed;
	if (!text_to_integer(text, &parsed) || !in_range(row, (double)parsed))
		return false;
	*value = (int)parsed;
	return true;
}

static bool parse_duration(const struct option_row *row, const char *text, double *seconds)
{
	static const char units[] = "smh";
	static const double lengths[] = {1, 60, 3600};
	char number[32];
	size_t length = strlen(text);
	const char *unit = length ? strchr(units, text[length - 1]) : NULL;
	if (length >= sizeof number)
		return false;
	memcpy(number, text, length + 1);
	if (unit)
		number[length - 1] = 0;
	double value;
	if (!text_to_real(number, &value))
		return false;
	value *= unit ? lengths[unit - units] : 1;
	if (!in_range(row, value))
		return false;
	*seconds = value;
	return true;
}

static bool parse_size(const struct option_row *row, const char *text, struct option_size *size)
{
	char width[16];
	const char *x = strchr(text, 'x');
	if (!x)
		return parse_integer(row, text, &size->width) &&
			((size->height = size->width), true);
	if ((size_t)(x - text) >= sizeof width)
		return false;
	memcpy(width, text, (size_t)(x - text));
	width[x - text] = 0;
	return parse_integer(row, width, &size->width) && parse_integer(row, x + 1, &size->height);
}

static bool parse_choice(const struct option_row *row, const char *text, int *value)
{
	for (int i = 0; row->choices[i]; i++)
		if (strcmp(row->choices[i], text) == 0) {
			*value = i;
			return true;
		}
	return false;
}

static int set_value(const struct option_row *row, const char *text, struct error *error)
{
	double real;
	bool good = true;
	switch (row->type) {
	case OPTION_FLAG:
		*(bool *)row->value = true;
		break;
	case OPTION_INTEGER:
		good = parse_integer(row, text, row->value);
		break;
	case OPTION_REAL:
		good = text_to_real(text, &real) && in_range(row, real);
		if (good)
			*(double *)row->value = real;
		break;
	case OPTION_DURATION:
		good = parse_duration(row, text, row->value);
		break;
	case OPTION_SEED:
		good = text_to_unsigned(text, row->value);
		break;
	case OPTION_TEXT:
	case OPTION_INPUT:
	case OPTION_OUTPUT:
	case OPTION_OUTPUT_FOLDER:
	case OPTION_OUTPUT_MODEL:
		good = *text;
		*(const char **)row->value = text;
		break;
	case OPTION_LIST:
	case OPTION_INPUT_LIST:
		good = *text;
		if (good && text_list_add(row->value, text, error))
			return -1;
		break;
	case OPTION_CHOICE:
		good = parse_choice(row, text, row->value);
		break;
	case OPTION_SIZE:
		good = parse_size(row, text, row->value);
		break;
	case OPTION_TITLE:
		break;
	}
	return good ? 0 : bad_value(row, text, error);
}

struct getopt_tables {
	char letters[2 * OPTIONS_MAXIMUM + 8];
	struct option long_options[OPTIONS_MAXIMUM + 3];
};

static void build_parser(const struct option_row *rows, struct getopt_tables *tables)
{
	char *letter = tables->letters;
	struct option *long_option = tables->long_options;
	*letter++ = ':';
	*letter++ = 'h';
	for (int i = 0; rows[i].help; i++) {
		if (rows[i].type == OPTION_TITLE)
			continue;
		bool has_argument = rows[i].type != OPTION_FLAG;
		*long_option++ = (struct option){rows[i].name, has_argument, NULL, LONG_BASE + i};
		if (rows[i].letter)
			*letter++ = rows[i].letter;
		if (rows[i].letter && has_argument)
			*letter++ = ':';
	}
	*long_option++ = (struct option){"help", no_argument, NULL, CODE_HELP};
	*long_option++ = (struct option){"version", no_argument, NULL, CODE_VERSION};
	*long_option = (struct option){0};
	*letter = 0;
}

static const struct option_row *find_row(const struct option_row *rows, int code)
{
	if (code >= LONG_BASE)
		return &rows[code - LONG_BASE];
	for (int i = 0; rows[i].help; i++)
		if (rows[i].type != OPTION_TITLE && rows[i].letter == code)
			return &rows[i];
	return NULL;
}

int options_parse(const struct options *options, int argc, char **argv, int *first,
	struct error *error)
{
	struct getopt_tables tables;
	char shown[256];
	build_parser(options->rows, &tables);
	opterr = 0;
	optind = 0; /* glibc: reset for a new command line */
	int code;
	while (optind <= argc &&
		(code = getopt_long(argc, argv, tables.letters, tables.long_options, NULL)) != -1) {
		const char *given = text_printable(shown, sizeof shown, argv[optind - 1]);
		if (code == 'h' || code == CODE_HELP)
			return OPTIONS_HELP;
		if (code == CODE_VERSION)
			return OPTIONS_VERSION;
		if (code == ':')
			return error_set(error, given, "takes a value");
		if (code == '?' && optopt >= LONG_BASE)
			return error_set(error, given, "takes no value");
		if (code == '?') {
			char letter[3] = {'-', (char)optopt, 0};
			return error_set(error, optopt ? letter : given, "no such option");
		}
		if (set_value(find_row(options->rows, code), optarg, error))
			return -1;
	}
	*first = optind;
	return OPTIONS_RUN;
}

bool options_given(const struct options *options, int first, char **argv, const char *name)
{
	struct getopt_tables tables;
	build_parser(options->rows, &tables);
	optind = 1;
	int code;
	while (optind < first &&
		(code = getopt_long(first, argv, tables.letters, tables.long_options, NULL)) != -1)
		if (strcmp(find_row(options->rows, code)->name, name) == 0)
			return true;
	return false;
}

int options_set(const struct options *options, const char *name, const char *value,
	struct error *error)
{
	for (const struct option_row *row = options->rows; row->help; row++)
		if (row->type != OPTION_TITLE && strcmp(row->name, name) == 0)
			return set_value(row, value, error);
	char object[128];
	snprintf(object, sizeof object, "--%s", name);
	return error_set(error, object, "no such option");
}

static void print_default(const struct option_row *row, FILE *stream)
{
	const struct option_size *size = row->value;
	const char *text;
	switch (row->type) {
	case OPTION_INTEGER:
		if (in_range(row, *(int *)row->value))
			fprintf(stream, " (default %d)", *(int *)row->value);
		break;
	case OPTION_REAL:
		if (in_range(row, *(double *)row->value))
			fprintf(stream, " (default %g)", *(double *)row->value);
		break;
	case OPTION_DURATION:
		if (in_range(row, *(double *)row->value))
			fprintf(stream, " (default %g s)", *(double *)row->value);
		break;
	case OPTION_SEED:
		fprintf(stream, " (default %llu)", (unsigned long long)*(uint64_t *)row->value);
		break;
	case OPTION_TEXT:
	case OPTION_OUTPUT_FOLDER:
		if ((text = *(const char **)row->value))
			fprintf(stream, " (default %s)", text);
		break;
	case OPTION_CHOICE:
		if (*(int *)row->value >= 0)
			fprintf(stream, " (default %s)", row->choices[*(int *)row->value]);
		break;
	case OPTION_SIZE:
		if (size->width > 0)
			fprintf(stream, " (default %dx%d)", size->width, size->height);
		break;
	case OPTION_FLAG:
	case OPTION_LIST:
	case OPTION_INPUT:
	case OPTION_INPUT_LIST:
	case OPTION_OUTPUT:
	case OPTION_OUTPUT_MODEL:
	case OPTION_TITLE:
		break; /* have none */
	}
}

static void print_row(const char letter, const char *name, const char *argument, FILE *stream)
{
	char column[128];
	int used = snprintf(column, sizeof column, letter ? "  -%c, " : "      ", letter);
	snprintf(column + used, sizeof column - (size_t)used, "--%s%s%s", name, argument ? " " : "",
		argument ? argument : "");
	fprintf(stream, "%-*s", HELP_COLUMN, column);
	if (strlen(column) >= HELP_COLUMN)
		fprintf(stream, "\n%*s", HELP_COLUMN, "");
}

void options_help(const struct options *options, FILE *stream)
{
	fprintf(stream, "usage: %s%s%s [options]%s%s\n%s\n\n", options->tool,
		options->required ? " " : "", options->required ? options->required : "",
		*options->operands ? " " : "", options->operands, options->summary);
	for (const struct option_row *row = options->rows; row->help; row++) {
		if (row->type == OPTION_TITLE) {
			fprintf(stream, "\n%s:\n", row->help);
			continue;
		}
		print_row(row->letter, row->name, row->argument, stream);
		fputs(row->help, stream);
		for (int i = 0; row->type == OPTION_CHOICE && row->choices[i]; i++)
			fprintf(stream, "%s%s", i ? ", " : ": ", row->choices[i]);
		print_default(row, stream);
		fputc('\n', stream);
	}
	print_row('h', "help", NULL, stream);
	fputs("print this and exit\n", stream);
	print_row(0, "version", NULL, stream);
	fputs("print the version and exit\n", stream);
}

char *options_command_line(int argc, char **argv)
{
	char *line = NULL;
	size_t size;
	FILE *stream = open_memstream(&line, &size);
	if (!stream)
		return NULL;
	for (int i = 1; i < argc; i++) {
		bool plain = *argv[i] && !argv[i][strcspn(argv[i], " \t\n'\"\\$`!*?[](){}<>|&;#~")];
		fputs(i > 1 ? " " : "", stream);
		if (!plain)
			fputc('\'', stream);
		for (const char *p = argv[i]; *p; p++)
			if (*p == '\'')
				fputs("'\\''", stream);
			else
				fputc(*p, stream);
		if (!plain)
			fputc('\'', stream);
	}
	if (fclose(stream)) {
		free(line);
		return NULL;
	}
	return line;
}
