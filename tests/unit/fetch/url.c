/* URLs resolved, refused, split; relative references are the examples of RFC 3986, section 5.4. */
#include "fetch/url.h"
#include "tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void resolves(const char *base, const char *reference, const char *expected)
{
	struct error error;
	char name[300], *url = url_resolve(base, reference, &error);
	snprintf(name, sizeof name, "'%.100s' on %s", reference, base ? base : "nothing");
	if (expected)
		is_text(url, expected, name);
	else
		ok(!url && *error.reason, "%s: refused (%s)", name, url ? url : error.reason);
	free(url);
}

static void resolving(void)
{
	const char *base = "http://a/b/c/d;p?q";
	const char *const pairs[][2] = {{"g", "http://a/b/c/g"}, {"./g", "http://a/b/c/g"},
		{"g/", "http://a/b/c/g/"}, {"/g", "http://a/g"}, {"//g", "http://g/"},
		{"g?y", "http://a/b/c/g?y"}, {"..", "http://a/b/"}, {"../g", "http://a/b/g"},
		{"../../g", "http://a/g"}, {"g#s", "http://a/b/c/g"}, {" g \n", "http://a/b/c/g"},
		{"https://x/y", "https://x/y"}, {"a b.png", "http://a/b/c/a%20b.png"},
		{"g\r\n\t/h.png", "http://a/b/c/g/h.png"}, {"//g\th/", "http://gh/"},
		{"?y", "http://a/b/c/d;p?y"}, {"", "http://a/b/c/d;p?q"},
		{"#s", "http://a/b/c/d;p?q"}, {" #", "http://a/b/c/d;p?q"},
		{"g;x=1/../y", "http://a/b/c/y"}, {"g\\h?i\\j", "http://a/b/c/g/h?i\\j"},
		{"\\\\g\\h", "http://g/h"},
		{"http://b\303\274cher.example/\303\274", "http://xn--bcher-kva.example/%c3%bc"},
		{"//B\303\234CHER.example:81", "http://xn--bcher-kva.example:81/"},
		{"//b%C3%BCcher.example/#x", "http://xn--bcher-kva.example/"},
		{"//\344\276\213\343\201\210.\343\203\206\343\202\271\343\203\210?a",
			"http://xn--r8jz45g.xn--zckzah/?a"},
		{"//fa\303\237.example/", "http://xn--fa-hia.example/"},
		{"//xn--bcher-kva.example/", "http://xn--bcher-kva.example/"},
		{"//\357\274\221\357\274\222\357\274\227.1/", "http://127.0.0.1/"},
		{"//127\343\200\2020\343\200\2020\343\200\2021/", "http://127.0.0.1/"},
		{"HTTPS://X/y", "https://X/y"}, {"http:\\\\x\\..\\y", "http://x/y"},
		{"\303\251.png", "http://a/b/c/%c3%a9.png"}};
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
		resolves(base, pairs[i][0], pairs[i][1]);
	const char *const refused[] = {"ftp://x/", "file:///etc/passwd",
		"data:image/png;base64,AAAA", "javascript:alert(1)", "java\nscript:x",
		"http:\\\\user@x\\y", "\\\\user@x", "mailto:a@b", "http://user@x/",
		"http://user:secret@x/", "//user@x/", "http://x:99999/", "http://[::1/",
		"http://a\001/", "gopher://x/", "x:y", "http://@x/", "http:///@x/",
		"http:/\377\377h/", "//\300\200/", "//a\342\204\200b/", "//a\357\274\217b/",
		"//\342\200\256a/", "//a\357\274\240b/", "//\355\240\200.example/",
		"//\357\277\277.example/"};
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
		resolves(base, refused[i], NULL);
	resolves(NULL, "relative.png", NULL);
	resolves(NULL, "", NULL);
	char *longest = calloc(1, URL_LENGTH_MAXIMUM + 2);
	memset(longest, 'x', URL_LENGTH_MAXIMUM + 1);
	resolves(base, longest, NULL);
	free(longest);
}

static void origins(void)
{
	const char *const pairs[][2] = {{"http://Example.org/a", "http://example.org:80"},
		{"https://example.org", "https://example.org:443"},
		{"https://example.org:8443/x", "https://example.org:8443"},
		{"http://[2001:db8::1]/", "http://[2001:db8::1]:80"}};
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		char *origin = url_origin(pairs[i][0]);
		is_text(origin, pairs[i][1], pairs[i][0]);
		free(origin);
	}
	const char *const names[][2] = {{"http://example.org:80", "example.org"},
		{"https://example.org.:443", "example.org"},
		{"http://[2001:db8::1]:80", "[2001:db8::1]"}, {"http://.:80", ""}};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char *name = url_origin_host(names[i][0]);
		is_text(name, names[i][1], names[i][0]);
		free(name);
	}
	is_text(url_path_and_query("http://h/a?b"), "/a?b", "path and query");
	is_text(url_path_and_query("http://h"), "/", "no path is /");
}

static void parameters(void)
{
	const char *const cases[][4] = {{"http://h/", "a", "1", "http://h/?a=1"},
		{"http://h/?b=2", "a", "1", "http://h/?b=2&a=1"},
		{"http://h/?a=0&b=2", "a", "1", "http://h/?a=1&b=2"},
		{"http://h/?b=2&a=0", "a", "1", "http://h/?b=2&a=1"},
		{"http://h/?ab=0", "a", "1", "http://h/?ab=0&a=1"},
		{"http://h/?c=a=0", "a", "1", "http://h/?c=a=0&a=1"},
		{"http://h/", "a", "x|y z&", "http://h/?a=x%7Cy%20z%26"}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *url = url_set_parameter(cases[i][0], cases[i][1], cases[i][2]);
		is_text(url, cases[i][3], cases[i][3]);
		free(url);
	}
}

int main(void)
{
	resolving();
	origins();
	parameters();
	return done();
}
