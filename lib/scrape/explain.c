/* --explain: the requests that would be made, and what a recipe's selectors find on a saved
 * page. */
#include "scrape/explain.h"

#include "fetch/url.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { PAGES_SHOWN = 2 };

/* Writes a URL or a header with the values of keys hidden. */
static void write_url(FILE *stream, const struct recipe *recipe, const char *url)
{
	char line[URL_LENGTH_MAXIMUM + 1];
	char *hidden = recipe_hide_keys(recipe, url);
	fputs(text_printable(line, sizeof line, hidden ? hidden : ""), stream);
	free(hidden);
}

/* Records an error, so that the rest is still explained. */
static void record_error(struct recipe_explanation *explanation, const struct error *error)
{
	if (explanation->failed)
		explanation->request->options.report(&explanation->failure);
	explanation->failed = true;
	explanation->failure = *error;
}

/* Writes a line, escaped by text_printable: it has text of a recipe. */
__attribute__((format(printf, 3, 4))) static void write_line(FILE *stream, int indent,
	const char *format, ...)
{
	va_list arguments;
	char *line = NULL;
	va_start(arguments, format);
	int length = vasprintf(&line, format, arguments);
	va_end(arguments);
	char *shown = length < 0 ? NULL : malloc(4 * (size_t)length + 1);
	fprintf(stream, "%*s%s\n", indent, "",
		shown ? text_printable(shown, 4 * (size_t)length + 1, line) : "");
	free(shown);
	if (length >= 0)
		free(line);
}

/* ---- requests ---- */

static int write_pages(FILE *stream, const struct request_source *source, int pages_maximum,
	struct error *error)
{
	const struct recipe *recipe = source->recipe;
	bool is_url = url_is_http(source->query);
	bool numbered = !is_url && recipe_is_numbered(recipe, source->query);
	int pages = numbered ? PAGES_SHOWN : 1;
	if (recipe->pages_maximum && recipe->pages_maximum < pages_maximum)
		pages_maximum = recipe->pages_maximum;
	for (int i = 0; i < pages && i < pages_maximum; i++) {
		char *url = is_url ? url_resolve(NULL, source->query, error)
				   : recipe_page_url(recipe, source->api, source->query, i, error);
		if (!url)
			return -1;
		fprintf(stream, "  page %d: ", i + 1);
		write_url(stream, recipe, url);
		fputc('\n', stream);
		free(url);
	}
	if (numbered && pages < pages_maximum)
		fprintf(stream, "  and so on, until a page has no item, to page %d\n",
			pages_maximum);
	return 0;
}

/* The links on pages of `recipe` that --follow selects. */
static void write_follow(FILE *stream, const struct scrape_options *options,
	const struct recipe *recipe, int indent)
{
	if (!options->follow || !recipe->link.text)
		return;
	char depth[64] = "";
	if (options->depth_maximum)
		snprintf(depth, sizeof depth, ", at most %d in a row", options->depth_maximum);
	write_line(stream, indent, "then each page of %s that matches %s%s, on the same host",
		recipe->link.text, options->follow, depth);
}

/* Rate limits for the pages of `recipe`; its own do not apply to an API URL of the user. */
static void write_limits(FILE *stream, const struct scrape_options *options,
	const struct recipe *recipe, bool is_other_api, int indent)
{
	double rate = options->fetch.rate;
	int connections = options->fetch.connections;
	if (!is_other_api && recipe->rate > 0 && recipe->rate < rate)
		rate = recipe->rate;
	if (!is_other_api && recipe->connections > 0 && recipe->connections < connections)
		connections = recipe->connections;
	write_line(stream, indent, "requests: at most %g per second, %d concurrent", rate,
		connections);
	write_line(stream, indent, "robots.txt: %s",
		options->fetch.ignore_robots ? "not fetched"
			: recipe->documented_api
			? "for images only, since the pages are a documented API"
			: "for pages and images");
}

static void write_rewrites(FILE *stream, const char *what, const struct rewrite *rewrites,
	size_t count, int indent)
{
	for (size_t i = 0; i < count; i++)
		write_line(stream, indent, "%s: %s -> %s", what, rewrites[i].text,
			rewrites[i].replacement);
}

/* All that a recipe says about its pages: further pages and their recipes, headers, limits, and
 * rewriting of image URLs. */
static void write_recipe(FILE *stream, const struct scrape_options *options,
	const struct recipe *recipe, bool is_other_api, int indent)
{
	for (size_t i = 0; i < recipe->cursor_count; i++)
		write_line(stream, indent, "then the same with %s%s%s",
			recipe->cursors[i].name ? recipe->cursors[i].name : "",
			recipe->cursors[i].name ? " = " : "", recipe->cursors[i].selector.text);
	for (size_t i = 0; i < recipe->next_link_count; i++) {
		const struct recipe_link *next = &recipe->next_links[i];
		write_line(stream, indent, "then each page of %s%s%s", next->selector.text,
			next->page_recipe ? ", read by " : "",
			next->page_recipe ? next->page_recipe->name : "");
		if (next->page_recipe)
			write_recipe(stream, options, next->page_recipe, is_other_api, indent + 2);
	}
	write_follow(stream, options, recipe, indent);
	if (recipe->user_agent)
		write_line(stream, indent, "user agent: %s", recipe->user_agent);
	for (size_t i = 0; i < recipe->headers.count; i++)
		write_line(stream, indent, "header: %s", recipe->headers.items[i]);
	write_rewrites(stream, "image URL", recipe->rewrites, recipe->rewrite_count, indent);
	write_rewrites(stream, "if the image is missing", recipe->fallbacks, recipe->fallback_count,
		indent);
	write_limits(stream, options, recipe, is_other_api, indent);
}

static int write_requests(const struct recipe_explanation *explanation,
	const struct request_source *source, struct error *error)
{
	const struct scrape_options *options = &explanation->request->options;
	if (write_pages(explanation->stream, source, options->pages_maximum, error))
		return -1;
	write_recipe(explanation->stream, options, source->recipe,
		source->api && source->recipe->api, 2);
	fprintf(explanation->stream, "  pages: at most %d\n", options->pages_maximum);
	return 0;
}

static int explain_source(void *context, const struct request_source *source, struct error *error)
{
	struct recipe_explanation *explanation = context;
	explain_text(explanation->stream, source->recipe->name);
	fputs(": ", explanation->stream);
	explain_text(explanation->stream, source->class_name);
	if (source->query && strcmp(source->query, source->class_name)) {
		fputc('=', explanation->stream);
		explain_text(explanation->stream, source->query);
	}
	fputc('\n', explanation->stream);
	if (source->file ? explain_page(explanation, source, error)
			 : write_requests(explanation, source, error))
		record_error(explanation, error);
	return 0;
}

int scrape_request_explain(const struct scrape_request *request, char *const *operands,
	FILE *stream, struct error *error)
{
	struct recipe_explanation explanation = {.request = request, .stream = stream};
	if (request->list && explain_list(&explanation, error))
		record_error(&explanation, error);
	if (scrape_request_visit(request, operands, explain_source, &explanation, error))
		record_error(&explanation, error);
	if (!explanation.failed)
		return 0;
	*error = explanation.failure;
	return -1;
}
