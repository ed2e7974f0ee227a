/* A page or an answer, taken apart: HTML and XML (libxml2: no DTD, no entities, no network), JSON, plain text, and any of
 * them inside another, as in an attribute. What a stranger's page can make this cost is bounded. */
#ifndef RECIPE_DOCUMENT_H
#define RECIPE_DOCUMENT_H

#include "base/error.h"
#include "recipe/pattern.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum document_format { DOCUMENT_HTML, DOCUMENT_XML, DOCUMENT_JSON, DOCUMENT_TEXT };

/* Something on a page; the document owns what it points to. */
struct node {
	enum node_kind { NODE_PAGE, NODE_TREE, NODE_JSON, NODE_MATCH, NODE_TEXT } kind;
	const char *name;          /* of an attribute or a member; NULL: it has none */
	struct tree *tree;         /* NODE_TREE: where the element is */
	struct _xmlNode *element;
	json_t *value;             /* NODE_JSON */
	const char *const *groups; /* NODE_MATCH: PATTERN_GROUPS texts, [0] the whole; NULL for one that took no part */
	const char *text;          /* NODE_TEXT */
};

/* All zero is empty. */
struct node_list {
	struct node *items;
	size_t count;
};

CHECKED int node_list_add(struct node_list *list, const struct node *node, struct error *error);

void node_list_free(struct node_list *list);

/* What selectors may still spend on a page. */
struct document_budget {
	unsigned long operations; /* of XPath, about five seconds in all */
	size_t values;            /* of JSON looked at */
	double pattern_seconds;   /* of this thread's processor, in regular expressions and functions of ours */
	double seconds;           /* in all */
	size_t documents;         /* parsed within the page */
	size_t bytes;             /* of texts that are made, and, several times, of documents parsed within the page */
	size_t nodes;             /* found */
};

struct document {
	const char *name;           /* for messages; the caller's */
	const unsigned char *bytes; /* the page; the caller's */
	size_t size;
	enum document_format format;
	struct tree *trees;         /* HTML and XML, the page's own last */
	json_t *json;               /* an array of every JSON value parsed */
	struct node root;           /* the page as its format has it */
	struct document_budget budget;
	struct pattern_cache patterns; /* of matches() */
	char **texts;               /* that nodes point to */
	size_t text_count;
};

/* Parses `size` bytes, which must outlive the document as `name` must; `charset` is what the server declared, "" for
 * nothing. HTML is mended where broken, XML must be well formed, and JSON valid. On failure (-1) *document is NULL. */
CHECKED int document_parse(struct document **document, const unsigned char *bytes, size_t size,
	enum document_format format, const char *charset, const char *name, struct error *error);

/* Gives *inside as `node` read as a document of HTML, XML or JSON: itself where it is an element or a value of one, else
 * what its text holds, as that of an attribute or of a string. Returns 1, 0 when that can't be parsed, or -1. */
CHECKED int document_within(struct document *document, const struct node *node, enum document_format format,
	struct node *inside, struct error *error);

/* Hands a text of `size` bytes over to the document (it is freed on failure, too); NULL is a lack of memory. */
CHECKED int document_keep(struct document *document, char *text, size_t size, struct error *error);

/* Takes bytes from the budget. Returns 0, or -1: they are used up. */
CHECKED int document_spend(struct document *document, size_t bytes, struct error *error);

/* A node's text: an element's is all that is in it, a match's its first group or, without one, the whole; JSON's arrays
 * and objects have none. Fresh memory, which the caller frees; NULL where it is blank. */
char *document_text(const struct document *document, const struct node *node);

/* What a node looks like to people: an element's tag, JSON as it is written, else its text. Fresh memory, which the caller
 * frees; NULL for an empty attribute, a blank text or JSON's null. */
char *document_show(const struct document *document, const struct node *node);

/* NULL is allowed. */
void document_free(struct document *document);

#endif
