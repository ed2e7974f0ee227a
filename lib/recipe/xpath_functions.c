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

/* Ends the evaluation with an error message, stored like those of libxml2. */
static void xpath_error(xmlXPathParserContextPtr parser, const char *reason)
{
	struct tree *tree = parser->context->userData;
	snprintf(tree->message, sizeof tree->message, "%s", reason);
	parser->error = XPATH_EXPR_ERROR;
}

/* Subtracts the time since `started` from the budget; ends the evaluation if it is exceeded:
 * libxml2's limit of operations does not count the length of texts. */
static void charge_time(xmlXPathParserContextPtr parser, double started)
{
	double *seconds = &((struct tree *)parser->context->userData)->page->budget.pattern_seconds;
	*seconds -= pattern_clock() - started;
	if (*seconds < 0)
		xpath_error(parser, "regular expressions and texts take too long on this page");
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
	const regex_t *regex = pattern && text
		? pattern_cached(&page->patterns, (const char *)pattern, &error)
		: NULL;
	int found = regex ? pattern_matches(regex, (const char *)text, &seconds) : 0;
	xmlFree(pattern);
	xmlFree(text);
	if (regex)
		xmlXPathReturnBoolean(parser, found > 0);
	else
		xpath_error(parser, error.reason);
	charge_time(parser, started);
}

/* The number in a descriptor ("640w", "2x"); 1 without one. */
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

/* Parses one candidate of a srcset (HTML, "parse a srcset attribute") and returns the start of the
 * next. */
static const char *parse_candidate(const char *p, const char **url, size_t *length, double *size)
{
	static const char blanks[] = " \t\r\n\f";
	p += strspn(p, " \t\r\n\f,");
	*url = p;
	*length = strcspn(p, blanks);
	p += *length;
	*size = 1;
	if (*length && p[-1] == ',') {
		while (*length && (*url)[*length - 1] == ',')
			--*length;
		return p;
	}
	p += strspn(p, blanks);
	*size = descriptor_size(p, strcspn(p, " \t\r\n\f,"));
	return p + strcspn(p, ",");
}

struct srcset_candidate {
	char *url; /* owned; NULL: none */
	double size;
};

/* Updates `best` with the largest candidate of a srcset. */
static void update_largest(struct srcset_candidate *best, const char *srcset)
{
	const char *url;
	size_t length;
	double size;
	for (const char *p = srcset; *p;) {
		p = parse_candidate(p, &url, &length, &size);
		if (!length || size <= best->size || strncasecmp(url, "data:", 5) == 0)
			continue;
		free(best->url);
		*best = (struct srcset_candidate){strndup(url, length), size};
	}
}

static void largest(xmlXPathParserContextPtr parser, int arguments)
{
	if (arguments != 1) {
		xmlXPathSetArityError(parser);
		return;
	}
	struct srcset_candidate best = {0};
	double started = pattern_clock();
	xmlXPathObjectPtr srcsets = valuePop(parser);
	xmlNodeSetPtr nodes =
		srcsets && srcsets->type == XPATH_NODESET ? srcsets->nodesetval : NULL;
	for (int i = 0; i < xmlXPathNodeSetGetLength(nodes); i++) {
		xmlChar *srcset = xmlXPathCastNodeToString(xmlXPathNodeSetItem(nodes, i));
		update_largest(&best, srcset ? (const char *)srcset : "");
		xmlFree(srcset);
	}
	if (srcsets && srcsets->type != XPATH_NODESET) {
		xmlChar *srcset = xmlXPathCastToString(srcsets);
		update_largest(&best, srcset ? (const char *)srcset : "");
		xmlFree(srcset);
	}
	xmlXPathFreeObject(srcsets);
	xmlXPathReturnString(parser, xmlStrdup(BAD_CAST(best.url ? best.url : "")));
	free(best.url);
	charge_time(parser, started);
}

void xpath_functions_register(xmlXPathContextPtr context)
{
	xmlXPathRegisterFunc(context, BAD_CAST "matches", matches);
	xmlXPathRegisterFunc(context, BAD_CAST "largest", largest);
}
