/* Selectors: find nodes on a page. A selector is a chain of steps, "STEP -> STEP -> ...".
 *
 * The first step is an expression in the language of its context: XPath 1.0 for HTML and XML, a
 * path (json_path.h) for JSON, a POSIX extended regular expression for text. If the context is a
 * match, \N is its group N. Without a first step
 * ("-> json a") it begins with the page itself. Each further step is one of
 *   html XPATH, xml XPATH, json PATH, text PATTERN   parses each result as such a document and
 * searches it unescape                                         decodes JavaScript escapes as
 * TEMPLATE                                      the template, with the result in place of {} A
 * result that can't be parsed is dropped.
 *
 * Additional XPath functions:
 *   matches(text, pattern)   whether the POSIX extended regular expression matches in the text (as
 * in XPath 2.0) largest(srcset)          of a srcset, or of several nodes, the URL with the largest
 * descriptor, except
 * data: */
#ifndef RECIPE_SELECTOR_H
#define RECIPE_SELECTOR_H

#include "base/error.h"
#include "base/text.h"
#include "recipe/document.h"

/* All zero selects nothing. */
struct selector {
	char *text;     /* the source; NULL: selects nothing */
	char *location; /* in the recipe, for messages */
	struct selector_step *steps;
	size_t count;
};

/* Parses a selector for a page of that format; `location` is for messages. On failure (-1)
 * *selector is empty, and the error's object is the invalid step. */
CHECKED int selector_parse(struct selector *selector, const char *text, const char *location,
	enum document_format format, struct error *error);

/* The same for a selector relative to the results of `item`. */
CHECKED int selector_parse_within(struct selector *selector, const char *text, const char *location,
	const struct selector *item, struct error *error);

/* Appends the results of the selector, relative to a node of the document. Returns 0, or -1: the
 * budget is exceeded, or a step can't be evaluated; the error's object has location and step. */
CHECKED int selector_find(const struct selector *selector, struct document *document,
	const struct document_node *from, struct node_list *found, struct error *error);

/* Appends the texts of the results, without blank ones. Returns as selector_find. */
CHECKED int selector_texts(const struct selector *selector, struct document *document,
	const struct document_node *from, struct text_list *texts, struct error *error);

/* Sets *text to the first text that is not blank (new memory, the caller's to free), or NULL.
 * Returns as selector_find. */
CHECKED int selector_text(const struct selector *selector, struct document *document,
	const struct document_node *from, char **text, struct error *error);

/* Frees, and leaves an empty selector. */
void selector_free(struct selector *selector);

#endif
