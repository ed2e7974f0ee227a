#include "recipe/tree.h"

#include "recipe/xpath_check.h"
#include "recipe/xpath_functions.h"

#include <libxml/HTMLparser.h>
#include <libxml/parser.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* About a second of evaluation. */
static const unsigned long operations_maximum = 10000000;

/* libxml2 passes only a code to the error handler of a context. */
static void store_message(void *user, xmlErrorPtr error)
{
	static const struct {
		int code;
		const char *message;
	} messages[] = {{XML_XPATH_NUMBER_ERROR, "invalid number"},
		{XML_XPATH_UNFINISHED_LITERAL_ERROR, "unterminated literal"},
		{XML_XPATH_INVALID_PREDICATE_ERROR, "invalid predicate"},
		{XML_XPATH_UNCLOSED_ERROR, "unclosed bracket"},
		{XML_XPATH_INVALID_TYPE, "wrong argument type of a function"},
		{XML_XPATH_MEMORY_ERROR, "out of memory"},
		{XML_XPATH_INVALID_CHAR_ERROR, "invalid character"},
		{XPATH_OP_LIMIT_EXCEEDED - XPATH_EXPRESSION_OK + XML_XPATH_EXPRESSION_OK,
			"too many operations on this page"},
		{XPATH_RECURSION_LIMIT_EXCEEDED - XPATH_EXPRESSION_OK + XML_XPATH_EXPRESSION_OK,
			"too deeply nested"}};
	struct tree *tree = user;
	const char *message = "syntax error";
	for (size_t i = 0; error && i < sizeof messages / sizeof *messages; i++)
		message = messages[i].code == error->code ? messages[i].message : message;
	snprintf(tree->message, sizeof tree->message, "%s", message);
}

/* libxml2 prints messages without a handler. */
static void ignore_message(void *context, const char *format, ...)
{
	(void)context, (void)format;
}

static xmlXPathContextPtr create_context(xmlDocPtr document, struct tree *tree)
{
	xmlXPathContextPtr context = xmlXPathNewContext(document);
	if (!context)
		return NULL;
	xmlSetGenericErrorFunc(NULL, ignore_message);
	context->error = store_message;
	context->userData = tree;
	xpath_functions_register(context);
	return context;
}

static void ignore_entity(void *parser, const xmlChar *name, int type, const xmlChar *public_id,
	const xmlChar *system_id, xmlChar *content)
{
	(void)parser, (void)name, (void)type, (void)public_id, (void)system_id, (void)content;
}

/* Stops at the first error: libxml2 would look for more, and may copy all text before each into its
 * message. */
static void stop_at_error(void *parser, xmlErrorPtr error)
{
	if (error->level == XML_ERR_FATAL)
		xmlStopParser(parser);
}

/* Entity declarations are ignored, against entity expansion attacks: a document that needs one is
 * not well-formed. */
static xmlDocPtr parse_xml(const char *bytes, int size, const char *encoding)
{
	xmlParserCtxtPtr parser = xmlNewParserCtxt();
	if (!parser)
		return NULL;
	parser->sax->entityDecl = ignore_entity;
	parser->sax->serror = stop_at_error;
	xmlDocPtr document = xmlCtxtReadMemory(parser, bytes, size, NULL, encoding,
		XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	xmlFreeParserCtxt(parser);
	return document;
}

/* So that recipes do not depend on the prefixes of a page. */
static void remove_namespaces(xmlNodePtr node)
{
	while (node) {
		if (node->type == XML_ELEMENT_NODE)
			node->ns = NULL;
		for (xmlAttrPtr attribute = node->type == XML_ELEMENT_NODE ? node->properties
									   : NULL;
			attribute; attribute = attribute->next)
			attribute->ns = NULL;
		if (node->type == XML_ELEMENT_NODE && node->children) {
			node = node->children;
			continue;
		}
		while (node && !node->next)
			node = node->parent && node->parent->type == XML_ELEMENT_NODE ? node->parent
										      : NULL;
		node = node ? node->next : NULL;
	}
}

/* For libxml2 an HTML page ends at the first NUL byte, unlike in browsers. Returns a copy with
 * blanks instead; NULL if there are none, or so many that they are part of an encoding. */
static char *replace_nul(const char *bytes, size_t size)
{
	size_t count = 0;
	for (size_t i = 0; i < size; i++)
		count += !bytes[i];
	char *copy = count && count < size / 4 ? malloc(size) : NULL;
	for (size_t i = 0; copy && i < size; i++)
		copy[i] = bytes[i] ? bytes[i] : ' ';
	return copy;
}

static xmlDocPtr parse_html(const char *bytes, int size, const char *encoding)
{
	char *copy = replace_nul(bytes, (size_t)size);
	xmlDocPtr document = htmlReadMemory(copy ? copy : bytes, size, NULL, encoding,
		HTML_PARSE_RECOVER | HTML_PARSE_NONET | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING);
	free(copy);
	return document;
}

static xmlDocPtr parse_tree(const char *bytes, int size, enum document_format format,
	const char *charset)
{
	const char *encoding = *charset ? charset : NULL;
	if (format == DOCUMENT_HTML)
		return parse_html(bytes, size, encoding);
	xmlDocPtr document = parse_xml(bytes, size, encoding);
	remove_namespaces(document ? xmlDocGetRootElement(document) : NULL);
	return document;
}

struct tree *tree_parse(const char *bytes, size_t size, enum document_format format,
	const char *charset)
{
	struct tree *tree = size && size <= INT_MAX ? calloc(1, sizeof *tree) : NULL;
	if (!tree)
		return NULL;
	tree->format = format;
	tree->document = parse_tree(bytes, (int)size, format, charset);
	if (!tree->document && *charset)
		tree->document = parse_tree(bytes, (int)size, format, "");
	if (tree->document)
		xmlXPathOrderDocElems(
			tree->document); /* otherwise sorting nodes traverses their siblings */
	tree->context = tree->document ? create_context(tree->document, tree) : NULL;
	if (tree->context)
		return tree;
	tree_free(tree);
	return NULL;
}

xmlXPathCompExprPtr tree_compile(const char *expression, struct error *error)
{
	struct tree none = {0};
	xmlXPathContextPtr context = create_context(NULL, &none);
	xmlXPathCompExprPtr compiled =
		context ? xmlXPathCtxtCompile(context, BAD_CAST expression) : NULL;
	xmlXPathFreeContext(context);
	if (!compiled)
		error_set(error, expression, "not an XPath expression: %s",
			*none.message ? none.message : "out of memory");
	else if (xpath_check(expression, error)) {
		xmlXPathFreeCompExpr(compiled);
		compiled = NULL;
	}
	return compiled;
}

/* Evaluates within the budget of operations; NULL is an error, with its message in the tree. */
static xmlXPathObjectPtr evaluate(struct document *document, const struct document_node *from,
	xmlXPathCompExprPtr expression)
{
	xmlXPathContextPtr context = from->tree->context;
	unsigned long left = document->budget.operations;
	*from->tree->message = 0;
	context->node = from->element;
	context->opCount = 0;
	context->opLimit = left < operations_maximum ? left : operations_maximum;
	xmlXPathObjectPtr found =
		context->opLimit ? xmlXPathCompiledEval(expression, context) : NULL;
	if (!found && context->opCount >= context->opLimit)
		snprintf(from->tree->message, sizeof from->tree->message,
			"too many operations on this page");
	document->budget.operations -= context->opCount < left ? context->opCount : left;
	return found;
}

static int add_text(struct document *document, xmlXPathObjectPtr found, struct node_list *list,
	struct error *error)
{
	xmlChar *content = xmlXPathCastToString(found);
	char *text = content ? strdup((const char *)content) : NULL;
	xmlFree(content);
	struct document_node node = {.kind = NODE_TEXT, .text = text};
	return document_own_text(document, text, text ? strlen(text) : 0, error) ||
			node_list_add(list, &node, error)
		? -1
		: 0;
}

int tree_find(struct document *document, const struct document_node *from,
	xmlXPathCompExprPtr expression, const char *text, struct node_list *list,
	struct error *error)
{
	xmlXPathObjectPtr found = evaluate(document, from, expression);
	if (!found)
		return error_set(error, text, "can't be evaluated: %s",
			*from->tree->message ? from->tree->message : "out of memory");
	int result = 0;
	if (found->type != XPATH_NODESET)
		result = add_text(document, found, list, error);
	for (int i = 0; result == 0 && i < xmlXPathNodeSetGetLength(found->nodesetval); i++) {
		xmlNodePtr element = xmlXPathNodeSetItem(found->nodesetval, i);
		struct document_node node = {.kind = NODE_TREE,
			.tree = from->tree,
			.element = element,
			.name = element->type == XML_ATTRIBUTE_NODE ? (const char *)element->name
								    : NULL};
		/* Namespace declarations are copies that are freed with the result. */
		if (element->type != XML_NAMESPACE_DECL)
			result = node_list_add(list, &node, error);
	}
	xmlXPathFreeObject(found);
	return result;
}

char *tree_tag(const struct document_node *node)
{
	char *tag = NULL;
	size_t size;
	if (node->kind != NODE_TREE || node->element->type != XML_ELEMENT_NODE)
		return NULL;
	FILE *stream = open_memstream(&tag, &size);
	if (!stream)
		return NULL;
	fprintf(stream, "<%s", node->element->name);
	for (xmlAttrPtr attribute = node->element->properties; attribute;
		attribute = attribute->next) {
		xmlChar *value = xmlNodeListGetString(attribute->doc, attribute->children, 1);
		fprintf(stream, " %s=\"%s\"", attribute->name, value ? (const char *)value : "");
		xmlFree(value);
	}
	fputc('>', stream);
	if (fclose(stream) == 0)
		return tag;
	free(tag);
	return NULL;
}

void tree_free(struct tree *tree)
{
	xmlXPathFreeContext(tree->context);
	xmlFreeDoc(tree->document);
	free(tree);
}
