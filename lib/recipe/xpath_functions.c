#include "recipe/xpath_functions.h"

#include "base/text.h"
#include "recipe/pattern.h"
#include "recipe/tree.h"

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

/* Ends the evaluation, too, when the page's seconds are used up: XPath's own bound does not count how long texts are. */
static void charge(xmlXPathParserContextPtr parser, double started)
{
	double *seconds = &((struct tree *)parser->context->userData)->page->budget.pattern_seconds;
	*seconds -= pattern_clock() - started;
	if (*seconds < 0)
		fail(parser, "regular expressions and texts take too long on this page");
}

static void matches(xmlXPathParserContextPtr parser, int arguments)
{
	if (arguments != 2) {
		xmlXPathSetArityError(parser);
		return;
	}
	struct document *page = ((struct tree *)parser->context->userData)->page;
	struct error error = {.reason = "out of memory"};
	double started = pattern_clock(), seconds = page->budget.pattern_seconds;
	xmlChar *pattern = xmlXPathPopString(parser), *text = xmlXPathPopString(parser);
	const regex_t *regex = pattern && text ? pattern_cached(&page->patterns, (const char *)pattern, &error) : NULL;
	int found = regex ? pattern_matches(regex, (const char *)text, &seconds) : 0;
	xmlFree(pattern);
	xmlFree(text);
	if (regex)
		xmlXPathReturnBoolean(parser, found > 0);
	else
		fail(parser, error.reason);
	charge(parser, started);
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
	double started = pattern_clock();
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
	charge(parser, started);
}

void xpath_functions_register(xmlXPathContextPtr context)
{
	xmlXPathRegisterFunc(context, BAD_CAST "matches", matches);
	xmlXPathRegisterFunc(context, BAD_CAST "largest", largest);
}
