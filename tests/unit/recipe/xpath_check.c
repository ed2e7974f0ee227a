/* Static errors in XPath expressions. */
#include "recipe/xpath_check.h"
#include "tap.h"

#include <string.h>

static void checks(const char *expression, const char *reason)
{
	struct error error = {.reason = ""};
	int result = xpath_check(expression, &error);
	is_text(error.reason, reason, expression);
	is_integer(result, *reason ? -1 : 0, "returns it");
}

static void good(void)
{
	static const char *const cases[] = {"", ".", "..", "/", "//a", "a/b//c", "@a", "@*", "*",
		"//*[@id='tile1']//a", "text()", "//comment()", "processing-instruction('x')",
		"node()", "child::a", "ancestor-or-self::node()/@x", "attribute::*", "a | b",
		"1 + 2.5 - .5", "-1", "a -b", "a-b", "2 * 3", "* * *", "@a * @b", "//a[1]",
		"//a[last()]", "//a[position() < 3 and @b or not(@c)]", "a div b mod c", "and",
		"div/div", "or or or", "mod mod mod", "@and and @or", "(a)[1]/b", "(a)and(b)",
		"concat('a', \"b\", 'c', @d)", "substring(a, 1)", "substring( a , 1 , 2 )",
		"string()", "string(@a)", "contains(concat(' ', @class, ' '), ' iusc ')",
		"'$v foo(x) a:b'", "\"it's\"", "matches(@a, '[.]jpe?g$')",
		"matches(@a, concat('[', 'x'))", "matches(@a, @b)", "largest(@srcset | ../a)",
		"//a[matches(@b,'x')][matches(@c,'y')]", "count(//a[b[c[d]]])",
		"normalize-space ()", "ancestor::a [ @x ]", "caf\303\251/@\303\251",
		"translate(a, 'x', '')", "true() or false()", "a_b.c/d", "self::node()"};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		checks(cases[i], "");
}

static void bad(void)
{
	checks("foo(@src)", "unknown function foo()");
	checks("//a[foo (1)]", "unknown function foo()");
	checks("//a/lower-case(@b)", "unknown function lower-case()");
	checks("a and and(b)", "unknown function and()");
	checks("$v", "unknown variable $v");
	checks("//a[@b = $long-name.x]", "unknown variable $long-name.x");
	checks("media:content/@url", "namespace prefixes are not supported: media:");
	checks("//a/@xlink:href", "namespace prefixes are not supported: xlink:");
	checks("child::a:b", "namespace prefixes are not supported: a:");
	checks("a:*", "namespace prefixes are not supported: a:");
	checks("re:test(a, b)", "namespace prefixes are not supported: re:");
	checks("last(1)", "last() takes 0 arguments, not 1");
	checks("count()", "count() takes 1 argument, not 0");
	checks("not(a, b)", "not() takes 1 argument, not 2");
	checks("concat(a)", "concat() takes 2 arguments or more, not 1");
	checks("substring(a)", "substring() takes 2 arguments or one more, not 1");
	checks("substring(a, b, c, d)", "substring() takes 2 arguments or one more, not 4");
	checks("string(a, b)", "string() takes 0 arguments or one more, not 2");
	checks("matches(@a)", "matches() takes 2 arguments, not 1");
	checks("contains(concat('a', 'b'), count(c, d))", "count() takes 1 argument, not 2");
	checks("matches(@a, '(')", "not a regular expression: Unmatched ( or \\(");
	checks("//a[not(matches( @a , \"x{2,1}\" ))]",
		"not a regular expression: Invalid content of \\{\\}");
	checks("matches(@a, '(a)\\1')",
		"not a regular expression: back-references are not supported");
}

static void deep(void)
{
	char expression[402] = {0};
	memset(expression, '(', 200);
	expression[200] = 'a';
	memset(expression + 201, ')', 200);
	checks(expression, "more than 64 nested brackets");
	checks(expression + 136 + 1, "");
	checks(")))]]", "");
}

int main(void)
{
	good();
	bad();
	deep();
	return done();
}
