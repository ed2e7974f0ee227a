#include "scrape/document.h"

#include "scrape/xpath_functions.h"

#include <libxml/HTMLparser.h>
#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* About a second of evaluation. */
static const unsigned long operations_maximum = 10000000;

struct document {
	xmlDocPtr tree;
	xmlXPathContextPtr context;
	xmlXPathObjectPtr items;
	char message[200]; /* of the last failed evaluation */
};

static void keep_message(void *user, xmlErrorPtr problem)
{
	struct document *document = user;
	if (document && problem && problem->message)
		snprintf(document->message, sizeof document->message, "%.*s", (int)strcspn(problem->message, "\n"),
			problem->message);
}

/* libxml2 prints what has no handler of its own. */
static void say_nothing(void *context, const char *format, ...)
{
	(void)context, (void)format;
}

static xmlXPathContextPtr create_context(xmlDocPtr tree, struct document *document)
{
	xmlXPathContextPtr context = xmlXPathNewContext(tree);
	if (!context)
		return NULL;
	xmlSetGenericErrorFunc(NULL, say_nothing);
	context->opLimit = operations_maximum;
	context->error = keep_message;
	context->userData = document;
	xpath_functions_register(context);
	return context;
}

static xmlDocPtr parse_tree(const unsigned char *bytes, int size, enum document_format format, const char *charset)
{
	const int quiet = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING;
	const char *encoding = *charset ? charset : NULL;
	if (format == DOCUMENT_XML)
		return xmlReadMemory((const char *)bytes, size, NULL, encoding, quiet);
	return htmlReadMemory((const char *)bytes, size, NULL, encoding,
		HTML_PARSE_RECOVER | HTML_PARSE_NONET | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING);
}

int document_parse(struct document **out, const unsigned char *bytes, size_t size, enum document_format format,
	const char *charset, const char *name, struct error *error)
{
	*out = NULL;
	if (size == 0 || size > INT_MAX)
		return error_set(error, name, size ? "too large a page" : "an empty page");
	struct document *document = calloc(1, sizeof *document);
	if (!document)
		return error_memory(error, name);
	document->tree = parse_tree(bytes, (int)size, format, charset);
	if (!document->tree && *charset)
		document->tree = parse_tree(bytes, (int)size, format, "");
	if (!document->tree) {
		free(document);
		return error_set(error, name, format == DOCUMENT_XML ? "no well-formed XML" : "no HTML");
	}
	document->context = create_context(document->tree, document);
	if (!document->context) {
		document_free(document);
		return error_memory(error, name);
	}
	*out = document;
	return 0;
}

bool document_is_xpath(const char *xpath)
{
	xmlXPathContextPtr context = create_context(NULL, NULL);
	if (!context)
		return false;
	xmlXPathCompExprPtr compiled = xmlXPathCtxtCompile(context, BAD_CAST xpath);
	xmlXPathFreeCompExpr(compiled);
	xmlXPathFreeContext(context);
	return compiled != NULL;
}

/* Evaluates from `node`; NULL is an error of the expression, kept in document->message. */
static xmlXPathObjectPtr evaluate(struct document *document, xmlNodePtr node, const char *xpath)
{
	document->context->node = node;
	document->context->opCount = 0;
	*document->message = 0;
	return xmlXPathEval(BAD_CAST xpath, document->context);
}

static int fail(const struct document *document, const char *xpath, struct error *error)
{
	return error_set(error, xpath, "%s", *document->message ? document->message : "can't be evaluated");
}

static xmlNodePtr root(const struct document *document)
{
	return (xmlNodePtr)document->tree;
}

int document_find_items(struct document *document, const char *xpath, struct error *error)
{
	xmlXPathFreeObject(document->items);
	document->items = evaluate(document, root(document), xpath);
	if (!document->items)
		return fail(document, xpath, error);
	return xmlXPathNodeSetGetLength(document->items->nodesetval);
}

static bool is_blank(const char *text)
{
	return !text[strspn(text, " \t\r\n\f")];
}

/* The text of node `i` of a node set, or NULL for none or a blank one. */
static char *node_text(xmlXPathObjectPtr found, int i)
{
	xmlNodePtr node = xmlXPathNodeSetItem(found->nodesetval, i);
	xmlChar *content = node ? xmlXPathCastNodeToString(node) : NULL;
	char *text = content && !is_blank((const char *)content) ? strdup((const char *)content) : NULL;
	xmlFree(content);
	return text;
}

static char *first_text(xmlXPathObjectPtr found)
{
	if (found->type != XPATH_NODESET) {
		xmlChar *content = xmlXPathCastToString(found);
		char *text = content && !is_blank((const char *)content) ? strdup((const char *)content) : NULL;
		xmlFree(content);
		return text;
	}
	for (int i = 0; i < xmlXPathNodeSetGetLength(found->nodesetval); i++) {
		char *text = node_text(found, i);
		if (text)
			return text;
	}
	return NULL;
}

char *document_text(struct document *document, int index, const char *xpath)
{
	xmlNodePtr node = index < 0 ? root(document) : xmlXPathNodeSetItem(document->items->nodesetval, index);
	xmlXPathObjectPtr found = evaluate(document, node, xpath);
	char *text = found ? first_text(found) : NULL;
	xmlXPathFreeObject(found);
	return text;
}

int document_texts(struct document *document, const char *xpath, struct text_list *texts, struct error *error)
{
	xmlXPathObjectPtr found = evaluate(document, root(document), xpath);
	if (!found)
		return fail(document, xpath, error);
	int result = 0;
	for (int i = 0; result == 0 && i < xmlXPathNodeSetGetLength(found->nodesetval); i++) {
		char *text = node_text(found, i);
		if (text)
			result = text_list_add(texts, text, error);
		free(text);
	}
	xmlXPathFreeObject(found);
	return result;
}

int document_attributes(struct document *document, const char *xpath, struct text_list *names,
	struct text_list *values, struct error *error)
{
	xmlXPathObjectPtr found = evaluate(document, root(document), xpath);
	if (!found)
		return fail(document, xpath, error);
	int result = 0;
	for (int i = 0; result == 0 && i < xmlXPathNodeSetGetLength(found->nodesetval); i++) {
		xmlNodePtr node = xmlXPathNodeSetItem(found->nodesetval, i);
		char *text = node->type == XML_ATTRIBUTE_NODE ? node_text(found, i) : NULL;
		if (text)
			result = text_list_add(names, (const char *)node->name, error);
		if (text && result == 0)
			result = text_list_add(values, text, error);
		free(text);
	}
	xmlXPathFreeObject(found);
	return result;
}

void document_free(struct document *document)
{
	if (!document)
		return;
	xmlXPathFreeObject(document->items);
	xmlXPathFreeContext(document->context);
	xmlFreeDoc(document->tree);
	free(document);
}
