/* A parsed page or API response: HTML and XML (libxml2: no DTD, no entities, no network), JSON,
 * plain text, and any of them embedded in another, as in an attribute. Untrusted input: time and
 * memory are bounded. */
#ifndef RECIPE_DOCUMENT_H
#define RECIPE_DOCUMENT_H

#include "base/error.h"
#include "recipe/pattern.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum document_format { DOCUMENT_HTML, DOCUMENT_XML, DOCUMENT_JSON, DOCUMENT_TEXT };

/* A part of a page; the document owns what it points to. */
struct document_node {
	enum node_kind { NODE_PAGE, NODE_TREE, NODE_JSON, NODE_MATCH, NODE_TEXT } kind;
	const char *name;  /* of an attribute or a member; NULL: none */
	struct tree *tree; /* NODE_TREE: the tree of the element */
	struct _xmlNode *element;
	json_t *value;             /* NODE_JSON */
	const char *const *groups; /* NODE_MATCH: PATTERN_GROUPS texts, [0] the whole match; NULL
	                              for a group that did not match */
	const char *text;          /* NODE_TEXT */
};

/* All zero is empty. */
struct node_list {
	struct document_node *items;
	size_t count;
};

CHECKED int node_list_add(struct node_list *list, const struct document_node *node,
	struct error *error);

void node_list_free(struct node_list *list);

/* The remaining budget of the selectors of a page. */
struct document_budget {
	unsigned long operations; /* of XPath, about five seconds in total */
	size_t values;            /* of JSON visited */
	double pattern_seconds;   /* CPU time of this thread for regular expressions and our XPath
	                             functions */
	double seconds;           /* in total */
	size_t documents;         /* embedded ones parsed */
	size_t bytes;             /* of new texts, and several times those of embedded documents */
	size_t nodes;             /* found */
};

struct document {
	const char *name;           /* for messages; the caller's */
	const unsigned char *bytes; /* the page; the caller's */
	size_t size;
	enum document_format format;
	struct tree *trees;        /* HTML and XML, that of the page last */
	json_t *json;              /* an array of every JSON value parsed */
	struct document_node root; /* the page in its format */
	struct document_budget budget;
	struct pattern_cache patterns; /* of matches() */
	char **texts;                  /* that nodes point to */
	size_t text_count;
};

/* Parses `size` bytes, which must outlive the document as `name` must; `charset` is from
 * Content-Type, "" for none. Invalid HTML is recovered, XML must be well-formed, and JSON valid. On
 * failure (-1) *document is NULL. */
CHECKED int document_parse(struct document **document, const unsigned char *bytes, size_t size,
	enum document_format format, const char *charset, const char *name, struct error *error);

/* Sets *inside to `node` as a document of HTML, XML or JSON: itself if it is an element or a value
 * of one, else its text parsed, as that of an attribute or of a string. Returns 1, 0 if that can't
 * be parsed, or -1. */
CHECKED int document_within(struct document *document, const struct document_node *node,
	enum document_format format, struct document_node *inside, struct error *error);

/* Passes ownership of a text of `size` bytes to the document (it is freed on failure too); NULL
 * fails as without memory. */
CHECKED int document_own_text(struct document *document, char *text, size_t size,
	struct error *error);

/* The text of a node: all text in an element, the first group of a match or, without one, all of
 * it; none of JSON arrays and objects. New memory, which the caller frees; NULL if it is blank. */
char *document_text(const struct document *document, const struct document_node *node);

/* A node for display: the tag of an element, JSON serialized, else its text. New memory, which the
 * caller frees; NULL for an empty attribute, a blank text or JSON's null. */
char *document_describe(const struct document *document, const struct document_node *node);

/* NULL is allowed. */
void document_free(struct document *document);

#endif
