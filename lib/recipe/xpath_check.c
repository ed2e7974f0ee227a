#include "recipe/xpath_check.h"

#include "recipe/pattern.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAXIMUM = 64 };

struct function {
	const char *name;
	int minimum, maximum; /* arguments */
};

/* Those of XPath 1.0 (section 4), then those of selector.h. */
static const struct function functions[] = {{"last", 0, 0}, {"position", 0, 0}, {"count", 1, 1}, {"id", 1, 1},
	{"local-name", 0, 1}, {"namespace-uri", 0, 1}, {"name", 0, 1}, {"string", 0, 1}, {"concat", 2, INT_MAX},
	{"starts-with", 2, 2}, {"contains", 2, 2}, {"substring-before", 2, 2}, {"substring-after", 2, 2}, {"substring", 2, 3},
	{"string-length", 0, 1}, {"normalize-space", 0, 1}, {"translate", 3, 3}, {"boolean", 1, 1}, {"not", 1, 1},
	{"true", 0, 0}, {"false", 0, 0}, {"lang", 1, 1}, {"number", 0, 1}, {"sum", 1, 1}, {"floor", 1, 1}, {"ceiling", 1, 1},
	{"round", 1, 1}, {"matches", 2, 2}, {"largest", 1, 1}};

/* Tests of nodes look like functions. */
static const char *const node_types[] = {"comment", "text", "node", "processing-instruction"};

/* What a bracket that is open stands for. */
struct bracket {
	const struct function *function; /* NULL: no call */
	int arguments;       /* complete ones */
	int tokens;          /* of the argument being read */
	const char *literal; /* the last of them, if it is one; without its quotes */
	size_t literal_length;
};

struct check {
	struct bracket open[DEPTH_MAXIMUM + 1]; /* [0]: the expression itself */
	int depth;
	const struct function *call; /* whose '(' comes next */
	const char *expression;      /* all of it, for messages */
	bool operand;                /* the token before ends one: what looks like a name or '*' is an operator */
	struct error *error;
};

static bool is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
		c == '.' || (unsigned char)c >= 0x80;
}

static size_t name_length(const char *text)
{
	size_t length = 0;
	while (is_name(text[length]))
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

/* Fills check->call in for a name before '('. */
static int begin_call(struct check *check, const char *name, size_t length)
{
	for (size_t i = 0; i < sizeof node_types / sizeof *node_types; i++)
		if (is_word(node_types[i], name, length))
			return 0;
	for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
		if (is_word(functions[i].name, name, length)) {
			check->call = &functions[i];
			return 0;
		}
	return error_set(check->error, check->expression, "there is no function %.*s()", (int)length, name);
}

static int open_bracket(struct check *check)
{
	if (check->depth == DEPTH_MAXIMUM)
		return error_set(check->error, check->expression, "more than %d brackets within each other", DEPTH_MAXIMUM);
	check->open[++check->depth] = (struct bracket){.function = check->call};
	check->call = NULL;
	return 0;
}

static int check_pattern(const struct check *check, const struct bracket *bracket)
{
	regex_t regex;
	char *pattern = strndup(bracket->literal, bracket->literal_length);
	int result = pattern ? pattern_compile(&regex, pattern, check->error) : error_memory(check->error, check->expression);
	if (pattern && result == 0)
		regfree(&regex);
	free(pattern);
	return result ? error_within(check->error, check->expression) : 0;
}

static int end_call(const struct check *check, const struct bracket *bracket)
{
	const struct function *function = bracket->function;
	int arguments = bracket->arguments + (bracket->tokens > 0);
	if (!function)
		return 0;
	const char *more = function->maximum == INT_MAX ? " or more" : function->maximum > function->minimum ? " or one more" : "";
	if (arguments < function->minimum || arguments > function->maximum)
		return error_set(check->error, check->expression, "%s() takes %d argument%s%s, not %d", function->name,
			function->minimum, function->minimum == 1 ? "" : "s", more, arguments);
	bool written_out = strcmp(function->name, "matches") == 0 && bracket->tokens == 1 && bracket->literal;
	return written_out ? check_pattern(check, bracket) : 0;
}

/* ---- tokens ---- */

/* A name: an operator, an axis, a function or a test of nodes. Returns what follows it, or NULL. */
static const char *read_name(struct check *check, const char *name)
{
	size_t length = name_length(name);
	const char *next = skip_blanks(name + length);
	bool axis = next[0] == ':' && next[1] == ':';
	if (check->operand || axis) {
		check->operand = false;
		return axis ? next + 2 : next;
	}
	if (*next == ':') {
		error_set(check->error, check->expression, "names are written without a prefix: %.*s:", (int)length, name);
		return NULL;
	}
	check->operand = *next != '(';
	return *next == '(' && begin_call(check, name, length) ? NULL : next;
}

static const char *read_literal(struct check *check, const char *text)
{
	struct bracket *bracket = &check->open[check->depth];
	const char *end = strchr(text + 1, *text);
	bracket->literal = text + 1;
	bracket->literal_length = end ? (size_t)(end - text - 1) : strlen(text + 1);
	check->operand = true;
	return text + 1 + bracket->literal_length + (end != NULL);
}

static const char *read_sign(struct check *check, const char *text)
{
	struct bracket *bracket = &check->open[check->depth];
	switch (*text) {
	case '(':
	case '[':
		check->operand = false;
		return open_bracket(check) ? NULL : text + 1;
	case ')':
	case ']':
		check->operand = true;
		check->depth -= check->depth > 0;
		return end_call(check, bracket) ? NULL : text + 1;
	case ',':
		check->operand = false;
		bracket->arguments++;
		bracket->tokens = 0;
		return text + 1;
	case '*':
		check->operand = !check->operand;
		return text + 1;
	default:
		check->operand = false;
		return text + 1;
	}
}

static const char *read_token(struct check *check, const char *text)
{
	struct bracket *bracket = &check->open[check->depth];
	bool closes = strchr(")],", *text) != NULL;
	bracket->tokens += !closes;
	if (!closes)
		bracket->literal = NULL;
	if (*text == '$') {
		error_set(check->error, check->expression, "there is no variable %.*s", (int)name_length(text + 1) + 1, text);
		return NULL;
	}
	if (*text == '"' || *text == '\'')
		return read_literal(check, text);
	if (*text == '.' || (*text >= '0' && *text <= '9')) {
		check->operand = true;
		return text + strspn(text, ".0123456789");
	}
	return is_name(*text) && *text != '-' ? read_name(check, text) : read_sign(check, text);
}

int xpath_check(const char *expression, struct error *error)
{
	struct check check = {.expression = expression, .error = error};
	for (const char *text = skip_blanks(expression); *text; text = skip_blanks(text))
		if (!(text = read_token(&check, text)))
			return -1;
	return 0;
}
