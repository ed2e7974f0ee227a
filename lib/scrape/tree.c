#include "scrape/tree.h"

#include "scrape/xpath_functions.h"

#include <libxml/HTMLparser.h>
#include <libxml/parser.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* About a second of evaluation. */
static const unsigned long operations_maximum = 10000000;

static void keep_message(void *user, xmlErrorPtr problem)
{
	struct tree *tree = user;
	if (tree && problem && problem->message)
		snprintf(tree->message, sizeof tree->message, "%.*s", (int)strcspn(problem->message, "\n"), problem->message);
}

/* libxml2 prints what has no handler of its own. */
static void say_nothing(void *context, const char *format, ...)
{
	(void)context, (void)format;
}

static xmlXPathContextPtr create_context(xmlDocPtr document, struct tree *tree)
{
	xmlXPathContextPtr context = xmlXPathNewContext(document);
	if (!context)
		return NULL;
	xmlSetGenericErrorFunc(NULL, say_nothing);
	context->error = keep_message;
	context->userData = tree;
	xpath_functions_register(context);
	return context;
}

static void ignore_entity(void *parser, const xmlChar *name, int type, const xmlChar *public_id, const xmlChar *system_id,
	xmlChar *content)
{
	(void)parser, (void)name, (void)type, (void)public_id, (void)system_id, (void)content;
}

/* No entity is ever declared, so that none can grow: a document that needs one is not well-formed. */
static xmlDocPtr parse_xml(const char *bytes, int size, const char *encoding)
{
	xmlParserCtxtPtr parser = xmlNewParserCtxt();
	if (!parser)
		return NULL;
	parser->sax->entityDecl = ignore_entity;
	xmlDocPtr document = xmlCtxtReadMemory(parser, bytes, size, NULL, encoding,
		XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	xmlFreeParserCtxt(parser);
	return document;
}

static xmlDocPtr parse(const char *bytes, int size, enum document_format format, const char *charset)
{
	const char *encoding = *charset ? charset : NULL;
	if (format == DOCUMENT_XML)
		return parse_xml(bytes, size, encoding);
	return htmlReadMemory(bytes, size, NULL, encoding,
		HTML_PARSE_RECOVER | HTML_PARSE_NONET | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING);
}

struct tree *tree_parse(const char *bytes, size_t size, enum document_format format, const char *charset)
{
	struct tree *tree = size && size <= INT_MAX ? calloc(1, sizeof *tree) : NULL;
	if (!tree)
		return NULL;
	tree->document = parse(bytes, (int)size, format, charset);
	if (!tree->document && *charset)
		tree->document = parse(bytes, (int)size, format, "");
	tree->context = tree->document ? create_context(tree->document, tree) : NULL;
	if (tree->context)
		return tree;
	tree_free(tree);
	return NULL;
}

xmlXPathCompExprPtr tree_compile(const char *expression)
{
	xmlXPathContextPtr context = create_context(NULL, NULL);
	xmlXPathCompExprPtr compiled = context ? xmlXPathCtxtCompile(context, BAD_CAST expression) : NULL;
	xmlXPathFreeContext(context);
	return compiled;
}

/* Evaluates with what is left of the page's operations; NULL is an error, kept in the tree's message. */
static xmlXPathObjectPtr evaluate(struct document *document, const struct node *from, xmlXPathCompExprPtr expression)
{
	xmlXPathContextPtr context = from->tree->context;
	unsigned long left = document->budget.operations;
	*from->tree->message = 0;
	context->node = from->element;
	context->opCount = 0;
	context->opLimit = left < operations_maximum ? left : operations_maximum;
	xmlXPathObjectPtr found = context->opLimit ? xmlXPathCompiledEval(expression, context) : NULL;
	if (!found && !*from->tree->message && context->opCount >= context->opLimit)
		snprintf(from->tree->message, sizeof from->tree->message, "takes too many operations on this page");
	document->budget.operations -= context->opCount < left ? context->opCount : left;
	return found;
}

static int add_text(struct document *document, xmlXPathObjectPtr found, struct node_list *list, struct error *error)
{
	xmlChar *content = xmlXPathCastToString(found);
	char *text = content ? strdup((const char *)content) : NULL;
	xmlFree(content);
	struct node node = {.kind = NODE_TEXT, .text = text};
	return document_keep(document, text, error) || node_list_add(list, &node, error) ? -1 : 0;
}

int tree_find(struct document *document, const struct node *from, xmlXPathCompExprPtr expression, const char *text,
	struct node_list *list, struct error *error)
{
	xmlXPathObjectPtr found = evaluate(document, from, expression);
	if (!found)
		return error_set(error, text, "%s", *from->tree->message ? from->tree->message : "can't be evaluated");
	int result = 0;
	if (found->type != XPATH_NODESET)
		result = add_text(document, found, list, error);
	for (int i = 0; result == 0 && i < xmlXPathNodeSetGetLength(found->nodesetval); i++) {
		xmlNodePtr element = xmlXPathNodeSetItem(found->nodesetval, i);
		struct node node = {.kind = NODE_TREE, .tree = from->tree, .element = element,
			.name = element->type == XML_ATTRIBUTE_NODE ? (const char *)element->name : NULL};
		/* Declarations of namespaces are copies that end with what was found. */
		if (element->type != XML_NAMESPACE_DECL)
			result = node_list_add(list, &node, error);
	}
	xmlXPathFreeObject(found);
	return result;
}

void tree_free(struct tree *tree)
{
	xmlXPathFreeContext(tree->context);
	xmlFreeDoc(tree->document);
	free(tree);
}
