#include "scrape/xpath_functions.h"

#include "base/text.h"
#include "scrape/pattern.h"
#include "scrape/tree.h"

#include <libxml/xpathInternals.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { DESCRIPTOR_MAXIMUM = 16 };

/* Ends the evaluation: why, is kept as libxml2's own messages are. */
static void fail(xmlXPathParserContextPtr parser, const char *reason)
{
	struct tree *tree = parser->context->userData;
	snprintf(tree->message, sizeof tree->message, "%s", reason);
	parser->error = XPATH_EXPR_ERROR;
}

static void matches(xmlXPathParserContextPtr parser, int arguments)
{
	if (arguments != 2) {
		xmlXPathSetArityError(parser);
		return;
	}
	struct document *page = ((struct tree *)parser->context->userData)->page;
	struct error error = {.reason = "out of memory"};
	xmlChar *pattern = xmlXPathPopString(parser), *text = xmlXPathPopString(parser);
	const regex_t *regex = pattern && text ? pattern_cached(&page->patterns, (const char *)pattern, &error) : NULL;
	int found = regex ? pattern_matches(regex, (const char *)text, &page->budget.seconds) : 0;
	xmlFree(pattern);
	xmlFree(text);
	if (!regex || found < 0)
		fail(parser, regex ? "regular expressions take too long on this page" : error.reason);
	else
		xmlXPathReturnBoolean(parser, found);
}

/* The number in a descriptor ("640w", "2x"); 1 where there is none. */
static double descriptor_size(const char *descriptor, size_t length)
{
	char number[DESCRIPTOR_MAXIMUM];
	double size;
	if (length < 2 || length > sizeof number)
		return 1;
	memcpy(number, descriptor, length - 1);
	number[length - 1] = 0;
	return text_to_real(number, &size) ? size : 1;
}

/* Reads one candidate of a srcset (HTML, "parse a srcset attribute") and returns where the next begins. */
static const char *next_candidate(const char *p, const char **address, size_t *length, double *size)
{
	static const char blanks[] = " \t\r\n\f";
	p += strspn(p, " \t\r\n\f,");
	*address = p;
	*length = strcspn(p, blanks);
	p += *length;
	*size = 1;
	if (*length && p[-1] == ',') {
		while (*length && (*address)[*length - 1] == ',')
			--*length;
		return p;
	}
	p += strspn(p, blanks);
	*size = descriptor_size(p, strcspn(p, " \t\r\n\f,"));
	return p + strcspn(p, ",");
}

struct candidate {
	char *address; /* owned; NULL: none */
	double size;
};

/* Takes the largest address of a srcset that is larger than `best`. */
static void take_largest(struct candidate *best, const char *srcset)
{
	const char *address;
	size_t length;
	double size;
	for (const char *p = srcset; *p;) {
		p = next_candidate(p, &address, &length, &size);
		if (!length || size <= best->size || strncasecmp(address, "data:", 5) == 0)
			continue;
		free(best->address);
		*best = (struct candidate){strndup(address, length), size};
	}
}

static void largest(xmlXPathParserContextPtr parser, int arguments)
{
	if (arguments != 1) {
		xmlXPathSetArityError(parser);
		return;
	}
	struct candidate best = {0};
	xmlXPathObjectPtr srcsets = valuePop(parser);
	xmlNodeSetPtr nodes = srcsets && srcsets->type == XPATH_NODESET ? srcsets->nodesetval : NULL;
	for (int i = 0; i < xmlXPathNodeSetGetLength(nodes); i++) {
		xmlChar *srcset = xmlXPathCastNodeToString(xmlXPathNodeSetItem(nodes, i));
		take_largest(&best, srcset ? (const char *)srcset : "");
		xmlFree(srcset);
	}
	if (srcsets && srcsets->type != XPATH_NODESET) {
		xmlChar *srcset = xmlXPathCastToString(srcsets);
		take_largest(&best, srcset ? (const char *)srcset : "");
		xmlFree(srcset);
	}
	xmlXPathFreeObject(srcsets);
	xmlXPathReturnString(parser, xmlStrdup(BAD_CAST(best.address ? best.address : "")));
	free(best.address);
}

void xpath_functions_register(xmlXPathContextPtr context)
{
	xmlXPathRegisterFunc(context, BAD_CAST "matches", matches);
	xmlXPathRegisterFunc(context, BAD_CAST "largest", largest);
}
