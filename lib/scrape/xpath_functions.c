#include "scrape/xpath_functions.h"

#include "base/text.h"

#include <libxml/xpathInternals.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

/* Longer texts match nothing: a page must not choose how long a regular expression runs. */
enum { MATCHED_MAXIMUM = 8192, DESCRIPTOR_MAXIMUM = 16 };

static void matches(xmlXPathParserContextPtr parser, int arguments)
{
	if (arguments != 2) {
		xmlXPathSetArityError(parser);
		return;
	}
	xmlChar *pattern = xmlXPathPopString(parser), *text = xmlXPathPopString(parser);
	regex_t regex;
	int found = 0;
	if (pattern && text && regcomp(&regex, (const char *)pattern, REG_EXTENDED | REG_NOSUB) == 0) {
		found = xmlStrlen(text) <= MATCHED_MAXIMUM && regexec(&regex, (const char *)text, 0, NULL, 0) == 0;
		regfree(&regex);
	}
	xmlFree(pattern);
	xmlFree(text);
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

static void largest(xmlXPathParserContextPtr parser, int arguments)
{
	if (arguments != 1) {
		xmlXPathSetArityError(parser);
		return;
	}
	xmlChar *srcset = xmlXPathPopString(parser);
	const char *best = "", *address;
	size_t best_length = 0, length;
	double best_size = 0, size;
	for (const char *p = srcset ? (const char *)srcset : ""; *p;) {
		p = next_candidate(p, &address, &length, &size);
		if (length && size > best_size) {
			best = address;
			best_length = length;
			best_size = size;
		}
	}
	xmlXPathReturnString(parser, xmlStrndup(BAD_CAST best, (int)best_length));
	xmlFree(srcset);
}

void xpath_functions_register(xmlXPathContextPtr context)
{
	xmlXPathRegisterFunc(context, BAD_CAST "matches", matches);
	xmlXPathRegisterFunc(context, BAD_CAST "largest", largest);
}
