#include "recipe/document.h"

#include "base/array.h"
#include "base/json.h"
#include "recipe/tree.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

static const struct document_budget initial_budget = {.operations = 50000000,
	.values = 20000000,
	.pattern_seconds = 2,
	.seconds = 10,
	.documents = 20000,
	.bytes = 256 << 20,
	.nodes = 2000000};

/* Approximate memory of a parsed document per byte of its source. */
enum { MEMORY_PER_BYTE = 8 };

int node_list_add(struct node_list *list, const struct document_node *node, struct error *error)
{
	struct document_node *items = array_grow(list->items, list->count, sizeof *items);
	if (!items)
		return error_memory(error, "selector");
	list->items = items;
	items[list->count++] = *node;
	return 0;
}

void node_list_free(struct node_list *list)
{
	free(list->items);
	*list = (struct node_list){0};
}

/* Subtracts bytes from the budget. Returns 0, or -1: it is exceeded. */
static int charge_bytes(struct document *document, size_t bytes, struct error *error)
{
	if (bytes > document->budget.bytes)
		return error_set(error, document->name, "more than %zu bytes of text on the page",
			initial_budget.bytes);
	document->budget.bytes -= bytes;
	return 0;
}

int document_own_text(struct document *document, char *text, size_t size, struct error *error)
{
	if (text && charge_bytes(document, size, error)) {
		free(text);
		return -1;
	}
	char **texts =
		text ? array_grow(document->texts, document->text_count, sizeof *texts) : NULL;
	if (!texts) {
		free(text);
		return error_memory(error, document->name);
	}
	document->texts = texts;
	texts[document->text_count++] = text;
	return 0;
}

/* ---- parsing ---- */

static bool is_tree(enum document_format format)
{
	return format == DOCUMENT_HTML || format == DOCUMENT_XML;
}

static struct document_node add_tree(struct document *document, struct tree *tree)
{
	tree->page = document;
	tree->next = document->trees;
	document->trees = tree;
	return (struct document_node){.kind = NODE_TREE,
		.tree = tree,
		.element = (xmlNodePtr)tree->document};
}

/* Returns 1, 0 with the reason in `error` if it is not JSON, or -1. */
static int add_json(struct document *document, const char *bytes, size_t size,
	struct document_node *node, struct error *error)
{
	struct error parse_error;
	size_t bom_size = size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	json_t *value = json_parse(bytes + bom_size, size - bom_size, JSON_DECODE_ANY,
		document->name, &parse_error);
	if (!value) {
		error_copy(error, &parse_error);
		return parse_error.kind == ERROR_MACHINE ? -1 : 0;
	}
	if (!document->json)
		document->json = json_array();
	if (json_array_append_new(document->json, value))
		return error_memory(error, document->name);
	*node = (struct document_node){.kind = NODE_JSON, .value = value};
	return 1;
}

static int parse_page(struct document *document, const char *charset, struct error *error)
{
	const char *bytes = (const char *)document->bytes;
	if (document->format == DOCUMENT_TEXT) {
		document->root = (struct document_node){.kind = NODE_PAGE};
		return 0;
	}
	if (document->format == DOCUMENT_JSON)
		return add_json(document, bytes, document->size, &document->root, error) == 1 ? 0
											      : -1;
	struct tree *tree = tree_parse(bytes, document->size, document->format, charset);
	if (!tree)
		return error_set(error, document->name,
			document->format == DOCUMENT_XML ? "not well-formed XML" : "not HTML");
	document->root = add_tree(document, tree);
	return 0;
}

int document_parse(struct document **out, const unsigned char *bytes, size_t size,
	enum document_format format, const char *charset, const char *name, struct error *error)
{
	*out = NULL;
	if (size == 0 || size > INT_MAX)
		return error_set(error, name, size ? "page too large" : "empty page");
	struct document *document = calloc(1, sizeof *document);
	if (!document)
		return error_memory(error, name);
	*document = (struct document){.name = name,
		.bytes = bytes,
		.size = size,
		.format = format,
		.budget = initial_budget};
	if (parse_page(document, charset, error)) {
		document_free(document);
		return -1;
	}
	*out = document;
	return 0;
}

/* An HTML element is an HTML document itself; its text, and that of an attribute, may be a document
 * of another format; a JSON string may be one of any format. */
static bool is_document_of(const struct document_node *node, enum document_format format)
{
	if (node->kind == NODE_TREE)
		return node->tree->format == format && node->element->type != XML_ATTRIBUTE_NODE &&
			node->element->type != XML_TEXT_NODE &&
			node->element->type != XML_CDATA_SECTION_NODE;
	return node->kind == NODE_JSON && format == DOCUMENT_JSON && !json_is_string(node->value);
}

int document_within(struct document *document, const struct document_node *node,
	enum document_format format, struct document_node *inside, struct error *error)
{
	*inside = *node;
	if (is_document_of(node, format))
		return 1;
	if (document->budget.documents == 0)
		return error_set(error, document->name, "more than %zu documents within the page",
			initial_budget.documents);
	document->budget.documents--;
	char *text = document_text(document, node);
	int result = text ? charge_bytes(document, MEMORY_PER_BYTE * strlen(text), error) : 0;
	if (text && result == 0 && is_tree(format)) {
		struct tree *tree = tree_parse(text, strlen(text), format, "UTF-8");
		result = tree != NULL;
		if (tree)
			*inside = add_tree(document, tree);
	} else if (text && result == 0)
		result = add_json(document, text, strlen(text), inside, error);
	free(text);
	return result;
}

/* ---- texts ---- */

static char *json_value_text(const json_t *value)
{
	if (json_is_string(value))
		return strdup(json_string_value(value));
	bool has_none = json_is_null(value) || json_is_array(value) || json_is_object(value);
	return has_none ? NULL : json_dumps(value, JSON_ENCODE_ANY);
}

static char *element_text(xmlNodePtr element)
{
	xmlChar *content = xmlXPathCastNodeToString(element);
	char *text = content ? strdup((const char *)content) : NULL;
	xmlFree(content);
	return text;
}

static char *raw_text(const struct document *document, const struct document_node *node)
{
	switch (node->kind) {
	case NODE_PAGE:
		return strndup((const char *)document->bytes, document->size);
	case NODE_TREE:
		return element_text(node->element);
	case NODE_JSON:
		return json_value_text(node->value);
	case NODE_MATCH:
		return strdup(node->groups[1] ? node->groups[1] : node->groups[0]);
	case NODE_TEXT:
		return strdup(node->text);
	}
	return NULL;
}

char *document_text(const struct document *document, const struct document_node *node)
{
	char *text = raw_text(document, node);
	if (text && text[strspn(text, " \t\r\n\f")])
		return text;
	free(text);
	return NULL;
}

char *document_describe(const struct document *document, const struct document_node *node)
{
	if (node->kind == NODE_JSON && !json_is_null(node->value) && !json_is_string(node->value))
		return json_dumps(node->value, JSON_ENCODE_ANY | JSON_COMPACT);
	char *tag = tree_tag(node);
	return tag ? tag : document_text(document, node);
}

void document_free(struct document *document)
{
	if (!document)
		return;
	for (struct tree *tree = document->trees, *next; tree; tree = next) {
		next = tree->next;
		tree_free(tree);
	}
	json_decref(document->json);
	pattern_cache_free(&document->patterns);
	for (size_t i = 0; i < document->text_count; i++)
		free(document->texts[i]);
	free(document->texts);
	free(document);
}
