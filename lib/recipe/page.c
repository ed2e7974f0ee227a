#include "recipe/page_in_process.h"

#include "base/array.h"
#include "base/digest_table.h"
#include "fetch/url.h"
#include "recipe/document.h"
#include "recipe/pattern.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The state of reading a page. */
struct page_parser {
	const struct page *page;
	const struct recipe *recipe;
	struct document *document;
	const char *base; /* base URL of its links; NULL: none */
	struct page_findings *findings;
	struct digest_table images, links; /* the URLs found */
};

/* ---- images ---- */

/* Returns 1, 0 or -1. */
static int is_too_small(const struct page_parser *parser, const struct document_node *item,
	const struct selector *selector, struct error *error)
{
	int64_t side;
	char *text;
	if (selector_text(selector, parser->document, item, &text, error))
		return -1;
	bool is_small = text && text_to_integer(text, &side) && side < parser->page->side_minimum;
	free(text);
	return is_small;
}

/* Resolves a URI reference on the page; NULL: it can't be resolved. Saved pages often have no
 * scheme for "//HOST/...". */
static char *resolve_url(const struct page_parser *parser, const char *reference)
{
	if (parser->base || strncmp(reference, "//", 2))
		return url_resolve(parser->base, reference, NULL);
	char *secure = text_format("https:%s", reference),
	     *url = secure ? url_resolve(NULL, secure, NULL) : NULL;
	free(secure);
	return url;
}

/* Resolves that of an image; NULL also if it is the page itself: lazily loading pages use "#" as
 * placeholder. */
static char *image_url(const struct page_parser *parser, const char *reference)
{
	const char *page = parser->page->url;
	char *url = resolve_url(parser, reference);
	if (!url || !page || strcmp(url, page))
		return url;
	free(url);
	return NULL;
}

static void count_unusable(struct page_findings *findings, const struct text_list *references)
{
	if (!references->count)
		return;
	findings->unusable_count++;
	if (!findings->unusable_example)
		findings->unusable_example = strndup(references->items[0], PAGE_TEXT_MAXIMUM);
}

/* Sets *url to the URL of an item's image: the first usable one that its selectors find; NULL for
 * none. */
static int find_image_url(const struct page_parser *parser, const struct recipe_item *kind,
	const struct document_node *item, char **url, struct error *error)
{
	struct text_list references = {0};
	int result = 0;
	*url = NULL;
	for (size_t i = 0; result == 0 && !*url && i < kind->image_count; i++) {
		size_t before = references.count;
		result = selector_texts(&kind->images[i], parser->document, item, &references,
			error);
		for (size_t j = before; result == 0 && !*url && j < references.count; j++)
			*url = image_url(parser, references.items[j]);
	}
	if (result == 0 && !*url)
		count_unusable(parser->findings, &references);
	text_list_free(&references);
	return result;
}

/* Truncates a text that is too long, between two characters; NULL is allowed. */
static void truncate(char *text)
{
	size_t end = PAGE_TEXT_MAXIMUM;
	if (!text || strlen(text) <= end)
		return;
	while (end && ((unsigned char)text[end] & 0xC0) == 0x80)
		end--;
	text[end] = 0;
}

static int add_image(struct page_parser *parser, const struct recipe_item *kind,
	const struct document_node *item, struct text_list *urls, struct error *error)
{
	struct page_findings *findings = parser->findings;
	struct page_image *images =
		array_grow(findings->images, findings->image_count, sizeof *images);
	if (!images)
		return error_memory(error, parser->recipe->name);
	findings->images = images;
	struct page_image *image = &images[findings->image_count++];
	*image = (struct page_image){.urls = *urls};
	*urls = (struct text_list){0};
	if (selector_text(&kind->licence, parser->document, item, &image->licence, error))
		return -1;
	truncate(image->licence);
	return 0;
}

/* Adds the image at `url`, unless an earlier item had it. */
static int add_url(struct page_parser *parser, const struct recipe_item *kind,
	const struct document_node *item, const char *url, struct error *error)
{
	struct text_list urls = {0};
	double *seconds = &parser->document->budget.pattern_seconds;
	parser->findings->url_count++;
	int result = recipe_image_urls(parser->recipe, kind, url, seconds, &urls, error);
	if (result == 0 && urls.count) {
		int added = digest_table_add(&parser->images, urls.items[0], error);
		result = added == 1 ? add_image(parser, kind, item, &urls, error) : added;
	}
	text_list_free(&urls);
	return result;
}

static int parse_item(struct page_parser *parser, const struct recipe_item *kind,
	const struct document_node *item, struct error *error)
{
	int is_small = is_too_small(parser, item, &kind->width, error);
	if (is_small == 0)
		is_small = is_too_small(parser, item, &kind->height, error);
	if (is_small) {
		parser->findings->small_count++;
		return is_small < 0 ? -1 : 0;
	}
	char *url;
	int result = find_image_url(parser, kind, item, &url, error);
	if (result == 0 && url)
		result = add_url(parser, kind, item, url, error);
	free(url);
	return result;
}

static int parse_items(struct page_parser *parser, const struct recipe_item *kind,
	struct error *error)
{
	struct node_list items = {0};
	int result = selector_find(&kind->item, parser->document, &parser->document->root, &items,
		error);
	for (size_t i = 0; result == 0 && i < items.count; i++)
		result = parse_item(parser, kind, &items.items[i], error);
	parser->findings->item_count += items.count;
	if (items.count && !parser->findings->first_item)
		parser->findings->first_item = kind;
	node_list_free(&items);
	return result;
}

/* ---- further pages ---- */

static int add_link(struct page_parser *parser, const char *url, const struct recipe *page_recipe,
	bool is_followed, struct error *error)
{
	struct page_findings *findings = parser->findings;
	int added = digest_table_add(&parser->links, url, error);
	if (added <= 0)
		return added;
	struct page_link *links = array_grow(findings->links, findings->link_count, sizeof *links);
	if (links)
		findings->links = links;
	char *copy = links ? strdup(url) : NULL;
	if (!copy)
		return error_memory(error, url);
	links[findings->link_count++] = (struct page_link){copy, page_recipe, is_followed};
	return 0;
}

/* Adds the links that a selector finds and, if there is a `pattern`, that it matches; only those of
 * the page's origin. */
static int add_links(struct page_parser *parser, const struct selector *selector,
	const char *pattern, const struct recipe *page_recipe, struct error *error)
{
	struct text_list links = {0};
	struct document *document = parser->document;
	int result = selector_texts(selector, document, &document->root, &links, error);
	const regex_t *regex =
		result == 0 && pattern ? pattern_cached(&document->patterns, pattern, error) : NULL;
	if (pattern && !regex)
		result = -1;
	for (size_t i = 0; result == 0 && i < links.count; i++) {
		char *url = resolve_url(parser, links.items[i]);
		bool is_same_origin =
			url && (!parser->page->url || url_is_same_origin(url, parser->page->url));
		int matches = is_same_origin && regex
			? pattern_matches(regex, url, &document->budget.pattern_seconds)
			: is_same_origin;
		if (matches > 0)
			result = add_link(parser, url, page_recipe, regex != NULL, error);
		else if (matches < 0)
			result = error_set(error, "--follow",
				"regular expressions take too long on this page");
		free(url);
	}
	text_list_free(&links);
	return result;
}

/* `url`, which is freed, with the parameters that the cursor finds set in its query; NULL on
 * failure. */
static char *merge_cursor(const struct page_parser *parser, const struct recipe_cursor *cursor,
	char *url, bool *any, struct error *error)
{
	struct node_list found = {0};
	if (selector_find(&cursor->selector, parser->document, &parser->document->root, &found,
		    error)) {
		free(url);
		url = NULL;
	}
	for (size_t i = 0; url && i < found.count; i++) {
		const char *name = cursor->name ? cursor->name : found.items[i].name;
		char *value = document_text(parser->document, &found.items[i]);
		if (name && value) {
			char *longer = url_set_parameter(url, name, value);
			free(url);
			url = longer;
			*any = true;
			if (!url)
				error_memory(error, parser->recipe->name);
		}
		free(value);
	}
	node_list_free(&found);
	return url;
}

/* The URL of the next page is that of this page with the cursors' parameters in its query. */
static int add_cursors(struct page_parser *parser, struct error *error)
{
	const struct recipe *recipe = parser->recipe;
	bool any = false;
	char *url = strdup(parser->page->url);
	if (!url)
		return error_memory(error, recipe->name);
	for (size_t i = 0; url && i < recipe->cursor_count; i++)
		url = merge_cursor(parser, &recipe->cursors[i], url, &any, error);
	char *next = url && any ? url_resolve(NULL, url, error) : NULL;
	int result = !url || (any && !next) ? -1
		: any                       ? add_link(parser, next, recipe, false, error)
					    : 0;
	free(url);
	free(next);
	return result;
}

static int parse_links(struct page_parser *parser, struct error *error)
{
	const struct recipe *recipe = parser->recipe;
	const struct page *page = parser->page;
	for (size_t i = 0; i < recipe->next_link_count; i++) {
		const struct recipe_link *next = &recipe->next_links[i];
		if (add_links(parser, &next->selector, NULL,
			    next->page_recipe ? next->page_recipe : recipe, error))
			return -1;
	}
	if (recipe->link.text && page->follow &&
		add_links(parser, &recipe->link, page->follow, recipe, error))
		return -1;
	return recipe->cursor_count && page->url ? add_cursors(parser, error) : 0;
}

/* ---- page ---- */

/* Sets *base to the base URL of the page's links: that of its <base>, else its own; NULL: none. */
static int find_base(const struct page_parser *parser, char **base, struct error *error)
{
	struct selector selector = {0};
	const char *url = parser->page->url;
	char *base_element = NULL;
	int result = 0;
	if (parser->recipe->format == DOCUMENT_HTML) {
		result = selector_parse(&selector, "//base/@href", "base", DOCUMENT_HTML, error);
		if (result == 0)
			result = selector_text(&selector, parser->document, &parser->document->root,
				&base_element, error);
	}
	selector_free(&selector);
	*base = base_element ? url_resolve(url, base_element, NULL) : NULL;
	if (!*base && url)
		*base = strdup(url);
	free(base_element);
	return result;
}

/* Fails with the error message of the site, if there is one. */
static int check_error(const struct page_parser *parser, struct error *error)
{
	char *site_error;
	if (selector_text(&parser->recipe->error, parser->document, &parser->document->root,
		    &site_error, error))
		return -1;
	if (!site_error)
		return 0;
	error_set(error, parser->recipe->name, "the site says: %.300s", site_error);
	free(site_error);
	return -1;
}

static int parse_document(struct page_parser *parser, struct error *error)
{
	char *base = NULL;
	int result = check_error(parser, error) || find_base(parser, &base, error) ? -1 : 0;
	parser->base = base;
	parser->findings->has_base = base;
	for (size_t i = 0; result == 0 && i < parser->recipe->item_count; i++)
		result = parse_items(parser, &parser->recipe->items[i], error);
	if (result == 0)
		result = parse_links(parser, error);
	free(base);
	return result;
}

int page_read_in_process(const struct page *page, struct page_findings *findings,
	struct error *error)
{
	const struct recipe *recipe = page->recipe;
	struct page_parser parser = {.page = page, .recipe = recipe, .findings = findings};
	*findings = (struct page_findings){0};
	errno = 0;
	int result = document_parse(&parser.document, page->bytes, page->size, recipe->format,
			     page->charset, page->name, error)
		? -1
		: parse_document(&parser, error);
	/* Without memory libxml2 parses only part of the page, and a text without memory looks like
	 * one not found. */
	if (errno == ENOMEM)
		result = error_memory(error, page->name);
	document_free(parser.document);
	digest_table_free(&parser.images);
	digest_table_free(&parser.links);
	return result;
}

void page_image_free(struct page_image *image)
{
	text_list_free(&image->urls);
	free(image->licence);
	*image = (struct page_image){0};
}

void page_findings_free(struct page_findings *findings)
{
	for (size_t i = 0; i < findings->image_count; i++)
		page_image_free(&findings->images[i]);
	for (size_t i = 0; i < findings->link_count; i++)
		free(findings->links[i].url);
	free(findings->images);
	free(findings->links);
	free(findings->unusable_example);
	*findings = (struct page_findings){0};
}
