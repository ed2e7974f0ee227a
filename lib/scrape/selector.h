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
 *   largest(srcset)          of an img's srcset the address with the largest descriptor */
#ifndef SCRAPE_SELECTOR_H
#define SCRAPE_SELECTOR_H

#include "base/error.h"
#include "base/text.h"
#include "scrape/document.h"

/* All zero selects nothing. */
struct selector {
	char *text; /* as it was written; NULL: selects nothing */
	struct selector_step *steps;
	size_t count;
};

/* Reads a selector that is seen from something in the language of `format`. On failure (-1) *selector is empty. */
CHECKED int selector_parse(struct selector *selector, const char *text, enum document_format format,
	struct error *error);

/* The language in which what it gives is looked into. */
enum document_format selector_language(const struct selector *selector);

/* Appends what the selector gives, seen from a node of the document. Returns 0, or -1: its cost went out of bounds. */
CHECKED int selector_find(const struct selector *selector, struct document *document, const struct node *from,
	struct node_list *found, struct error *error);

/* Appends the texts of what the selector gives, without blank ones. */
CHECKED int selector_texts(const struct selector *selector, struct document *document, const struct node *from,
	struct text_list *texts, struct error *error);

/* The first text that is not blank, or NULL. Fresh memory, which the caller frees. */
char *selector_text(const struct selector *selector, struct document *document, const struct node *from);

/* Leaves an empty selector. */
void selector_free(struct selector *selector);

#endif
