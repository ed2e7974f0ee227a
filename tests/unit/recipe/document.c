/* Parsed pages: selectors, our XPath functions, and adversarial input. */
#include "recipe/selector.h"
#include "tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct document *parse(const char *text, enum document_format format)
{
	struct document *document;
	struct error error;
	if (document_parse(&document, (const unsigned char *)text, strlen(text), format, "", "page",
		    &error))
		return NULL;
	return document;
}

/* The first text of a selector, relative to the document or to a node. */
static void text_from_is(struct document *document, const struct document_node *from,
	const char *text, const char *expected)
{
	struct selector selector;
	struct error error;
	char *found = NULL;
	bool failed = selector_parse(&selector, text, "place", document->format, &error) != 0;
	if (!failed) {
		failed = selector_text(&selector, document, from, &found, &error) != 0;
		selector_free(&selector);
	}
	if (expected)
		is_text(failed ? error.reason : found ? found : "nothing", expected, text);
	else
		ok(!failed && !found, "%s gives nothing", text);
	free(found);
}

static void text_is(struct document *document, const char *text, const char *expected)
{
	text_from_is(document, &document->root, text, expected);
}

/* All texts of a selector, joined by blanks. */
static void texts_are(struct document *document, const char *text, const char *expected)
{
	struct selector selector;
	struct error error;
	struct text_list texts = {0};
	char joined[600] = "";
	if (selector_parse(&selector, text, "place", document->format, &error)) {
		is_text(error.reason, expected, text);
		return;
	}
	if (selector_texts(&selector, document, &document->root, &texts, &error))
		snprintf(joined, sizeof joined, "%s", error.reason);
	for (size_t i = 0; i < texts.count; i++)
		snprintf(joined + strlen(joined), sizeof joined - strlen(joined), "%s%s",
			i ? " " : "", texts.items[i]);
	is_text(joined, expected, text);
	text_list_free(&texts);
	selector_free(&selector);
}

static void refuses(const char *text, enum document_format format, const char *reason)
{
	struct selector selector;
	struct error error = {0};
	ok(selector_parse(&selector, text, "place", format, &error) == -1 && !selector.text,
		"refused: %s", text);
	is_text(error.reason, reason, text);
}

static void selectors(void)
{
	struct document *document =
		parse("<div><p class=x>one<p class=y> two <img src=a.png>", DOCUMENT_HTML);
	struct selector paragraphs;
	struct node_list items = {0};
	struct error error;
	ok(selector_parse(&paragraphs, "//p", "place", DOCUMENT_HTML, &error) == 0 &&
			selector_find(&paragraphs, document, &document->root, &items, &error) ==
				0 &&
			items.count == 2,
		"two items");
	text_from_is(document, &items.items[0], "@class", "x");
	text_from_is(document, &items.items[1], ".//img/@src", "a.png");
	text_from_is(document, &items.items[0], ".//img/@src", NULL);
	text_from_is(document, &items.items[1], "string(@class)", "y");
	text_is(document, "count(//p)", "2");
	text_is(document, "largest(//@class)", "x");
	text_is(document, "//p[matches(., '^o.e$')]", "one");
	text_is(document, "count('x')", "can't be evaluated: wrong argument type of a function");
	text_is(document, "//p[matches(@class, concat('[', @class))]",
		"can't be evaluated: not a regular expression: Unmatched [, [^, [:, [., or [=");
	texts_are(document, "//p/@class", "x y");
	texts_are(document, "//p/@class -> text (x|z)", "x");
	texts_are(document, "//p/@class -> as [{}]", "[x] [y]");
	node_list_free(&items);
	selector_free(&paragraphs);
	document_free(document);
}

/* Relative to an item; and nodes for display. */
static void items(void)
{
	struct document *document = parse("<picture><source srcset='a 1w, b 3w'><source srcset='c "
					  "2w'><img srcset='d 1x' alt='&quot;x'>"
					  "</picture><p m='{\"a\": [1, \"b\"]}' n=''>",
		DOCUMENT_HTML);
	struct selector item, relative;
	struct node_list found = {0};
	struct error error;
	ok(selector_parse(&item, "//img | //p/@m -> text (a).*(b)", "place", DOCUMENT_HTML,
		   &error) == 0 &&
			selector_parse_within(&relative, "\\2", "place", &item, &error) == 0,
		"a group relative to a match");
	char *text = NULL;
	ok(selector_find(&item, document, &document->root, &found, &error) == 0 &&
			found.count == 1 &&
			selector_text(&relative, document, &found.items[0], &text, &error) == 0,
		"is found");
	is_text(text, "b", "its text");
	free(text);
	selector_free(&relative);
	ok(selector_parse_within(&relative, "\\3", "place", &item, &error) == -1,
		"there is no third");
	is_text(error.reason, "the regular expression has only 2 groups", "with a message");
	selector_free(&item);
	node_list_free(&found);
	text_is(document, "largest(//source/@srcset | //img/@srcset)", "b");
	ok(selector_parse(&item, "//img | //p/@* | //p/@m/..", "place", DOCUMENT_HTML, &error) ==
				0 &&
			selector_find(&item, document, &document->root, &found, &error) == 0 &&
			found.count == 4,
		"four nodes");
	static const char *const shown[] = {"<img srcset=\"d 1x\" alt=\"\"x\">",
		"<p m=\"{\"a\": [1, \"b\"]}\" n=\"\">", "{\"a\": [1, \"b\"]}", NULL};
	for (size_t i = 0; i < 4 && i < found.count; i++) {
		char *show = document_describe(document, &found.items[i]);
		is_text(show ? show : "nothing", shown[i] ? shown[i] : "nothing", "shown");
		free(show);
	}
	selector_free(&item);
	node_list_free(&found);
	document_free(document);
}

static void largest(void)
{
	static const char *const cases[][2] = {{"a.png", "a.png"}, {"a.png 1x, b.png 2x", "b.png"},
		{"a.png 320w,b.png 1280w ,c.png 640w", "b.png"},
		{"a,b.png 2x, c.png 1.5x", "a,b.png"}, {" a.png , b.png", "a.png"},
		{"a.png,", "a.png"}, {"a.png 1e400w, b.png 3w", "b.png"}, {"", NULL},
		{" , ,", NULL}, {"data:image/gif;base64,R0lGOD== 9w, a.png 2w", "a.png"},
		{"a.png 1x, b.png 1x", "a.png"}, {"data:image/gif;base64,R", NULL},
		{"//h/w_100,h_50/a.png 100w, //h/w_200,h_90/a.png 200w", "//h/w_200,h_90/a.png"},
		{"a.png 640w 480h, b.png 320w 999h", "a.png"}};
	struct document *document = parse("<p>", DOCUMENT_HTML);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char xpath[100];
		snprintf(xpath, sizeof xpath, "largest('%s')", cases[i][0]);
		text_is(document, xpath, cases[i][1]);
	}
	document_free(document);
}

static void names(void)
{
	static const struct {
		const char *page, *selector;
		enum document_format format;
	} cases[] = {{"<api><continue a=\"1\" b=\"x|y\"/><c/></api>", "/api/continue/@*",
			     DOCUMENT_XML},
		{"{\"continue\": {\"a\": 1, \"b\": \"x|y\"}, \"c\": 0}", "continue.*",
			DOCUMENT_JSON}};
	for (int i = 0; i < 2; i++) {
		struct document *document = parse(cases[i].page, cases[i].format);
		struct selector selector;
		struct node_list found = {0};
		struct error error;
		ok(selector_parse(&selector, cases[i].selector, "place", cases[i].format, &error) ==
					0 &&
				selector_find(&selector, document, &document->root, &found,
					&error) == 0 &&
				found.count == 2,
			"two of %s", cases[i].selector);
		is_text(found.items[1].name, "b", "name");
		char *text = document_text(document, &found.items[1]);
		is_text(text, "x|y", "value");
		free(text);
		node_list_free(&found);
		selector_free(&selector);
		document_free(document);
	}
}

static void chains(void)
{
	struct document *document =
		parse("<a class=i m='{\"u\":\"https://h/1?a&amp;b\",\"w\":[1,2]}'></a><a class=i "
		      "m='{broken'>"
		      "</a><a class=i m=17></a><script>f([\"https://h\\/2\\\\u003d\",30,40]); "
		      "g([\"https://h/3\",5,6])</script>",
			DOCUMENT_HTML);
	texts_are(document, "//a/@m -> json u", "https://h/1?a&b");
	texts_are(document, "//a/@m -> json w[]", "1 2");
	texts_are(document, "//a/@m -> json", "17");
	texts_are(document, "//script -> text \\[\"([^\"]*)\",([0-9]+),([0-9]+)\\]",
		"https://h\\/2\\\\u003d https://h/3");
	texts_are(document, "//script -> text \\[\"([^\"]*)\",([0-9]+),([0-9]+)\\] -> unescape",
		"https://h/2= https://h/3");
	texts_are(document, "//script -> text \\[\"([^\"]*)\",([0-9]+),([0-9]+)\\] -> text \\3",
		"40 6");
	texts_are(document, "-> text g\\(.*6", "g([\"https://h/3\",5,6");
	document_free(document);
	document = parse("{\"html\": \"<p><b>x</b><b>y</b>\", \"n\": null, \"t\": true}",
		DOCUMENT_JSON);
	texts_are(document, "html -> html //b", "x y");
	texts_are(document, "n", "");
	texts_are(document, "t", "true");
	texts_are(document, "html -> xml //b", "");
	document_free(document);
	document = parse("[\"{\\\"a\\\": [1, \\\"[2]\\\"]}\", {\"a\": 3}]", DOCUMENT_JSON);
	texts_are(document, "[] -> json a[] -> json", "1 3");
	texts_are(document, "[] -> json a[1] -> json []", "2");
	texts_are(document, "[] -> json a -> json .", "3");
	text_is(document, "[0]", "{\"a\": [1, \"[2]\"]}");
	document_free(document);
	document =
		parse("<div t='<b>1</b>'><b>2</b><i>&lt;b&gt;3&lt;/b&gt;</i></div>", DOCUMENT_HTML);
	texts_are(document, "//div/@t -> html //b", "1");
	texts_are(document, "//div -> html .//b", "2");
	texts_are(document, "//i/text() -> html //b", "3");
	texts_are(document, "//i -> xml //b", "3");
	struct selector item, image;
	struct node_list found = {0};
	struct error error;
	char *text = NULL;
	ok(selector_parse(&item, "//div/@t", "place", DOCUMENT_HTML, &error) == 0 &&
			selector_parse_within(&image, "../b", "place", &item, &error) == 0 &&
			selector_find(&item, document, &document->root, &found, &error) == 0 &&
			found.count == 1 &&
			selector_text(&image, document, &found.items[0], &text, &error) == 0,
		"relative to an attribute");
	is_text(text, "2", "is in the attribute's document");
	free(text);
	node_list_free(&found);
	selector_free(&item);
	selector_free(&image);
	document_free(document);
	document = parse("<r><d>&lt;b&gt;x&lt;/b&gt;</d></r>", DOCUMENT_XML);
	texts_are(document, "//d -> html //b", "x");
	document_free(document);
	refuses("", DOCUMENT_HTML, "empty selector");
	refuses("//a[", DOCUMENT_HTML, "not an XPath expression: syntax error");
	refuses("a[x]", DOCUMENT_JSON, "not a JSON path");
	refuses("//a -> js x", DOCUMENT_HTML,
		"unknown step: must be html, xml, json, text, unescape or as");
	refuses("//a -> ", DOCUMENT_HTML,
		"unknown step: must be html, xml, json, text, unescape or as");
	refuses("//a -> as x", DOCUMENT_HTML, "a template without {}");
	refuses("//a -> text", DOCUMENT_HTML, "regular expression missing");
	refuses("//a/@m -> text \\1", DOCUMENT_HTML,
		"a group, but its context is not a match of a regular expression");
	refuses("\\0", DOCUMENT_TEXT,
		"a group, but its context is not a match of a regular expression");
	refuses("a(b) -> text \\2", DOCUMENT_TEXT, "the regular expression has only 1 group");
	refuses("//a[foo(@m)]", DOCUMENT_HTML, "unknown function foo()");
	refuses("//a -> html 'x", DOCUMENT_HTML, "not an XPath expression: unterminated literal");
	refuses("(", DOCUMENT_TEXT, "not a regular expression: Unmatched ( or \\(");
	char steps[1000] = "//a";
	for (int i = 0; i < 63; i++)
		strcat(steps, " -> unescape");
	document = parse("<a>x", DOCUMENT_HTML);
	text_is(document, steps, "x");
	document_free(document);
	strcat(steps, " -> unescape");
	refuses(steps, DOCUMENT_HTML, "more than 64 steps");
	memset(steps, 0, sizeof steps);
	for (int i = 0; i < 65; i++)
		strcat(steps, "[]");
	refuses(steps, DOCUMENT_JSON, "more than 64 steps");
}

/* An unterminated quote makes every second image part of an attribute of the one before. */
static void many_siblings(void)
{
	enum { IMAGES = 20000 };
	char *page = malloc(30 * IMAGES + 20), *end = page + sprintf(page, "<p>");
	for (int i = 0; i < IMAGES; i++)
		end += sprintf(end, "<img srcset=\"/image></a>\n");
	struct document *document = parse(page, DOCUMENT_HTML);
	const clock_t started = clock();
	text_is(document, "count(//img[not(contains(@src, 'x'))])", "10000");
	ok(clock() - started < CLOCKS_PER_SEC, "many siblings are sorted in linear time");
	document_free(document);
	free(page);
}

static void adversarial(void)
{
	struct error error;
	ok(!parse("", DOCUMENT_HTML), "an empty page is an error");
	ok(!parse("<a><b></a>", DOCUMENT_XML), "XML must be well formed");
	ok(!parse("<!DOCTYPE a [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><a b=\"c\">&e;</a>",
		   DOCUMENT_XML),
		"entities declared in a document are not expanded");
	ok(!parse("<!DOCTYPE a [<!ENTITY x \"0123456789\"><!ENTITY y \"&x;&x;&x;&x;\">]><a "
		  "b=\"&y;&y;\"/>",
		   DOCUMENT_XML),
		"nor one in an attribute");
	struct document *document =
		parse("<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a b=\"&lt;c&#33;\"/>",
			DOCUMENT_XML);
	text_is(document, "/a/@b", "<c!");
	document_free(document);
	char *deep = malloc(300001);
	for (int i = 0; i < 100000; i++)
		memcpy(deep + 3 * i, "<b>", 3);
	deep[300000] = 0;
	document = parse(deep, DOCUMENT_HTML);
	document_free(document);
	ok(true, "100,000 nested tags are parsed");
	for (int i = 0; i < 100000; i++)
		memcpy(deep + 3 * i, "a--", 3);
	memcpy(deep, "<a><!--", 7);
	const clock_t started = clock();
	ok(!parse(deep, DOCUMENT_XML) && clock() - started < CLOCKS_PER_SEC,
		"parsing stops at the first error in XML");
	memset(deep, 'x', 300000);
	memcpy(deep, "<img src=\"", 10);
	document = parse(deep, DOCUMENT_HTML);
	document_free(document);
	free(deep);
	document = parse("<p title=\"\303\050\">\377\376", DOCUMENT_HTML);
	ok(document != NULL, "invalid UTF-8 is accepted");
	document_free(document);
	document = parse("<p>", DOCUMENT_HTML);
	text_is(document, "count((//node()|//@*)[count(//node()|//@*) > 0])", "3");
	document_free(document);
	ok(document_parse(&document, (const unsigned char *)"{\"a\": \"\377\"}", 10, DOCUMENT_JSON,
		   "", "page", &error) == -1 &&
			strstr(error.reason, "not valid JSON: line 1: "),
		"JSON must be UTF-8: %s", error.reason);
	ok(document_parse(&document, (const unsigned char *)"<p>a\0b<p>c", 10, DOCUMENT_HTML, "",
		   "page", &error) == 0,
		"NUL bytes on a page");
	texts_are(document, "-> text b<p>(c)", "c");
	texts_are(document, "//p[2]", "c");
	document_free(document);
}

/* `head`, `count` times `unit`, `tail`, all as one page. */
static struct document *parse_repeated(const char *head, const char *unit, size_t count,
	const char *tail, enum document_format format, char **page)
{
	size_t length = strlen(unit), before = strlen(head);
	*page = malloc(before + count * length + strlen(tail) + 1);
	memcpy(*page, head, before);
	for (size_t i = 0; i < count; i++)
		memcpy(*page + before + i * length, unit, length);
	memcpy(*page + before + count * length, tail, strlen(tail) + 1);
	return parse(*page, format);
}

static void bounds(void)
{
	char *page;
	struct document *document = parse_repeated("", "<p>x", 20000, "", DOCUMENT_HTML, &page);
	text_is(document, "count(//p[count(//p) > 0])",
		"can't be evaluated: too many operations on this page");
	text_is(document, "count(//p)", "20000");
	document_free(document);
	free(page);
	document = parse_repeated("<p t='", "x", 10 << 20, "'>y", DOCUMENT_HTML, &page);
	text_is(document, "-> text y()", NULL);
	texts_are(document, "-> text '>(y)", "y");
	document_free(document);
	free(page);
	ok(!parse_repeated("", "[", 100000, "1", DOCUMENT_JSON, &page),
		"deeply nested JSON is refused");
	free(page);
	document = parse_repeated("{\"a\":", "{\"a\":", 2000, "1", DOCUMENT_JSON, &page);
	ok(!document, "nor is truncated JSON accepted");
	free(page);
	document = parse_repeated("[", "0,", 3000000, "1]", DOCUMENT_JSON, &page);
	texts_are(document, "[2999999]", "0");
	texts_are(document, "[]", "finds too many nodes on this page");
	document_free(document);
	free(page);
	document = parse_repeated("", "<a m=1></a>", 21000, "", DOCUMENT_HTML, &page);
	texts_are(document, "//a/@m -> json", "more than 20000 documents within the page");
	document_free(document);
	free(page);
	char *paragraphs = calloc(1, 3 * 1000 + 3);
	strcpy(paragraphs, "'>");
	for (int i = 0; i < 1000; i++)
		strcat(paragraphs, "<p>");
	document = parse_repeated("<div t='", "x", 1 << 20, paragraphs, DOCUMENT_HTML, &page);
	texts_are(document, "//p -> html ancestor::div/@t -> as {}",
		"more than 268435456 bytes of text on the page");
	document_free(document);
	document = parse(page, DOCUMENT_HTML);
	document->budget.seconds = 0;
	texts_are(document, "//p", "selectors take too long on this page");
	document_free(document);
	free(page);
	free(paragraphs);
	document = parse_repeated("", "a", 4 << 20, "", DOCUMENT_TEXT, &page);
	texts_are(document, "(a|aa)*b", "regular expressions take too long on this page");
	document_free(document);
	free(page);
}

int main(void)
{
	selectors();
	items();
	largest();
	names();
	chains();
	many_siblings();
	adversarial();
	bounds();
	return done();
}
