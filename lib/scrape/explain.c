/* --explain: what a recipe would ask for, and what its selectors find on a saved page. */
#include "base/file.h"
#include "scrape/request.h"
#include "scrape/source.h"
#include "scrape/url.h"

#include <stdlib.h>
#include <string.h>

enum { VALUES_SHOWN = 3, VALUE_LENGTH = 100, PAGES_SHOWN = 2 };

struct explanation {
	const struct scrape_request *request;
	FILE *stream;
};

/* Writes text of strangers as one line that no terminal obeys; `text` may be NULL, for none. */
static void write_text(FILE *stream, const char *text)
{
	char line[4 * VALUE_LENGTH];
	char *cut = strndup(text ? text : "", VALUE_LENGTH);
	fputs(text_printable(line, sizeof line, cut ? cut : ""), stream);
	fputs(text && strlen(text) > VALUE_LENGTH ? "..." : "", stream);
	free(cut);
}

/* An address as it is, but for the values of keys. */
static void write_url(FILE *stream, const struct recipe *recipe, const char *url)
{
	char line[URL_LENGTH_MAXIMUM + 1];
	char *hidden = recipe_hide_keys(recipe, url);
	fputs(text_printable(line, sizeof line, hidden ? hidden : ""), stream);
	free(hidden);
}

/* ---- requests ---- */

static int write_pages(FILE *stream, const struct request_source *source, struct error *error)
{
	const struct recipe *recipe = source->recipe;
	bool address = strncmp(source->query, "http://", 7) == 0 || strncmp(source->query, "https://", 8) == 0;
	bool numbered = !address && recipe_is_numbered(recipe, source->query);
	for (int i = 0; i < (numbered ? PAGES_SHOWN : 1); i++) {
		char *url = address ? url_resolve(NULL, source->query, error)
				    : recipe_page(recipe, source->api, source->query, i, error);
		if (!url)
			return -1;
		fprintf(stream, "  page %d: ", i + 1);
		write_url(stream, recipe, url);
		fputc('\n', stream);
		free(url);
	}
	if (numbered && recipe->pages_maximum)
		fprintf(stream, "  and on, to page %d\n", recipe->pages_maximum);
	else if (numbered)
		fprintf(stream, "  and on, until one has no item\n");
	for (size_t i = 0; i < recipe->cursor_count; i++)
		fprintf(stream, "  then: the same with %s%s%s\n", recipe->cursors[i].name ? recipe->cursors[i].name : "",
			recipe->cursors[i].name ? " = " : "", recipe->cursors[i].selector.text);
	for (size_t i = 0; i < recipe->next_count; i++)
		fprintf(stream, "  then%s%s: %s\n", recipe->nexts[i].reader ? " for " : "",
			recipe->nexts[i].reader ? recipe->nexts[i].reader->name : "", recipe->nexts[i].selector.text);
	return 0;
}

static int write_requests(FILE *stream, const struct request_source *source, struct error *error)
{
	const struct recipe *recipe = source->recipe;
	if (write_pages(stream, source, error))
		return -1;
	if (recipe->user_agent)
		fprintf(stream, "  user agent: %s\n", recipe->user_agent);
	for (size_t i = 0; i < recipe->headers.count; i++)
		fprintf(stream, "  header: %s\n", recipe->headers.items[i]);
	if (recipe->rate > 0)
		fprintf(stream, "  at most %g requests a second\n", recipe->rate);
	if (recipe->connections)
		fprintf(stream, "  at most %d at once\n", recipe->connections);
	fprintf(stream, "  robots.txt: %s\n",
		recipe->documented_api ? "for images only, since the pages are a documented interface" : "for pages and images");
	return 0;
}

/* ---- a saved page ---- */

static void write_values(FILE *stream, const struct document *document, const struct node_list *found)
{
	size_t shown = 0;
	for (size_t i = 0; i < found->count && shown < VALUES_SHOWN; i++) {
		const struct node *node = &found->items[i];
		char *text = node->kind == NODE_JSON ? json_dumps(node->value, JSON_ENCODE_ANY | JSON_COMPACT)
						     : document_text(document, node);
		if (text) {
			fputs("      ", stream);
			write_text(stream, text + strspn(text, " \t\r\n\f"));
			fputc('\n', stream);
			shown++;
		}
		free(text);
	}
}

/* Writes what a selector finds seen from each of the nodes, all together. */
static int write_selector(FILE *stream, const char *key, const struct selector *selector, struct document *document,
	const struct node_list *from, struct node_list *found, struct error *error)
{
	if (!selector->text)
		return 0;
	for (size_t i = 0; i < from->count; i++)
		if (selector_find(selector, document, &from->items[i], found, error))
			return -1;
	fprintf(stream, "    %s = %s: %zu\n", key, selector->text, found->count);
	write_values(stream, document, found);
	return 0;
}

/* The same for one whose finds nobody else looks at. */
static int write_alone(FILE *stream, const char *key, const struct selector *selector, struct document *document,
	const struct node_list *from, struct error *error)
{
	struct node_list found = {0};
	int result = write_selector(stream, key, selector, document, from, &found, error);
	node_list_free(&found);
	return result;
}

static int write_item(FILE *stream, const struct recipe_item *kind, struct document *document,
	const struct node_list *page, struct error *error)
{
	struct node_list items = {0};
	int result = write_selector(stream, "item", &kind->item, document, page, &items, error);
	for (size_t i = 0; result == 0 && items.count && i < kind->image_count; i++)
		result = write_alone(stream, "  image", &kind->images[i], document, &items, error);
	if (result == 0 && items.count &&
		(write_alone(stream, "  width", &kind->width, document, &items, error) ||
			write_alone(stream, "  height", &kind->height, document, &items, error) ||
			write_alone(stream, "  licence", &kind->licence, document, &items, error)))
		result = -1;
	node_list_free(&items);
	return result;
}

static int write_selectors(FILE *stream, const struct recipe *recipe, struct document *document, struct error *error)
{
	struct node_list page = {0};
	int result = node_list_add(&page, &document->root, error);
	for (size_t i = 0; result == 0 && i < recipe->item_count; i++)
		result = write_item(stream, &recipe->items[i], document, &page, error);
	for (size_t i = 0; result == 0 && i < recipe->next_count; i++)
		result = write_alone(stream, "next", &recipe->nexts[i].selector, document, &page, error);
	for (size_t i = 0; result == 0 && i < recipe->cursor_count; i++)
		result = write_alone(stream, "cursor", &recipe->cursors[i].selector, document, &page, error);
	if (result == 0 && (write_alone(stream, "link", &recipe->link, document, &page, error) ||
				   write_alone(stream, "error", &recipe->error, document, &page, error)))
		result = -1;
	node_list_free(&page);
	return result;
}

static void write_images(FILE *stream, const struct page_findings *findings)
{
	fprintf(stream, "  images: %zu, %zu too small\n", findings->image_count, findings->small);
	for (size_t i = 0; i < findings->image_count && i < VALUES_SHOWN; i++)
		for (size_t j = 0; j < findings->images[i].addresses.count; j++) {
			fputs(j ? "      or " : "    ", stream);
			write_text(stream, findings->images[i].addresses.items[j]);
			fputc('\n', stream);
		}
}

/* What a run would make of the page. */
static int write_findings(const struct explanation *explanation, struct source *source, const unsigned char *bytes,
	size_t size, struct error *error)
{
	struct page_findings findings;
	int result = source_read(source, NULL, bytes, size, "", explanation->request->options.limits.side_minimum, &findings,
		error);
	if (result == 0) {
		write_images(explanation->stream, &findings);
		source->asked = 1;
		result = source_check_first(source, &findings, error);
	}
	page_findings_free(&findings);
	return result;
}

static int write_page(const struct explanation *explanation, const struct request_source *wanted, struct error *error)
{
	const struct recipe *recipe = wanted->recipe;
	unsigned char *bytes = NULL;
	size_t size;
	struct document *document = NULL;
	struct source source = {0};
	if (file_read(wanted->file, explanation->request->options.fetch.page_bytes, &bytes, &size, error))
		return -1;
	fprintf(explanation->stream, "  page: %s\n", wanted->file);
	int result = document_parse(&document, bytes, size, recipe->format, "", wanted->file, error);
	if (result == 0)
		result = write_selectors(explanation->stream, recipe, document, error);
	document_free(document);
	if (result == 0)
		result = source_start(&source, recipe, "", NULL, wanted->file, error);
	if (result == 0) {
		result = write_findings(explanation, &source, bytes, size, error);
		source_free(&source);
	}
	free(bytes);
	return result;
}

static int explain_source(void *context, const struct request_source *source, struct error *error)
{
	struct explanation *explanation = context;
	fprintf(explanation->stream, "%s: ", source->recipe->name);
	write_text(explanation->stream, source->class_name);
	if (source->query && strcmp(source->query, source->class_name)) {
		fputc('=', explanation->stream);
		write_text(explanation->stream, source->query);
	}
	fputc('\n', explanation->stream);
	return source->file ? write_page(explanation, source, error)
			    : write_requests(explanation->stream, source, error);
}

int scrape_request_explain(const struct scrape_request *request, char *const *operands, FILE *stream,
	struct error *error)
{
	struct explanation explanation = {request, stream};
	return scrape_request_visit(request, operands, explain_source, &explanation, error);
}
