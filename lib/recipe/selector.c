#include "recipe/selector.h"

#include "base/array.h"

#include "recipe/json_path.h"
#include "recipe/pattern.h"
#include "recipe/tree.h"
#include "recipe/unescape.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS_MAXIMUM = 64 };

enum step_kind {
	STEP_PAGE,
	STEP_XPATH,
	STEP_JSON,
	STEP_PATTERN,
	STEP_GROUP,
	STEP_UNESCAPE,
	STEP_AS
};

struct selector_step {
	enum step_kind kind;
	enum document_format format; /* of its context and its results */
	bool is_first; /* evaluated at the context node itself, also an attribute, without parsing
	                  its text */
	char *expression; /* owned */
	xmlXPathCompExprPtr xpath;
	struct json_path path;
	regex_t regex;
	int group;
};

/* ---- parsing ---- */

/* `groups` is the number of groups of the context's match; -1: the context is not a match. */
static int compile_group(struct selector_step *step, int groups, struct error *error)
{
	step->kind = STEP_GROUP;
	step->group = step->expression[1] - '0';
	if (groups < 0)
		return error_set(error, step->expression,
			"a group, but its context is not a match of a regular expression");
	if (step->group > groups)
		return error_set(error, step->expression,
			"the regular expression has only %d group%s", groups,
			groups == 1 ? "" : "s");
	return 0;
}

static int compile_text(struct selector_step *step, int groups, struct error *error)
{
	const char *text = step->expression;
	if (text[0] == '\\' && text[1] >= '0' && text[1] <= '9' && !text[2])
		return compile_group(step, groups, error);
	if (!*text)
		return error_set(error, "text", "regular expression missing");
	if (pattern_compile(&step->regex, text, error))
		return -1;
	step->kind = STEP_PATTERN;
	return 0;
}

/* Sets `kind` only once the step's members can be freed as such. */
static int compile_expression(struct selector_step *step, int groups, struct error *error)
{
	if (step->format == DOCUMENT_TEXT)
		return compile_text(step, groups, error);
	if (step->format == DOCUMENT_JSON) {
		step->kind = STEP_JSON;
		return json_path_parse(&step->path, step->expression, error);
	}
	step->kind = STEP_XPATH;
	step->xpath = tree_compile(*step->expression ? step->expression : ".", error);
	return step->xpath ? 0 : -1;
}

/* The number of groups of the step's matches; -1: its results are not matches. */
static int step_groups(const struct selector_step *step)
{
	if (step->kind != STEP_PATTERN)
		return -1;
	return step->regex.re_nsub < PATTERN_GROUPS ? (int)step->regex.re_nsub : PATTERN_GROUPS - 1;
}

static const struct {
	const char *word;
	enum step_kind kind;
	enum document_format format;
} step_words[] = {
	{"html", STEP_XPATH, DOCUMENT_HTML},
	{"xml", STEP_XPATH, DOCUMENT_XML},
	{"json", STEP_JSON, DOCUMENT_JSON},
	{"text", STEP_PATTERN, DOCUMENT_TEXT},
	{"unescape", STEP_UNESCAPE, DOCUMENT_TEXT},
	{"as", STEP_AS, DOCUMENT_TEXT},
};

/* Parses a step after an arrow: its word and argument. */
static int parse_step(struct selector_step *step, const char *text, int groups, struct error *error)
{
	size_t length = strcspn(text, " \t");
	const char *rest = text + length + strspn(text + length, " \t");
	for (size_t i = 0; i < sizeof step_words / sizeof *step_words; i++) {
		if (strlen(step_words[i].word) != length ||
			strncmp(text, step_words[i].word, length))
			continue;
		step->format = step_words[i].format;
		if (!(step->expression = strdup(rest)))
			return error_memory(error, text);
		if (step_words[i].kind != STEP_UNESCAPE && step_words[i].kind != STEP_AS)
			return compile_expression(step, groups, error);
		step->kind = step_words[i].kind;
		if ((step->kind == STEP_AS) != (strstr(rest, "{}") != NULL))
			return error_set(error, text,
				step->kind == STEP_AS ? "a template without {}"
						      : "takes no argument");
		return 0;
	}
	return error_set(error, text,
		"unknown step: must be html, xml, json, text, unescape or as");
}

static int parse_first_step(struct selector_step *step, const char *text,
	enum document_format format, int groups, struct error *error)
{
	step->format = format;
	step->is_first = true;
	if (!*text) {
		step->kind = STEP_PAGE;
		step->format = DOCUMENT_TEXT;
		return 0;
	}
	step->expression = strdup(text);
	return step->expression ? compile_expression(step, groups, error)
				: error_memory(error, text);
}

/* Splits `text` at its first arrow, and trims it. Returns what follows the arrow, or NULL. */
static char *split_step(char **text)
{
	char *p = *text,
	     *arrow = strncmp(p, "->", 2) == 0 && isblank((unsigned char)p[2]) ? p
									       : strstr(p, " -> ");
	char *rest = arrow ? arrow + (arrow == p ? 2 : 4) : NULL;
	char *end = arrow ? arrow : p + strlen(p);
	while (end > p && isblank((unsigned char)end[-1]))
		end--;
	*end = 0;
	return rest ? rest + strspn(rest, " \t") : NULL;
}

/* Appends a step; `groups` is that of the context of the first. */
static int add_step(struct selector *selector, const char *text, enum document_format format,
	int groups, struct error *error)
{
	if (selector->count == STEPS_MAXIMUM)
		return error_set(error, text, "more than %d steps", STEPS_MAXIMUM);
	struct selector_step *steps = array_grow(selector->steps, selector->count, sizeof *steps);
	if (!steps)
		return error_memory(error, text);
	selector->steps = steps;
	struct selector_step *step = &steps[selector->count];
	/* A kind without memory, until it is compiled. */
	*step = (struct selector_step){.kind = STEP_PAGE};
	if (selector->count++ == 0)
		return parse_first_step(step, text, format, groups, error);
	return parse_step(step, text, step_groups(step - 1), error);
}

static int parse_selector(struct selector *selector, const char *text, const char *location,
	enum document_format format, int groups, struct error *error)
{
	*selector = (struct selector){.text = strdup(text), .location = strdup(location)};
	char *copy = strdup(text), *next = copy;
	int result = copy && selector->text && selector->location ? 0 : error_memory(error, text);
	while (result == 0 && next) {
		char *current = next;
		next = split_step(&current);
		result = add_step(selector, current, format, groups, error);
	}
	if (result == 0 && selector->count == 1 && selector->steps[0].kind == STEP_PAGE)
		result = error_set(error, text, "empty selector");
	free(copy);
	if (result)
		selector_free(selector);
	return result;
}

int selector_parse(struct selector *selector, const char *text, const char *location,
	enum document_format format, struct error *error)
{
	return parse_selector(selector, text, location, format, -1, error);
}

int selector_parse_within(struct selector *selector, const char *text, const char *location,
	const struct selector *item, struct error *error)
{
	const struct selector_step *last = &item->steps[item->count - 1];
	return parse_selector(selector, text, location, last->format, step_groups(last), error);
}

/* ---- evaluation ---- */

struct selector_evaluation {
	struct document *document;
	struct node_list *found;
	struct error *error;
	bool failed; /* with `error` set */
};

static int add_text(struct selector_evaluation *evaluation, char *text)
{
	struct document_node node = {.kind = NODE_TEXT, .text = text};
	if (document_own_text(evaluation->document, text, text ? strlen(text) : 0,
		    evaluation->error) ||
		node_list_add(evaluation->found, &node, evaluation->error))
		evaluation->failed = true;
	return evaluation->failed ? -1 : 0;
}

static int add_json_value(void *context, const char *name, json_t *value)
{
	struct selector_evaluation *evaluation = context;
	struct document_node node = {.kind = NODE_JSON, .name = name, .value = value};
	evaluation->failed = node_list_add(evaluation->found, &node, evaluation->error) != 0;
	return evaluation->failed ? -1 : 0;
}

/* Stores the texts of all groups, for selectors relative to the item: one block, pointers first. */
static int add_match(void *context, const char *text, const regmatch_t matches[PATTERN_GROUPS])
{
	struct selector_evaluation *evaluation = context;
	size_t size = PATTERN_GROUPS * sizeof(char *);
	for (int i = 0; i < PATTERN_GROUPS; i++)
		size += (size_t)(matches[i].rm_so < 0 ? 0 : matches[i].rm_eo - matches[i].rm_so) +
			1;
	const char **groups = calloc(1, size);
	char *out = groups ? (char *)(groups + PATTERN_GROUPS) : NULL;
	for (int i = 0; groups && i < PATTERN_GROUPS; i++) {
		if (matches[i].rm_so < 0)
			continue;
		size_t length = (size_t)(matches[i].rm_eo - matches[i].rm_so);
		memcpy(out, text + matches[i].rm_so, length);
		groups[i] = out;
		out += length + 1;
	}
	struct document_node node = {.kind = NODE_MATCH, .groups = groups};
	if (document_own_text(evaluation->document, (char *)groups, size, evaluation->error) ||
		node_list_add(evaluation->found, &node, evaluation->error))
		evaluation->failed = true;
	return evaluation->failed ? -1 : 0;
}

static int evaluate_pattern(const struct selector_step *step,
	struct selector_evaluation *evaluation, const struct document_node *from)
{
	struct document *document = evaluation->document;
	char *text = from->kind == NODE_PAGE ? NULL : document_text(document, from);
	const char *bytes = from->kind == NODE_PAGE ? (const char *)document->bytes : text;
	size_t size = from->kind == NODE_PAGE ? document->size : text ? strlen(text) : 0;
	double *seconds = &document->budget.pattern_seconds;
	int result =
		bytes ? pattern_find(&step->regex, bytes, size, add_match, evaluation, seconds) : 0;
	free(text);
	if (result && !evaluation->failed)
		return error_set(evaluation->error, step->expression,
			"regular expressions take too long on this page");
	return result;
}

/* Evaluates in a document, the page or an embedded one. */
static int evaluate_in_document(const struct selector_step *step,
	struct selector_evaluation *evaluation, const struct document_node *from)
{
	struct document_node inside = *from;
	bool is_direct = step->is_first && (from->kind == NODE_TREE || from->kind == NODE_JSON);
	int result = is_direct ? 1
			       : document_within(evaluation->document, from, step->format, &inside,
					 evaluation->error);
	if (result <= 0)
		return result;
	if (step->kind == STEP_XPATH)
		return tree_find(evaluation->document, &inside, step->xpath, step->expression,
			evaluation->found, evaluation->error);
	result = json_path_select(&step->path, inside.value, add_json_value, evaluation,
		&evaluation->document->budget.values);
	if (result && !evaluation->failed)
		return error_set(evaluation->error, step->expression,
			"visits too many values on this page");
	return result;
}

static int evaluate_text(const struct selector_step *step, struct selector_evaluation *evaluation,
	const struct document_node *from)
{
	char *text = document_text(evaluation->document, from);
	if (!text)
		return 0;
	if (step->kind == STEP_UNESCAPE) {
		unescape(text);
		return add_text(evaluation, text);
	}
	const char *braces = strstr(step->expression, "{}");
	char *filled = text_format("%.*s%s%s", (int)(braces - step->expression), step->expression,
		text, braces + 2);
	free(text);
	return add_text(evaluation, filled);
}

static int evaluate_step(const struct selector_step *step, struct selector_evaluation *evaluation,
	const struct document_node *from)
{
	const struct document_node page = {.kind = NODE_PAGE};
	switch (step->kind) {
	case STEP_PAGE:
		return node_list_add(evaluation->found, &page, evaluation->error);
	case STEP_XPATH:
	case STEP_JSON:
		return evaluate_in_document(step, evaluation, from);
	case STEP_PATTERN:
		return evaluate_pattern(step, evaluation, from);
	case STEP_GROUP:
		if (from->kind != NODE_MATCH || !from->groups[step->group])
			return 0;
		return add_text(evaluation, strdup(from->groups[step->group]));
	case STEP_UNESCAPE:
	case STEP_AS:
		return evaluate_text(step, evaluation, from);
	}
	return 0;
}

/* Subtracts the time since `started` from the budget; `result` is that of the evaluation. */
static int charge_time(const struct selector *selector, struct document *document, double started,
	int result, struct error *error)
{
	document->budget.seconds -= pattern_clock() - started;
	if (result == 0 && document->budget.seconds < 0)
		result = error_set(error, selector->text, "selectors take too long on this page");
	return result ? error_within(error, selector->location) : 0;
}

static int evaluate(const struct selector *selector, struct document *document,
	const struct document_node *from, struct node_list *found, struct error *error)
{
	struct node_list current = {0}, next = {0};
	if (!selector->count)
		return 0;
	int result = node_list_add(&current, from, error);
	for (size_t i = 0; result == 0 && i < selector->count; i++) {
		struct selector_evaluation evaluation = {document, &next, error, false};
		for (size_t j = 0; result == 0 && j < current.count; j++) {
			result = evaluate_step(&selector->steps[i], &evaluation, &current.items[j]);
			if (result == 0 && next.count > document->budget.nodes)
				result = error_set(error, selector->text,
					"finds too many nodes on this page");
		}
		document->budget.nodes -= result == 0 ? next.count : 0;
		node_list_free(&current);
		current = next;
		next = (struct node_list){0};
	}
	for (size_t i = 0; result == 0 && i < current.count; i++)
		result = node_list_add(found, &current.items[i], error);
	node_list_free(&current);
	return result;
}

int selector_find(const struct selector *selector, struct document *document,
	const struct document_node *from, struct node_list *found, struct error *error)
{
	double started = pattern_clock();
	return charge_time(selector, document, started,
		evaluate(selector, document, from, found, error), error);
}

int selector_texts(const struct selector *selector, struct document *document,
	const struct document_node *from, struct text_list *texts, struct error *error)
{
	struct node_list found = {0};
	double started = pattern_clock();
	int result = evaluate(selector, document, from, &found, error);
	for (size_t i = 0; result == 0 && i < found.count; i++) {
		char *text = document_text(document, &found.items[i]);
		result = text ? text_list_add(texts, text, error) : 0;
		free(text);
	}
	node_list_free(&found);
	return charge_time(selector, document, started, result, error);
}

int selector_text(const struct selector *selector, struct document *document,
	const struct document_node *from, char **text, struct error *error)
{
	struct node_list found = {0};
	double started = pattern_clock();
	*text = NULL;
	int result = evaluate(selector, document, from, &found, error);
	for (size_t i = 0; result == 0 && !*text && i < found.count; i++)
		*text = document_text(document, &found.items[i]);
	node_list_free(&found);
	result = charge_time(selector, document, started, result, error);
	if (result) {
		free(*text);
		*text = NULL;
	}
	return result;
}

static void free_step(struct selector_step *step)
{
	free(step->expression);
	xmlXPathFreeCompExpr(step->xpath);
	json_path_free(&step->path);
	if (step->kind == STEP_PATTERN)
		regfree(&step->regex);
}

void selector_free(struct selector *selector)
{
	for (size_t i = 0; i < selector->count; i++)
		free_step(&selector->steps[i]);
	free(selector->steps);
	free(selector->text);
	free(selector->location);
	*selector = (struct selector){0};
}
