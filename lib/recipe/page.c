#include "recipe/page_here.h"

#include "base/array.h"
#include "base/digest_table.h"
#include "fetch/url.h"
#include "recipe/document.h"
#include "recipe/pattern.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A page as it is read. */
struct reading {
	const struct page *page;
	const struct recipe *recipe;
	struct document *document;
	const char *base; /* what its links are relative to; NULL: nothing */
	struct page_findings *findings;
	struct digest_table images, links; /* the addresses found */
};

/* ---- images ---- */

/* Returns 1, 0 or -1. */
static int is_too_small(const struct reading *reading, const struct node *item, const struct selector *selector,
	struct error *error)
{
	int64_t side;
	char *text;
	if (selector_text(selector, reading->document, item, &text, error))
		return -1;
	bool small = text && text_to_integer(text, &side) && side < reading->page->side_minimum;
	free(text);
	return small;
}

/* The absolute form of an address on the page, NULL for none. Saved pages often have lost what "//HOST/..." is relative to. */
static char *absolute(const struct reading *reading, const char *reference)
{
	if (reading->base || strncmp(reference, "//", 2))
		return url_resolve(reading->base, reference, NULL);
	char *secure = text_format("https:%s", reference), *url = secure ? url_resolve(NULL, secure, NULL) : NULL;
	free(secure);
	return url;
}

/* That of an image, which is not the page itself: lazy pages say "#" for now. */
static char *image_address(const struct reading *reading, const char *reference)
{
	const char *page = reading->page->url;
	char *url = absolute(reading, reference);
	if (!url || !page || strcmp(url, page))
		return url;
	free(url);
	return NULL;
}

static void count_unusable(struct page_findings *findings, const struct text_list *references)
{
	if (!references->count)
		return;
	findings->unusable++;
	if (!findings->example)
		findings->example = strndup(references->items[0], PAGE_TEXT_MAXIMUM);
}

/* Makes *url the absolute address of an item's image: the first of use that its selectors give; NULL for none. */
static int item_image(const struct reading *reading, const struct recipe_item *kind, const struct node *item, char **url,
	struct error *error)
{
	struct text_list references = {0};
	int result = 0;
	*url = NULL;
	for (size_t i = 0; result == 0 && !*url && i < kind->image_count; i++) {
		size_t before = references.count;
		result = selector_texts(&kind->images[i], reading->document, item, &references, error);
		for (size_t j = before; result == 0 && !*url && j < references.count; j++)
			*url = image_address(reading, references.items[j]);
	}
	if (result == 0 && !*url)
		count_unusable(reading->findings, &references);
	text_list_free(&references);
	return result;
}

/* Cuts a text that is too long, between two characters; NULL is allowed. */
static void cut(char *text)
{
	size_t end = PAGE_TEXT_MAXIMUM;
	if (!text || strlen(text) <= end)
		return;
	while (end && ((unsigned char)text[end] & 0xC0) == 0x80)
		end--;
	text[end] = 0;
}

static int add_image(struct reading *reading, const struct recipe_item *kind, const struct node *item,
	struct text_list *addresses, struct error *error)
{
	struct page_findings *findings = reading->findings;
	struct page_image *images = array_grow(findings->images, findings->image_count, sizeof *images);
	if (!images)
		return error_memory(error, reading->recipe->name);
	findings->images = images;
	struct page_image *image = &images[findings->image_count++];
	*image = (struct page_image){.addresses = *addresses};
	*addresses = (struct text_list){0};
	if (selector_text(&kind->licence, reading->document, item, &image->licence, error))
		return -1;
	cut(image->licence);
	return 0;
}

/* Takes what is at `url`, unless an earlier item had it. */
static int take_address(struct reading *reading, const struct recipe_item *kind, const struct node *item,
	const char *url, struct error *error)
{
	struct text_list addresses = {0};
	double *seconds = &reading->document->budget.pattern_seconds;
	reading->findings->addresses++;
	int result = recipe_addresses(reading->recipe, kind, url, seconds, &addresses, error);
	if (result == 0 && addresses.count) {
		int added = digest_table_see(&reading->images, addresses.items[0], error);
		result = added == 1 ? add_image(reading, kind, item, &addresses, error) : added;
	}
	text_list_free(&addresses);
	return result;
}

static int read_item(struct reading *reading, const struct recipe_item *kind, const struct node *item,
	struct error *error)
{
	int small = is_too_small(reading, item, &kind->width, error);
	if (small == 0)
		small = is_too_small(reading, item, &kind->height, error);
	if (small) {
		reading->findings->small++;
		return small < 0 ? -1 : 0;
	}
	char *url;
	int result = item_image(reading, kind, item, &url, error);
	if (result == 0 && url)
		result = take_address(reading, kind, item, url, error);
	free(url);
	return result;
}

static int read_items(struct reading *reading, const struct recipe_item *kind, struct error *error)
{
	struct node_list items = {0};
	int result = selector_find(&kind->item, reading->document, &reading->document->root, &items, error);
	for (size_t i = 0; result == 0 && i < items.count; i++)
		result = read_item(reading, kind, &items.items[i], error);
	reading->findings->items += items.count;
	if (items.count && !reading->findings->kind)
		reading->findings->kind = kind;
	node_list_free(&items);
	return result;
}

/* ---- further pages ---- */

static int add_link(struct reading *reading, const char *url, const struct recipe *reader, bool chosen,
	struct error *error)
{
	struct page_findings *findings = reading->findings;
	int added = digest_table_see(&reading->links, url, error);
	if (added <= 0)
		return added;
	struct page_link *links = array_grow(findings->links, findings->link_count, sizeof *links);
	if (links)
		findings->links = links;
	char *copy = links ? strdup(url) : NULL;
	if (!copy)
		return error_memory(error, url);
	links[findings->link_count++] = (struct page_link){copy, reader, chosen};
	return 0;
}

/* Takes the links that a selector gives and, where there is one, `pattern` matches; only those to the page's own host. */
static int add_links(struct reading *reading, const struct selector *selector, const char *pattern,
	const struct recipe *reader, struct error *error)
{
	struct text_list links = {0};
	struct document *document = reading->document;
	int result = selector_texts(selector, document, &document->root, &links, error);
	const regex_t *regex = result == 0 && pattern ? pattern_cached(&document->patterns, pattern, error) : NULL;
	if (pattern && !regex)
		result = -1;
	for (size_t i = 0; result == 0 && i < links.count; i++) {
		char *url = absolute(reading, links.items[i]);
		bool near = url && (!reading->page->url || url_is_same_origin(url, reading->page->url));
		int wanted = near && regex ? pattern_matches(regex, url, &document->budget.pattern_seconds) : near;
		if (wanted > 0)
			result = add_link(reading, url, reader, regex != NULL, error);
		else if (wanted < 0)
			result = error_set(error, "--follow", "regular expressions take too long on this page");
		free(url);
	}
	text_list_free(&links);
	return result;
}

/* `url`, which is freed, with what the cursor gives merged into its query; NULL on failure. */
static char *merge_cursor(const struct reading *reading, const struct recipe_cursor *cursor, char *url, bool *any,
	struct error *error)
{
	struct node_list found = {0};
	if (selector_find(&cursor->selector, reading->document, &reading->document->root, &found, error)) {
		free(url);
		url = NULL;
	}
	for (size_t i = 0; url && i < found.count; i++) {
		const char *name = cursor->name ? cursor->name : found.items[i].name;
		char *value = document_text(reading->document, &found.items[i]);
		if (name && value) {
			char *longer = url_set_parameter(url, name, value);
			free(url);
			url = longer;
			*any = true;
			if (!url)
				error_memory(error, reading->recipe->name);
		}
		free(value);
	}
	node_list_free(&found);
	return url;
}

/* The next page is this one with the cursors merged into its query. */
static int add_cursors(struct reading *reading, struct error *error)
{
	const struct recipe *recipe = reading->recipe;
	bool any = false;
	char *url = strdup(reading->page->url);
	if (!url)
		return error_memory(error, recipe->name);
	for (size_t i = 0; url && i < recipe->cursor_count; i++)
		url = merge_cursor(reading, &recipe->cursors[i], url, &any, error);
	char *next = url && any ? url_resolve(NULL, url, error) : NULL;
	int result = !url || (any && !next) ? -1 : any ? add_link(reading, next, recipe, false, error) : 0;
	free(url);
	free(next);
	return result;
}

static int read_links(struct reading *reading, struct error *error)
{
	const struct recipe *recipe = reading->recipe;
	const struct page *page = reading->page;
	for (size_t i = 0; i < recipe->next_count; i++) {
		const struct recipe_link *next = &recipe->nexts[i];
		if (add_links(reading, &next->selector, NULL, next->reader ? next->reader : recipe, error))
			return -1;
	}
	if (recipe->link.text && page->follow && add_links(reading, &recipe->link, page->follow, recipe, error))
		return -1;
	return recipe->cursor_count && page->url ? add_cursors(reading, error) : 0;
}

/* ---- the whole ---- */

/* Makes *base what the page's links are relative to: what it says itself, else its own address; NULL: nothing. */
static int find_base(const struct reading *reading, char **base, struct error *error)
{
	struct selector selector = {0};
	const char *url = reading->page->url;
	char *said = NULL;
	int result = 0;
	if (reading->recipe->format == DOCUMENT_HTML) {
		result = selector_parse(&selector, "//base/@href", "base", DOCUMENT_HTML, error);
		if (result == 0)
			result = selector_text(&selector, reading->document, &reading->document->root, &said, error);
	}
	selector_free(&selector);
	*base = said ? url_resolve(url, said, NULL) : NULL;
	if (!*base && url)
		*base = strdup(url);
	free(said);
	return result;
}

/* Fails with the site's own words for what is wrong, if it has any. */
static int check_error(const struct reading *reading, struct error *error)
{
	char *problem;
	if (selector_text(&reading->recipe->error, reading->document, &reading->document->root, &problem, error))
		return -1;
	if (!problem)
		return 0;
	error_set(error, reading->recipe->name, "the site says: %.300s", problem);
	free(problem);
	return -1;
}

static int read_document(struct reading *reading, struct error *error)
{
	char *base = NULL;
	int result = check_error(reading, error) || find_base(reading, &base, error) ? -1 : 0;
	reading->base = base;
	reading->findings->based = base;
	for (size_t i = 0; result == 0 && i < reading->recipe->item_count; i++)
		result = read_items(reading, &reading->recipe->items[i], error);
	if (result == 0)
		result = read_links(reading, error);
	free(base);
	return result;
}

int page_read_here(const struct page *page, struct page_findings *findings, struct error *error)
{
	const struct recipe *recipe = page->recipe;
	struct reading reading = {.page = page, .recipe = recipe, .findings = findings};
	*findings = (struct page_findings){0};
	errno = 0;
	int result = document_parse(&reading.document, page->bytes, page->size, recipe->format, page->charset, page->name, error)
		? -1 : read_document(&reading, error);
	/* Without memory libxml2 goes on with less than the page, and a text that there is none for looks like one not found. */
	if (errno == ENOMEM)
		result = error_memory(error, page->name);
	document_free(reading.document);
	digest_table_free(&reading.images);
	digest_table_free(&reading.links);
	return result;
}

void page_image_free(struct page_image *image)
{
	text_list_free(&image->addresses);
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
	free(findings->example);
	*findings = (struct page_findings){0};
}
