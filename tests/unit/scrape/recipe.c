/* Recipes: those of the project, the URLs of their pages, and every kind of error. */
#include "base/file.h"
#include "recipe/recipe.h"
#include "scrape/dataset_recipe.h"
#include "tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct recipe load(const char *text, struct error *error)
{
	char path[200];
	struct recipe recipe;
	snprintf(path, sizeof path, "%s/recipe", scratch());
	if (output_bytes(path, text, strlen(text), error) || recipe_read(&recipe, path, error))
		recipe = (struct recipe){0};
	return recipe;
}

static void page_url_is(const struct recipe *recipe, const char *api, const char *query, int index,
	const char *expected)
{
	struct error error;
	char *url = recipe_page_url(recipe, api, query, index, &error);
	is_text(url ? url : error.reason, expected, query);
	free(url);
}

static void pages(void)
{
	struct error error;
	struct recipe recipe =
		load("item = //a\nimage = @href\nfirst = 1\nstep = 35\n"
		     "page = http://h/?q={query}&n={page}&i={index}\n\t&o={offset}\npage Tag: = "
		     "{api}/t/{rest}\n",
			&error);
	page_url_is(&recipe, NULL, "red shells & sand", 2,
		"http://h/?q=red%20shells%20%26%20sand&n=3&i=2&o=71");
	page_url_is(&recipe, "https://a", "Tag:x/y", 0, "https://a/t/x%2Fy");
	page_url_is(&recipe, NULL, "Tag:x", 0, "needs --api");
	page_url_is(&recipe, "file:///etc", "Tag:x", 0, "neither http nor https");
	ok(recipe_is_numbered(&recipe, "x") && !recipe_is_numbered(&recipe, "Tag:x"),
		"which pages are numbered");
	recipe_free(&recipe);
	recipe = load("item = //a\nimage = @href\n", &error);
	page_url_is(&recipe, NULL, "x", 0, "needs --url: it has no page for 'x'");
	recipe_free(&recipe);
}

static void long_value(void)
{
	enum { LINES = 100000 };
	struct error error = {0};
	char *text = malloc(3 * LINES + 20), *end = text + sprintf(text, "title = x\n");
	for (int i = 0; i < LINES; i++)
		end += sprintf(end, " a\n");
	struct recipe recipe = load(text, &error);
	is_text(error.reason, "title: longer than 65536 bytes", "a value of 100,000 lines");
	recipe_free(&recipe);
	free(text);
}

static void errors(void)
{
	static const char *const cases[][2] = {
		{"", "a recipe needs an item with an image, or a next"},
		{"item = //a\n", "//a: has no image"},
		{"item = //a\nimage = @b\nitem = //c\nnext = //d\n", "//c: has no image"},
		{"hello\n", "not of the form KEY = VALUE"},
		{"= x\n", "not of the form KEY = VALUE"}, {"colour = red\n", "colour: no such key"},
		{"title = x\nlike = mediawiki\n", "like: must be the first line"},
		{"format = pdf\n", "format: must be html, xml, json or text"},
		{"documented-api = maybe\n", "documented-api: must be yes or no"},
		{"rate = 0\n", "rate: must be a number from 0.001 to 1000"},
		{"rate = fast\n", "rate: must be a number from 0.001 to 1000"},
		{"step = 0\n", "step: must be an integer from 1 to 1000000"},
		{"first = -1\n", "first: must be an integer from 0 to 1000000"},
		{"image = @@\n", "image: must come after an item"},
		{"width = @w\n", "width: must come after an item"},
		{"item = //a\nformat = json\n", "format: must come before all selectors"},
		{"header = no colon\n", "header: must be NAME: VALUE"},
		{"key page = X\n", "key page: is a reserved name"},
		{"key = X\n", "key: must be key NAME = VARIABLE"},
		{"max-pages = 0\n", "max-pages: must be an integer from 1 to 1000000"},
		{"titles = x\n", "titles: no such key"}, {"image x = y\n", "image x: no such key"},
		/* Selectors. */
		{"item = //a\nimage = @@\n", "image: @@: not an XPath expression: syntax error"},
		{"next = ((\n", "next: ((: not an XPath expression: syntax error"},
		{"format = json\nitem = a[\n", "item: a[: not a JSON path"},
		{"format = text\nitem = (\n",
			"item: (: not a regular expression: Unmatched ( or \\("},
		{"item = //a -> nothing x\n",
			"item: nothing x: unknown step: must be html, xml, json, text, unescape or "
			"as"},
		{"item = //a -> json u\nimage = u[\n", "image: u[: not a JSON path"},
		{"item = //img\nimage = foo(@src)\n", "image: foo(@src): unknown function foo()"},
		{"item = //img\nimage = $v\n", "image: $v: unknown variable $v"},
		{"item = //a[matches(@href, '[')]\n",
			"item: //a[matches(@href, '[')]: [: not a regular expression: Invalid "
			"regular expression"},
		{"format = text\nitem = a(b)\nimage = \\2\n",
			"image: \\2: the regular expression has only 1 group"},
		/* Patterns. */
		{"rewrite = a\n", "rewrite: a: must be PATTERN -> REPLACEMENT"},
		{"rewrite = ( -> b\n", "rewrite: (: not a regular expression: Unmatched ( or \\("},
		{"rewrite = a -> \\1\n", "rewrite: \\1: the pattern has no group 1, only 0"},
		{"fallback = (a)(b) -> \\2\\9\n",
			"fallback: \\2\\9: the pattern has no group 9, only 2"},
		{"rewrite = (a)\\1 -> b\n",
			"rewrite: (a)\\1: not a regular expression: back-references are not "
			"supported"},
		{"item = //a\nskip = (\n", "skip: (: not a regular expression: Unmatched ( or \\("},
		/* Keys that may not be repeated. */
		{"title = a\napi = b\ntitle = c\n", "title: is already on line 1"},
		{"item = //a\nimage = @b\nwidth = @c\nwidth = @d\n", "width: is already on line 3"},
		{"page = http://a\nformat = xml\npage = http://b\n", "page: is already on line 1"},
		{"page A: = http://a\npage A: = http://b\n", "page A:: is already on line 1"},
		{"key a = A\nkey a = B\n", "key a: is already on line 1"},
		{"cursor a = //b\ncursor a = //c\n", "cursor a: is already on line 1"},
		/* Placeholders. */
		{"item = //a\nimage = @b\npage = http://h/{nokey}\n",
			"unknown placeholder '{nokey}'"},
		{"item = //a\nimage = @b\npage = http://h/{query}&{query\n", "'{query' has no '}'"},
		{"item = //a\nimage = @b\npage = http://h/?{}\n", "unknown placeholder '{}'"},
		{"item = //a\nimage = @b\nheader = X: {query}\n", "unknown placeholder '{query}'"}};
	struct error error;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct recipe recipe = load(cases[i][0], &error);
		is_text(recipe.name ? "accepted" : error.reason, cases[i][1], cases[i][0]);
		recipe_free(&recipe);
	}
	char path[200], text[300];
	snprintf(path, sizeof path, "%s/recipe", scratch());
	snprintf(text, sizeof text, "like = %s\n", path);
	load(text, &error);
	is_text(error.reason, "like: too many recipes in a row", "a recipe like itself");
	load("title = x\n\nitem = //a[foo()]\nimage = @b\n", &error);
	is_text(strrchr(error.object, '/'), "/recipe: line 3", "the line of the error");
	load("item = //a\nimage = @b\npage = http://h\n\t/{x}\n", &error);
	is_text(strrchr(error.object, '/'), "/recipe: line 3: page", "the line of the placeholder");
	struct recipe recipe = load("item = //a\nimage = @b\nwidth = @w\nitem = //c\nimage = "
				    "@d\nwidth = @w\ncursor = //e\ncursor = //f\n"
				    "next = //g\nnext = //h\nheader = A: b\nheader = A: c\npage = "
				    "http://h/{ query }{k}\nkey k = K\n",
		&error);
	is_text(recipe.name ? "accepted" : error.reason, "accepted", "keys that may be repeated");
	recipe_free(&recipe);
}

/* Paths in a recipe are relative to its own folder. */
static void paths(void)
{
	struct error error;
	char path[300], folder[250];
	snprintf(folder, sizeof folder, "%s/below", scratch());
	ok(file_make_folder(folder, &error) == 0, "a folder");
	static const char *const files[][2] = {{"base", "item = //a\nimage = @b\n"},
		{"reader", "like = ./base\ntitle = r\n"},
		{"site", "like = ./base\nnext ./reader = //c\n"},
		{"dataset", "site = ./site\nsite = bing\nclass = x\n"}};
	for (int i = 0; i < 4; i++) {
		snprintf(path, sizeof path, "%s/%s", folder, files[i][0]);
		ok(output_bytes(path, files[i][1], strlen(files[i][1]), &error) == 0, "%s",
			files[i][0]);
	}
	struct dataset_recipe dataset;
	struct recipe recipe = {0};
	ok(dataset_recipe_read(&dataset, path, &error) == 0 && dataset.sites.count == 2,
		"a data set");
	is_text(dataset.sites.items[1], "bing", "a name is not a path");
	ok(recipe_read(&recipe, dataset.sites.items[0], &error) == 0, "its site: %s", error.reason);
	ok(recipe.next_link_count == 1 && recipe.next_links[0].page_recipe,
		"with a recipe for further pages");
	is_text(recipe.next_link_count ? recipe.next_links[0].page_recipe->title : "", "r",
		"from the same folder");
	is_text(recipe.name, "site", "its name");
	recipe_free(&recipe);
	dataset_recipe_free(&dataset);
}

static void image_urls_are(const struct recipe *recipe, const char *url, const char *expected)
{
	struct text_list urls = {0};
	struct error error;
	double seconds = 5;
	char joined[500] = "";
	ok(recipe_image_urls(recipe, &recipe->items[0], url, &seconds, &urls, &error) == 0,
		"addresses for %s", url);
	for (size_t i = 0; i < urls.count; i++)
		snprintf(joined + strlen(joined), sizeof joined - strlen(joined), "%s%s",
			i ? " " : "", urls.items[i]);
	is_text(joined, expected, url);
	text_list_free(&urls);
}

static void urls(void)
{
	struct error error;
	struct recipe recipe = load("item = //a\nimage = @href\nskip = /icons/\nskip = [.]svg$\n"
				    "rewrite = /thumbs/200/ -> /\nrewrite = ^http: -> https:\n"
				    "fallback = [.]jpg$ -> .png\nfallback = [.]png$ -> "
				    ".jpg\nfallback = ^https: -> file:\n",
		&error);
	image_urls_are(&recipe, "http://h/thumbs/200/F.jpg", "https://h/F.jpg https://h/F.png");
	image_urls_are(&recipe, "https://h/F.png", "https://h/F.png https://h/F.jpg");
	image_urls_are(&recipe, "https://h/F.gif", "https://h/F.gif");
	image_urls_are(&recipe, "https://h/icons/F.gif", "");
	image_urls_are(&recipe, "https://h/F.svg", "");
	recipe_free(&recipe);
}

static void keys(void)
{
	static const char text[] = "item = //a\nimage = @href\nkey key = MILLRACE_TEST_KEY\nkey id "
				   "= MILLRACE_TEST_ID\n"
				   "page = http://h/?k={key}&i={id}&q={query}&t={tag}\nheader = "
				   "X-Key: {key}\nheader = Accept: x\n";
	struct error error;
	bool known = false;
	unsetenv("MILLRACE_TEST_KEY");
	setenv("MILLRACE_TEST_ID", "12:34", 1);
	struct recipe recipe = load(text, &error);
	page_url_is(&recipe, NULL, "Red Shells", 0,
		"needs --key key=VALUE, or MILLRACE_TEST_KEY in the environment");
	ok(recipe_fill_headers(&recipe, &error) == -1, "nor headers");
	ok(recipe_set_key(&recipe, "nothing", "x", &known, &error) == 0 && !known, "no such key");
	ok(recipe_set_key(&recipe, "key", "a b\r\nX-More: c", &known, &error) == 0 && known,
		"a key is set");
	page_url_is(&recipe, NULL, "Red Shells", 0,
		"http://h/?k=a%20b%0D%0AX-More%3A%20c&i=12%3A34&q=Red%20Shells&t=red_shells");
	ok(recipe_fill_headers(&recipe, &error) == 0 && recipe.filled_headers.count == 2,
		"headers");
	is_text(recipe.filled_headers.items[0], "X-Key: a bX-More: c", "no line end in a header");
	char *hidden = recipe_hide_keys(&recipe,
		"http://h/?k=a%20b%0D%0AX-More%3A%20c&i=12%3A34&j=12:34&1");
	is_text(hidden, "http://h/?k={key}&i={id}&j={id}&1", "keys are hidden");
	free(hidden);
	recipe_free(&recipe);
}

/* Lists of a recipe replace those of the one that it is like. */
static void like(void)
{
	struct error error;
	char path[200], text[600];
	snprintf(path, sizeof path, "%s/first", scratch());
	static const char first[] =
		"item = //a\nimage = @one\nwidth = @w\nitem = //b\nimage = @two\nimage = @three\n"
		"rewrite = a -> b\ncursor = //c/@*\nnext = //n\nheader = A: b\n";
	ok(output_bytes(path, first, strlen(first), &error) == 0, "one recipe");
	snprintf(text, sizeof text, "like = %s\nimage = @four\n", path);
	struct recipe recipe = load(text, &error);
	ok(recipe.item_count == 2 && recipe.items[0].image_count == 1 &&
			recipe.items[1].image_count == 1,
		"images of the last item");
	is_text(recipe.items[1].images[0].text, "@four", "are replaced");
	ok(recipe.rewrite_count == 1 && recipe.cursor_count == 1 && recipe.next_link_count == 1 &&
			recipe.headers.count == 1,
		"other lists are inherited");
	recipe_free(&recipe);
	snprintf(text, sizeof text,
		"like = %s\nitem = //d\nimage = @five\nimage = @six\nrewrite = x -> y\nrewrite = y "
		"-> z\n"
		"cursor page = //e\nnext = //o\nheader = C: d\n",
		path);
	recipe = load(text, &error);
	ok(recipe.item_count == 1 && recipe.items[0].image_count == 2 && recipe.rewrite_count == 2,
		"own items replace all");
	ok(recipe.cursor_count == 1 && recipe.next_link_count == 1 && recipe.headers.count == 1,
		"and so does each list");
	is_text(recipe.cursors[0].name, "page", "a cursor's own name");
	recipe_free(&recipe);
	snprintf(text, sizeof text, "item = //a\nimage = @href\nnext %s/recipe = //a/@href\n",
		scratch());
	recipe = load(text, &error);
	ok(!recipe.name && strstr(error.reason, "too many recipes in a row"),
		"a cycle of recipes: %s", error.reason);
}

static char *project_file(const char *name)
{
	char *path = strdup(fixture("../../data/"));
	char *joined = file_join(path, name);
	free(path);
	return joined;
}

static void project_recipes(void)
{
	char *data = project_file("");
	setenv("MILLRACE_DATA", data, 1);
	static const char *const sites[] = {"page", "listing", "mediawiki", "commons",
		"bulbagarden", "fandom", "google", "bing", "acdb", "acdb-character", "acdb-image",
		"safebooru", "moebooru", "openverse"};
	struct error error;
	for (size_t i = 0; i < sizeof sites / sizeof *sites; i++) {
		struct recipe recipe;
		ok(recipe_read(&recipe, sites[i], &error) == 0, "data/sites/%s", sites[i]);
		ok(recipe.title != NULL, "has a title");
		recipe_free(&recipe);
	}
	struct recipe commons;
	ok(recipe_read(&commons, "commons", &error) == 0 && commons.page_count == 3 &&
			commons.item_count == 1,
		"like: all of it");
	page_url_is(&commons, NULL, "Category:Pikachu", 0,
		"https://commons.wikimedia.org/w/api.php?action=query&format=xml&prop=imageinfo"
		"&iiprop=url%7Csize%7Cmime%7Cextmetadata&iiextmetadatafilter=LicenseShortName&"
		"generator=categorymembers&gcmtitle=Category%3APikachu&gcmtype=file&gcmlimit=50");
	recipe_free(&commons);
	static const char *const datasets[] = {"pokemon/recipe", "dragonball/recipe",
		"fairytail/recipe"};
	for (int i = 0; i < 3; i++) {
		struct dataset_recipe dataset;
		char *path = project_file(datasets[i]);
		ok(dataset_recipe_read(&dataset, path, &error) == 0 && dataset.classes.count >= 4,
			"data/%s", datasets[i]);
		for (size_t j = 0; j < dataset.sites.count; j++) {
			struct recipe recipe;
			ok(recipe_read(&recipe, dataset.sites.items[j], &error) == 0, "its site %s",
				dataset.sites.items[j]);
			ok(recipe.api || dataset.api, "has an API");
			recipe_free(&recipe);
		}
		dataset_recipe_free(&dataset);
		free(path);
	}
	free(data);
}

static void dataset_errors(void)
{
	static const char *const cases[][2] = {{"class = x\n", "names no site to scrape"},
		{"site = x\n", "names no class to scrape"},
		{"class = ../x\n", "class: '../x' is not a valid class name"},
		{"class = x |\n", "class: nothing after '|'"},
		{"count = many\n", "count: must be an integer from 0 to 1000000"},
		{"color = x\n", "color: no such key"},
		{"count = 1\ncount = 2\n", "count: is already on line 1"}};
	char path[200];
	snprintf(path, sizeof path, "%s/dataset", scratch());
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct dataset_recipe dataset;
		struct error error = {0};
		if (output_bytes(path, cases[i][0], strlen(cases[i][0]), &error) == 0)
			ok(dataset_recipe_read(&dataset, path, &error) == -1, "refused");
		is_text(error.reason, cases[i][1], cases[i][0]);
	}
}

int main(void)
{
	pages();
	errors();
	long_value();
	paths();
	urls();
	keys();
	like();
	project_recipes();
	dataset_errors();
	return done();
}
