/* robots.txt: the examples and edge cases of RFC 9309. */
#include "fetch/robots.h"
#include "tap.h"

#include <string.h>

static struct robots rules;

static void parse_rules(const char *text)
{
	robots_free(&rules);
	ok(robots_parse(&rules, text, strlen(text), "millrace", NULL) == 0, "parses");
}

static void allows(const char *path, bool expected)
{
	ok(robots_allow(&rules, path) == expected, "%s is %s", path,
		expected ? "allowed" : "not allowed");
}

static void groups(void)
{
	allows("/anything", true);
	parse_rules("User-Agent: *\nDisallow: *.gif$\nDisallow: /example/\nAllow: /publications/\n"
		    "User-Agent: "
		    "foobot\nDisallow:/\nAllow:/example/page.html\nAllow:/example/allowed.gif\n");
	allows("/example/page.html", false);
	allows("/publications/a", true);
	allows("/a.gif", false);
	allows("/a.gif?x", true);
	parse_rules("User-agent: foo\nUser-agent: MillRace/2\nDisallow: /a\n\nUser-agent: "
		    "*\nDisallow: /\n\n"
		    "User-agent: millrace\nDisallow: /b # remark\n");
	allows("/a", false);
	allows("/b", false);
	allows("/c", true);
	parse_rules("User-agent: millraces\nDisallow: /\n");
	allows("/", true);
	parse_rules("Disallow: /before-any-group\n\xEF\xBB\xBF");
	allows("/before-any-group", true);
	parse_rules("\xEF\xBB\xBFUser-agent: *\r\nDisallow: /x\r\n");
	allows("/x", false);
	parse_rules("user-agent: *\nsitemap: http://x/\nDISALLOW: /x\nnonsense\n: \n");
	allows("/x", false);
	parse_rules("User-agent: *\nDisallow:\n");
	allows("/", true);
	parse_rules("");
	allows("/", true);
}

static void longest_match(void)
{
	parse_rules("User-agent: *\nAllow: /p\nDisallow: /\n");
	allows("/page", true);
	allows("/other", false);
	parse_rules("User-agent: *\nDisallow: /folder\nAllow: /folder\n");
	allows("/folder/page", true);
	parse_rules("User-agent: *\nAllow: /page\nDisallow: /*.htm\n");
	allows("/page.htm", false);
	parse_rules("User-agent: *\nAllow: /$\nDisallow: /\n");
	allows("/", true);
	allows("/page.htm", false);
	parse_rules("User-agent: *\nDisallow: /fish*.php\nDisallow: /*a*b*c$\n");
	allows("/fish.php", false);
	allows("/fishheads/catfish.php?id=1", false);
	allows("/Fish.PHP", true);
	allows("/xaybzc", false);
	allows("/xaybzcd", true);
	allows("/abcbc", false);
}

/* The table of RFC 9309, 2.2.2, and other encodings. */
static void encodings(void)
{
	parse_rules("User-agent: *\nDisallow: /foo/bar?baz=quz\nDisallow: "
		    "/bar/\343\203\204\nDisallow: /other/%E3%83%84\n"
		    "Disallow: /foo/bar/%62%61%7A\nDisallow: /star%2A\nDisallow: "
		    "/dollar%24\nDisallow: /100%\n");
	allows("/foo/bar?baz=quz", false);
	allows("/bar/%E3%83%84", false);
	allows("/bar/%e3%83%84", false);
	allows("/other/\343\203\204", false);
	allows("/foo/bar/baz", false);
	allows("/%66oo/bar/ba%7a", false);
	allows("/star%2a", false);
	allows("/star-like", true);
	allows("/dollar%24x", false);
	allows("/dollar", true);
	allows("/100%", false);
	allows("/100%25", false);
	allows("/100", true);
	/* Those of 2.2.3: percent-encoded special characters in a rule are literal. */
	parse_rules("User-agent: *\nDisallow: /path/file-with-a-%2A.html\nDisallow: "
		    "/path/foo-%24\nDisallow: /a$b\nDisallow: /c*%2A$\n");
	allows("/path/file-with-a-*.html", false);
	allows("/path/file-with-a-%2A.html", false);
	allows("/path/file-with-a-b.html", true);
	allows("/path/foo-$", false);
	allows("/path/foo-%24", false);
	allows("/path/foo-", true);
	allows("/a$b", false);
	allows("/a%24b", false);
	allows("/a", true);
	allows("/cxyz*", false);
	allows("/c%2a", false);
	allows("/cxyz", true);
	allows("/c*x", true);
}

static void adversarial(void)
{
	static char text[200000];
	strcpy(text, "User-agent: *\nDisallow: /");
	memset(text + strlen(text), '*', 100000);
	strcat(text, "a");
	parse_rules(text);
	char path[4000] = "/";
	memset(path + 1, 'b', sizeof path - 2);
	allows(path, true);
	robots_free(&rules);
	strcpy(text, "User-agent: *\n");
	for (size_t i = strlen(text); i + 8 < sizeof text; i += 8)
		memcpy(text + i, "allow:/\n", 9);
	parse_rules(text);
	ok(rules.size < sizeof text / 2, "short rules take less memory than their lines");
	const char nul[] = "User-agent: *\0Disallow: /";
	robots_free(&rules);
	ok(robots_parse(&rules, nul, sizeof nul - 1, "millrace", NULL) == 0, "a NUL");
	allows("/x", false);
	parse_rules("User-agent: *\rDisallow: /x\rDisallow: /y");
	allows("/y", false);
}

int main(void)
{
	groups();
	longest_match();
	encodings();
	adversarial();
	return done();
}
