#include "recipe/xpath_check.h"

#include "recipe/pattern.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAXIMUM = 64 };

struct xpath_function {
	const char *name;
	int minimum, maximum; /* arguments */
};

/* Those of XPath 1.0 (section 4), then those of selector.h. */
static const struct xpath_function functions[] = {{"last", 0, 0}, {"position", 0, 0},
	{"count", 1, 1}, {"id", 1, 1}, {"local-name", 0, 1}, {"namespace-uri", 0, 1},
	{"name", 0, 1}, {"string", 0, 1}, {"concat", 2, INT_MAX}, {"starts-with", 2, 2},
	{"contains", 2, 2}, {"substring-before", 2, 2}, {"substring-after", 2, 2},
	{"substring", 2, 3}, {"string-length", 0, 1}, {"normalize-space", 0, 1},
	{"translate", 3, 3}, {"boolean", 1, 1}, {"not", 1, 1}, {"true", 0, 0}, {"false", 0, 0},
	{"lang", 1, 1}, {"number", 0, 1}, {"sum", 1, 1}, {"floor", 1, 1}, {"ceiling", 1, 1},
	{"round", 1, 1}, {"matches", 2, 2}, {"largest", 1, 1}};

/* Node tests look like functions. */
static const char *const node_types[] = {"comment", "text", "node", "processing-instruction"};

/* An open bracket. */
struct xpath_bracket {
	const struct xpath_function *function; /* NULL: no call */
	int arguments;                         /* completed ones */
	int tokens;                            /* of the argument being read */
	const char *literal;                   /* the last token, if it is one; without quotes */
	size_t literal_length;
};

struct xpath_parser {
	struct xpath_bracket
		brackets[DEPTH_MAXIMUM + 1]; /* open ones; [0]: the expression itself */
	int depth;
	const struct xpath_function *call; /* if its '(' comes next */
	const char *expression;            /* for messages */
	bool after_operand; /* the previous token ends an operand: a name or '*' is an operator
	                     * now */
	struct error *error;
};

static bool is_name_character(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		c == '_' || c == '-' || c == '.' || (unsigned char)c >= 0x80;
}

static size_t name_length(const char *text)
{
	size_t length = 0;
	while (is_name_character(text[length]))
		length++;
	return length;
}

static const char *skip_blanks(const char *text)
{
	return text + strspn(text, " \t\r\n");
}

static bool is_word(const char *word, const char *text, size_t length)
{
	return strlen(word) == length && strncmp(word, text, length) == 0;
}

/* ---- calls ---- */

/* Sets parser->call for a name before '('. */
static int begin_call(struct xpath_parser *parser, const char *name, size_t length)
{
	for (size_t i = 0; i < sizeof node_types / sizeof *node_types; i++)
		if (is_word(node_types[i], name, length))
			return 0;
	for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
		if (is_word(functions[i].name, name, length)) {
			parser->call = &functions[i];
			return 0;
		}
	return error_set(parser->error, parser->expression, "unknown function %.*s()", (int)length,
		name);
}

static int open_bracket(struct xpath_parser *parser)
{
	if (parser->depth == DEPTH_MAXIMUM)
		return error_set(parser->error, parser->expression, "more than %d nested brackets",
			DEPTH_MAXIMUM);
	parser->brackets[++parser->depth] = (struct xpath_bracket){.function = parser->call};
	parser->call = NULL;
	return 0;
}

static int check_pattern(const struct xpath_parser *parser, const struct xpath_bracket *bracket)
{
	regex_t regex;
	char *pattern = strndup(bracket->literal, bracket->literal_length);
	int result = pattern ? pattern_compile(&regex, pattern, parser->error)
			     : error_memory(parser->error, parser->expression);
	if (pattern && result == 0)
		regfree(&regex);
	free(pattern);
	return result ? error_within(parser->error, parser->expression) : 0;
}

static int end_call(const struct xpath_parser *parser, const struct xpath_bracket *bracket)
{
	const struct xpath_function *function = bracket->function;
	int arguments = bracket->arguments + (bracket->tokens > 0);
	if (!function)
		return 0;
	const char *more = function->maximum == INT_MAX ? " or more"
		: function->maximum > function->minimum ? " or one more"
							: "";
	if (arguments < function->minimum || arguments > function->maximum)
		return error_set(parser->error, parser->expression,
			"%s() takes %d argument%s%s, not %d", function->name, function->minimum,
			function->minimum == 1 ? "" : "s", more, arguments);
	bool is_literal =
		strcmp(function->name, "matches") == 0 && bracket->tokens == 1 && bracket->literal;
	return is_literal ? check_pattern(parser, bracket) : 0;
}

/* ---- tokens ---- */

/* A name: an operator, an axis, a function or a node test. Returns what follows it, or NULL. */
static const char *parse_name(struct xpath_parser *parser, const char *name)
{
	size_t length = name_length(name);
	const char *next = skip_blanks(name + length);
	bool axis = next[0] == ':' && next[1] == ':';
	if (parser->after_operand || axis) {
		parser->after_operand = false;
		return axis ? next + 2 : next;
	}
	if (*next == ':') {
		error_set(parser->error, parser->expression,
			"namespace prefixes are not supported: %.*s:", (int)length, name);
		return NULL;
	}
	parser->after_operand = *next != '(';
	return *next == '(' && begin_call(parser, name, length) ? NULL : next;
}

static const char *parse_literal(struct xpath_parser *parser, const char *text)
{
	struct xpath_bracket *bracket = &parser->brackets[parser->depth];
	const char *end = strchr(text + 1, *text);
	bracket->literal = text + 1;
	bracket->literal_length = end ? (size_t)(end - text - 1) : strlen(text + 1);
	parser->after_operand = true;
	return text + 1 + bracket->literal_length + (end != NULL);
}

static const char *parse_symbol(struct xpath_parser *parser, const char *text)
{
	struct xpath_bracket *bracket = &parser->brackets[parser->depth];
	switch (*text) {
	case '(':
	case '[':
		parser->after_operand = false;
		return open_bracket(parser) ? NULL : text + 1;
	case ')':
	case ']':
		parser->after_operand = true;
		parser->depth -= parser->depth > 0;
		return end_call(parser, bracket) ? NULL : text + 1;
	case ',':
		parser->after_operand = false;
		bracket->arguments++;
		bracket->tokens = 0;
		return text + 1;
	case '*':
		parser->after_operand = !parser->after_operand;
		return text + 1;
	default:
		parser->after_operand = false;
		return text + 1;
	}
}

static const char *parse_token(struct xpath_parser *parser, const char *text)
{
	struct xpath_bracket *bracket = &parser->brackets[parser->depth];
	bool closes = strchr(")],", *text) != NULL;
	bracket->tokens += !closes;
	if (!closes)
		bracket->literal = NULL;
	if (*text == '$') {
		error_set(parser->error, parser->expression, "unknown variable %.*s",
			(int)name_length(text + 1) + 1, text);
		return NULL;
	}
	if (*text == '"' || *text == '\'')
		return parse_literal(parser, text);
	if (*text == '.' || (*text >= '0' && *text <= '9')) {
		parser->after_operand = true;
		return text + strspn(text, ".0123456789");
	}
	return is_name_character(*text) && *text != '-' ? parse_name(parser, text)
							: parse_symbol(parser, text);
}

int xpath_check(const char *expression, struct error *error)
{
	struct xpath_parser parser = {.expression = expression, .error = error};
	for (const char *text = skip_blanks(expression); *text; text = skip_blanks(text))
		if (!(text = parse_token(&parser, text)))
			return -1;
	return 0;
}
