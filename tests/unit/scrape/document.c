/* Pages taken apart: selectors, the functions of ours, and pages that mean harm. */
#include "scrape/document.h"
#include "tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct document *parse(const char *text, enum document_format format)
{
	struct document *document;
	struct error error;
	if (document_parse(&document, (const unsigned char *)text, strlen(text), format, "", "page", &error))
		return NULL;
	return document;
}

static void gives(struct document *document, int item, const char *xpath, const char *expected)
{
	char *text = document_text(document, item, xpath);
	if (expected)
		is_text(text, expected, xpath);
	else
		ok(!text, "%s gives nothing", xpath);
	free(text);
}

static void selecting(void)
{
	struct document *document = parse("<div><p class=x>one<p class=y> two <img src=a.png>", DOCUMENT_HTML);
	ok(document_find_items(document, "//p", NULL) == 2, "two items");
	gives(document, 0, "@class", "x");
	gives(document, 1, ".//img/@src", "a.png");
	gives(document, 0, ".//img/@src", NULL);
	gives(document, 1, "string(@class)", "y");
	gives(document, -1, "count(//p)", "2");
	gives(document, -1, "//p[matches(., '^o.e$')]", "one");
	gives(document, -1, "//p[matches(@class, '[')]", NULL);
	gives(document, -1, "matches('x')", NULL);
	gives(document, -1, "//p[", NULL);
	gives(document, -1, "nothing()", NULL);
	struct text_list texts = {0};
	struct error error;
	ok(document_texts(document, "//p/@class", &texts, &error) == 0 && texts.count == 2, "all texts");
	ok(document_texts(document, "//p[", &texts, &error) == -1, "a bad selector: %s", error.reason);
	text_list_free(&texts);
	document_free(document);
	ok(document_is_xpath("//a[@b='c']") && !document_is_xpath("//a[") && !document_is_xpath(""), "what is XPath");
}

static void largest(void)
{
	static const char *const cases[][2] = {{"a.png", "a.png"}, {"a.png 1x, b.png 2x", "b.png"},
		{"a.png 320w,b.png 1280w ,c.png 640w", "b.png"}, {"a,b.png 2x, c.png 1.5x", "a,b.png"},
		{" a.png , b.png", "a.png"}, {"a.png,", "a.png"}, {"a.png 1e400w, b.png 3w", "b.png"}, {"", NULL}, {" , ,", NULL}};
	struct document *document = parse("<p>", DOCUMENT_HTML);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char xpath[100];
		snprintf(xpath, sizeof xpath, "largest('%s')", cases[i][0]);
		gives(document, -1, xpath, cases[i][1]);
	}
	document_free(document);
}

static void attributes(void)
{
	struct document *document = parse("<api><continue a=\"1\" b=\"x|y\"/><c/></api>", DOCUMENT_XML);
	struct text_list names = {0}, values = {0};
	struct error error;
	ok(document_attributes(document, "/api/continue/@*", &names, &values, &error) == 0, "attributes");
	is_integer((long long)names.count, 2, "two of them");
	is_text(names.items[1], "b", "name");
	is_text(values.items[1], "x|y", "value");
	text_list_free(&names);
	text_list_free(&values);
	document_free(document);
}

static void hostile(void)
{
	ok(!parse("", DOCUMENT_HTML), "an empty page is an error");
	ok(!parse("<a><b></a>", DOCUMENT_XML), "XML must be well formed");
	struct document *document = parse("<!DOCTYPE a [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><a b=\"c\">&e;</a>", DOCUMENT_XML);
	gives(document, -1, "/a", NULL);
	document_free(document);
	document = parse("<!DOCTYPE a [<!ENTITY x \"0123456789\"><!ENTITY y \"&x;&x;&x;&x;&x;&x;&x;&x;&x;&x;\">"
			 "<!ENTITY z \"&y;&y;&y;&y;&y;&y;&y;&y;&y;&y;\">]><a>&z;&z;&z;&z;&z;&z;&z;</a>", DOCUMENT_XML);
	document_free(document);
	ok(true, "nested entities end");
	char *deep = malloc(300001);
	for (int i = 0; i < 100000; i++)
		memcpy(deep + 3 * i, "<b>", 3);
	deep[300000] = 0;
	document = parse(deep, DOCUMENT_HTML);
	document_free(document);
	ok(true, "100,000 nested tags end");
	memset(deep, 'x', 300000);
	memcpy(deep, "<img src=\"", 10);
	document = parse(deep, DOCUMENT_HTML);
	document_free(document);
	free(deep);
	document = parse("<p title=\"\303\050\">\377\376", DOCUMENT_HTML);
	ok(document != NULL, "broken UTF-8 is read all the same");
	document_free(document);
	document = parse("<p>", DOCUMENT_HTML);
	gives(document, -1, "count((//node()|//@*)[count(//node()|//@*) > 0])", "3");
	document_free(document);
}

static void bounded(void)
{
	char *many = malloc(4 * 20000 + 1);
	for (int i = 0; i < 20000; i++)
		memcpy(many + 4 * i, "<p>x", 4);
	many[80000] = 0;
	struct document *document = parse(many, DOCUMENT_HTML);
	gives(document, -1, "count(//p[count(//p) > 0])", NULL);
	gives(document, -1, "count(//p)", "20000");
	document_free(document);
	free(many);
}

int main(void)
{
	selecting();
	largest();
	attributes();
	hostile();
	bounded();
	return done();
}
