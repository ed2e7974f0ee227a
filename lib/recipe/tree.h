/* Inside document: HTML and XML, and XPath 1.0 over them. */
#ifndef RECIPE_TREE_H
#define RECIPE_TREE_H

#include "recipe/document.h"

#include <libxml/xpath.h>

struct tree {
	struct tree *next;
	struct document *page; /* that it is, or is within */
	enum document_format format;
	xmlDocPtr document;
	xmlXPathContextPtr context;
	char message[200]; /* of the last failed evaluation */
};

/* NULL for what is not well formed. Names in XML lose their namespaces: what is called media:content is "content". */
struct tree *tree_parse(const char *bytes, size_t size, enum document_format format, const char *charset);

/* Compiles an expression; NULL with `error` set where it is none, or names what is not there. Freed by
 * xmlXPathFreeCompExpr. */
xmlXPathCompExprPtr tree_compile(const char *expression, struct error *error);

/* Appends what the expression gives, seen from a node of a tree; a number, a text or a truth becomes a text. */
CHECKED int tree_find(struct document *document, const struct node *from, xmlXPathCompExprPtr expression,
	const char *text, struct node_list *found, struct error *error);

/* An element's tag with its attributes, for people: "<img src="a.png">". Fresh memory; NULL for what is no element. */
char *tree_tag(const struct node *node);

void tree_free(struct tree *tree);

#endif
