/* Selectors: what a recipe looks for on a page. One is a chain of steps, "STEP -> STEP -> ...".
 *
 * The first step is an expression in the language of what it is seen from: XPath 1.0 for HTML and XML, a path
 * (json_path.h) for JSON, a POSIX extended regular expression for text. In it, \N is the group N of a match. Without
 * a first step ("-> json a") it begins with the page itself. Each further step is one of
 *   html XPATH, xml XPATH, json PATH, text PATTERN   reads what was found as such a document and looks on in it
 *   unescape                                         undoes the escapes of JavaScript in it
 *   as TEMPLATE                                      the template, with what was found in place of {}
 * What was found and can't be read so is nothing.
 *
 * Beside the functions of XPath there are
 *   matches(text, pattern)   whether the POSIX extended regular expression is found in the text (as XPath 2.0's)
 *   largest(srcset)          of a srcset, or of all of several nodes, the address with the largest descriptor, but no data:
 */
#ifndef RECIPE_SELECTOR_H
#define RECIPE_SELECTOR_H

#include "base/error.h"
#include "base/text.h"
#include "recipe/document.h"

/* All zero selects nothing. */
struct selector {
	char *text;  /* as it was written; NULL: selects nothing */
	char *place; /* where it is written, for messages */
	struct selector_step *steps;
	size_t count;
};

/* Reads a selector that is seen from a page of that format; `place` says where it is written. On failure (-1) *selector
 * is empty, and the error's object is the step that is none. */
CHECKED int selector_parse(struct selector *selector, const char *text, const char *place, enum document_format format,
	struct error *error);

/* The same for one that is seen from what `item` gives. */
CHECKED int selector_parse_within(struct selector *selector, const char *text, const char *place,
	const struct selector *item, struct error *error);

/* Appends what the selector gives, seen from a node of the document. Returns 0, or -1: its cost went out of bounds, or a
 * step could not be evaluated; the error's object has place and step. */
CHECKED int selector_find(const struct selector *selector, struct document *document, const struct node *from,
	struct node_list *found, struct error *error);

/* Appends the texts of what the selector gives, without blank ones. Returns as selector_find. */
CHECKED int selector_texts(const struct selector *selector, struct document *document, const struct node *from,
	struct text_list *texts, struct error *error);

/* Makes *text the first that is not blank (fresh memory, the caller's), or NULL. Returns as selector_find. */
CHECKED int selector_text(const struct selector *selector, struct document *document, const struct node *from,
	char **text, struct error *error);

/* Leaves an empty selector. */
void selector_free(struct selector *selector);

#endif
