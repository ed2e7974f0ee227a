/* Inside document: HTML and XML trees, and XPath 1.0. */
#ifndef RECIPE_TREE_H
#define RECIPE_TREE_H

#include "recipe/document.h"

#include <libxml/xpath.h>

struct tree {
	struct tree *next;
	struct document *page; /* that has the tree */
	enum document_format format;
	xmlDocPtr document;
	xmlXPathContextPtr context;
	char message[200]; /* of the last failed evaluation */
};

/* NULL if it is not well-formed. Namespaces of XML are removed: media:content becomes "content". */
struct tree *tree_parse(const char *bytes, size_t size, enum document_format format,
	const char *charset);

/* Compiles an expression; NULL with `error` set if it is invalid or uses unknown names. Freed by
 * xmlXPathFreeCompExpr. */
xmlXPathCompExprPtr tree_compile(const char *expression, struct error *error);

/* Appends the results of the expression, relative to a node of a tree; numbers, strings and
 * booleans become texts. */
CHECKED int tree_find(struct document *document, const struct document_node *from,
	xmlXPathCompExprPtr expression, const char *text, struct node_list *found,
	struct error *error);

/* The tag of an element with its attributes, for display: "<img src="a.png">". New memory; NULL for
 * other nodes. */
char *tree_tag(const struct document_node *node);

void tree_free(struct tree *tree);

#endif
