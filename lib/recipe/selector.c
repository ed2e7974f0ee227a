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

enum step_kind { STEP_PAGE, STEP_XPATH, STEP_JSON, STEP_PATTERN, STEP_GROUP, STEP_UNESCAPE, STEP_AS };

struct selector_step {
	enum step_kind kind;
	enum document_format format; /* of what it looks into, and its results' */
	bool first;                  /* it looks on from where it is: an attribute, too, is seen in its document */
	char *expression;            /* owned */
	xmlXPathCompExprPtr xpath;
	struct json_path path;
	regex_t regex;
	int group;
};

/* ---- reading ---- */

/* `groups` are those of a match that it is seen from; -1: it is seen from none. */
static int compile_group(struct selector_step *step, int groups, struct error *error)
{
	step->kind = STEP_GROUP;
	step->group = step->expression[1] - '0';
	if (groups < 0)
		return error_set(error, step->expression, "a group, but what it is seen from is no match of a regular expression");
	if (step->group > groups)
		return error_set(error, step->expression, "the regular expression has no such group, but %d", groups);
	return 0;
}

static int compile_text(struct selector_step *step, int groups, struct error *error)
{
	const char *text = step->expression;
	if (text[0] == '\\' && text[1] >= '0' && text[1] <= '9' && !text[2])
		return compile_group(step, groups, error);
	if (!*text)
		return error_set(error, "text", "no regular expression");
	if (pattern_compile(&step->regex, text, error))
		return -1;
	step->kind = STEP_PATTERN;
	return 0;
}

/* `kind` is that of what can be freed so far, so that a failure can be cleaned up like any step. */
static int compile(struct selector_step *step, int groups, struct error *error)
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

/* How many groups a match that the step gives has; -1: it gives none. */
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
} words[] = {
	{"html", STEP_XPATH, DOCUMENT_HTML},
	{"xml", STEP_XPATH, DOCUMENT_XML},
	{"json", STEP_JSON, DOCUMENT_JSON},
	{"text", STEP_PATTERN, DOCUMENT_TEXT},
	{"unescape", STEP_UNESCAPE, DOCUMENT_TEXT},
	{"as", STEP_AS, DOCUMENT_TEXT},
};

/* Reads a step behind an arrow: its word, and what the word wants. */
static int read_step(struct selector_step *step, const char *text, int groups, struct error *error)
{
	size_t length = strcspn(text, " \t");
	const char *rest = text + length + strspn(text + length, " \t");
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (strlen(words[i].word) != length || strncmp(text, words[i].word, length))
			continue;
		step->format = words[i].format;
		if (!(step->expression = strdup(rest)))
			return error_memory(error, text);
		if (words[i].kind != STEP_UNESCAPE && words[i].kind != STEP_AS)
			return compile(step, groups, error);
		step->kind = words[i].kind;
		if ((step->kind == STEP_AS) != (strstr(rest, "{}") != NULL))
			return error_set(error, text, step->kind == STEP_AS ? "a template without {}" : "takes nothing");
		return 0;
	}
	return error_set(error, text, "no step: html, xml, json, text, unescape or as");
}

static int read_first(struct selector_step *step, const char *text, enum document_format format, int groups,
	struct error *error)
{
	step->format = format;
	step->first = true;
	if (!*text) {
		step->kind = STEP_PAGE;
		step->format = DOCUMENT_TEXT;
		return 0;
	}
	step->expression = strdup(text);
	return step->expression ? compile(step, groups, error) : error_memory(error, text);
}

/* Cuts `text` at its first arrow, and blanks off its ends. Returns what follows the arrow, or NULL. */
static char *cut_step(char **text)
{
	char *p = *text, *arrow = strncmp(p, "->", 2) == 0 && isblank((unsigned char)p[2]) ? p : strstr(p, " -> ");
	char *rest = arrow ? arrow + (arrow == p ? 2 : 4) : NULL;
	char *end = arrow ? arrow : p + strlen(p);
	while (end > p && isblank((unsigned char)end[-1]))
		end--;
	*end = 0;
	return rest ? rest + strspn(rest, " \t") : NULL;
}

/* Adds a step to the selector; the one before it, or what the first is seen from, has `groups`. */
static int add_step(struct selector *selector, const char *text, enum document_format format, int groups,
	struct error *error)
{
	if (selector->count == STEPS_MAXIMUM)
		return error_set(error, text, "more than %d steps", STEPS_MAXIMUM);
	struct selector_step *steps = array_grow(selector->steps, selector->count, sizeof *steps);
	if (!steps)
		return error_memory(error, text);
	selector->steps = steps;
	struct selector_step *step = &steps[selector->count];
	/* Frees like a step of no memory until it is compiled. */
	*step = (struct selector_step){.kind = STEP_PAGE};
	if (selector->count++ == 0)
		return read_first(step, text, format, groups, error);
	return read_step(step, text, step_groups(step - 1), error);
}

static int parse(struct selector *selector, const char *text, const char *place, enum document_format format, int groups,
	struct error *error)
{
	*selector = (struct selector){.text = strdup(text), .place = strdup(place)};
	char *copy = strdup(text), *next = copy;
	int result = copy && selector->text && selector->place ? 0 : error_memory(error, text);
	while (result == 0 && next) {
		char *now = next;
		next = cut_step(&now);
		result = add_step(selector, now, format, groups, error);
	}
	if (result == 0 && selector->count == 1 && selector->steps[0].kind == STEP_PAGE)
		result = error_set(error, text, "selects nothing");
	free(copy);
	if (result)
		selector_free(selector);
	return result;
}

int selector_parse(struct selector *selector, const char *text, const char *place, enum document_format format,
	struct error *error)
{
	return parse(selector, text, place, format, -1, error);
}

int selector_parse_within(struct selector *selector, const char *text, const char *place, const struct selector *item,
	struct error *error)
{
	const struct selector_step *last = &item->steps[item->count - 1];
	return parse(selector, text, place, last->format, step_groups(last), error);
}

/* ---- finding ---- */

struct finder {
	struct document *document;
	struct node_list *found;
	struct error *error;
	bool failed; /* with `error` set */
};

static int add_text(struct finder *finder, char *text)
{
	struct node node = {.kind = NODE_TEXT, .text = text};
	if (document_keep(finder->document, text, text ? strlen(text) : 0, finder->error) ||
		node_list_add(finder->found, &node, finder->error))
		finder->failed = true;
	return finder->failed ? -1 : 0;
}

static int take_value(void *context, const char *name, json_t *value)
{
	struct finder *finder = context;
	struct node node = {.kind = NODE_JSON, .name = name, .value = value};
	finder->failed = node_list_add(finder->found, &node, finder->error) != 0;
	return finder->failed ? -1 : 0;
}

/* Keeps the texts of all groups, so that fields of the item can choose among them: one block, pointers first. */
static int take_match(void *context, const char *text, const regmatch_t matches[PATTERN_GROUPS])
{
	struct finder *finder = context;
	size_t size = PATTERN_GROUPS * sizeof(char *);
	for (int i = 0; i < PATTERN_GROUPS; i++)
		size += (size_t)(matches[i].rm_so < 0 ? 0 : matches[i].rm_eo - matches[i].rm_so) + 1;
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
	struct node node = {.kind = NODE_MATCH, .groups = groups};
	if (document_keep(finder->document, (char *)groups, size, finder->error) ||
		node_list_add(finder->found, &node, finder->error))
		finder->failed = true;
	return finder->failed ? -1 : 0;
}

static int find_pattern(const struct selector_step *step, struct finder *finder, const struct node *from)
{
	struct document *document = finder->document;
	char *text = from->kind == NODE_PAGE ? NULL : document_text(document, from);
	const char *bytes = from->kind == NODE_PAGE ? (const char *)document->bytes : text;
	size_t size = from->kind == NODE_PAGE ? document->size : text ? strlen(text) : 0;
	int result = bytes ? pattern_find(&step->regex, bytes, size, take_match, finder, &document->budget.pattern_seconds) : 0;
	free(text);
	if (result && !finder->failed)
		return error_set(finder->error, step->expression, "regular expressions take too long on this page");
	return result;
}

/* Looks into a document, the page or one within it. */
static int find_within(const struct selector_step *step, struct finder *finder, const struct node *from)
{
	struct node inside = *from;
	bool here = step->first && (from->kind == NODE_TREE || from->kind == NODE_JSON);
	int result = here ? 1 : document_within(finder->document, from, step->format, &inside, finder->error);
	if (result <= 0)
		return result;
	if (step->kind == STEP_XPATH)
		return tree_find(finder->document, &inside, step->xpath, step->expression, finder->found, finder->error);
	result = json_path_select(&step->path, inside.value, take_value, finder, &finder->document->budget.values);
	if (result && !finder->failed)
		return error_set(finder->error, step->expression, "looks at too many values on this page");
	return result;
}

static int find_text(const struct selector_step *step, struct finder *finder, const struct node *from)
{
	char *text = document_text(finder->document, from);
	if (!text)
		return 0;
	if (step->kind == STEP_UNESCAPE) {
		unescape(text);
		return add_text(finder, text);
	}
	const char *place = strstr(step->expression, "{}");
	char *filled = text_format("%.*s%s%s", (int)(place - step->expression), step->expression, text, place + 2);
	free(text);
	return add_text(finder, filled);
}

static int find_step(const struct selector_step *step, struct finder *finder, const struct node *from)
{
	const struct node page = {.kind = NODE_PAGE};
	switch (step->kind) {
	case STEP_PAGE:
		return node_list_add(finder->found, &page, finder->error);
	case STEP_XPATH:
	case STEP_JSON:
		return find_within(step, finder, from);
	case STEP_PATTERN:
		return find_pattern(step, finder, from);
	case STEP_GROUP:
		if (from->kind != NODE_MATCH || !from->groups[step->group])
			return 0;
		return add_text(finder, strdup(from->groups[step->group]));
	case STEP_UNESCAPE:
	case STEP_AS:
		return find_text(step, finder, from);
	}
	return 0;
}

/* Takes the time since `started` from the page's; `result` is what came of it. */
static int charge(const struct selector *selector, struct document *document, double started, int result,
	struct error *error)
{
	document->budget.seconds -= pattern_clock() - started;
	if (result == 0 && document->budget.seconds < 0)
		result = error_set(error, selector->text, "selectors take too long on this page");
	return result ? error_within(error, selector->place) : 0;
}

static int find(const struct selector *selector, struct document *document, const struct node *from,
	struct node_list *found, struct error *error)
{
	struct node_list now = {0}, next = {0};
	if (!selector->count)
		return 0;
	int result = node_list_add(&now, from, error);
	for (size_t i = 0; result == 0 && i < selector->count; i++) {
		struct finder finder = {document, &next, error, false};
		for (size_t j = 0; result == 0 && j < now.count; j++) {
			result = find_step(&selector->steps[i], &finder, &now.items[j]);
			if (result == 0 && next.count > document->budget.nodes)
				result = error_set(error, selector->text, "finds more than a page may hold");
		}
		document->budget.nodes -= result == 0 ? next.count : 0;
		node_list_free(&now);
		now = next;
		next = (struct node_list){0};
	}
	for (size_t i = 0; result == 0 && i < now.count; i++)
		result = node_list_add(found, &now.items[i], error);
	node_list_free(&now);
	return result;
}

int selector_find(const struct selector *selector, struct document *document, const struct node *from,
	struct node_list *found, struct error *error)
{
	double started = pattern_clock();
	return charge(selector, document, started, find(selector, document, from, found, error), error);
}

int selector_texts(const struct selector *selector, struct document *document, const struct node *from,
	struct text_list *texts, struct error *error)
{
	struct node_list found = {0};
	double started = pattern_clock();
	int result = find(selector, document, from, &found, error);
	for (size_t i = 0; result == 0 && i < found.count; i++) {
		char *text = document_text(document, &found.items[i]);
		result = text ? text_list_add(texts, text, error) : 0;
		free(text);
	}
	node_list_free(&found);
	return charge(selector, document, started, result, error);
}

int selector_text(const struct selector *selector, struct document *document, const struct node *from, char **text,
	struct error *error)
{
	struct node_list found = {0};
	double started = pattern_clock();
	*text = NULL;
	int result = find(selector, document, from, &found, error);
	for (size_t i = 0; result == 0 && !*text && i < found.count; i++)
		*text = document_text(document, &found.items[i]);
	node_list_free(&found);
	result = charge(selector, document, started, result, error);
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
	free(selector->place);
	*selector = (struct selector){0};
}
