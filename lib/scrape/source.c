#include "scrape/source.h"

#include "scrape/pattern.h"
#include "scrape/url.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int source_start(struct source *source, const struct recipe *recipe, const char *query, const char *url,
	const char *file, struct error *error)
{
	*source = (struct source){.recipe = recipe, .reader = recipe, .query = strdup(query),
		.url = url ? strdup(url) : NULL, .file = file ? strdup(file) : NULL};
	if (source->query && (source->url || !url) && (source->file || !file))
		return 0;
	source_free(source);
	return error_memory(error, recipe->name);
}

/* Marks an address as seen. Returns 1 if it is new, 0, or -1. */
static int see(struct digest_table *table, const char *url, struct error *error)
{
	unsigned char key[DIGEST_KEY_SIZE];
	digest_key(url, key);
	if (digest_table_get(table, key) >= 0)
		return 0;
	return digest_table_set(table, key, 0, error) ? -1 : 1;
}

static char *next_url(struct source *source, struct error *error)
{
	source->reader = source->recipe;
	source->depth = 0;
	source->aside = false;
	if (source->asked == 0 && source->url)
		return strdup(source->url);
	if (source->next_ahead < source->ahead_count) {
		const struct page_ahead *page = &source->ahead[source->next_ahead++];
		source->reader = page->reader;
		source->depth = page->depth;
		source->aside = true;
		return strdup(page->url);
	}
	return recipe_page(source->recipe, source->api, source->query, source->numbered++, error);
}

static bool has_next(const struct source *source)
{
	const struct recipe *recipe = source->recipe;
	if (source->asked == 0 || source->next_ahead < source->ahead_count)
		return true;
	return !source->ended && !source->url && !source->file && recipe_is_numbered(recipe, source->query) &&
		(!recipe->pages_maximum || source->numbered < recipe->pages_maximum);
}

int source_next(struct source *source, char **url, struct error *error)
{
	*url = NULL;
	if (!has_next(source))
		return 0;
	if (source->asked > 0 || !source->file) {
		error_memory(error, source->recipe->name);
		*url = next_url(source, error);
		if (!*url || see(&source->pages, *url, error) < 0) {
			free(*url);
			*url = NULL;
			return -1;
		}
	}
	source->asked++;
	return 1;
}

/* ---- images ---- */

/* A page as it is read. */
struct reading {
	struct source *source;
	const struct recipe *recipe;
	struct document *document;
	const char *page_url; /* NULL: a file */
	const char *base;     /* what its links are relative to; NULL: nothing */
	struct page_findings *findings;
	bool new_ones;
};

/* Returns 1, 0 or -1. */
static int is_too_small(const struct reading *reading, const struct node *item, const struct selector *selector,
	int side_minimum, struct error *error)
{
	int64_t side;
	char *text;
	if (selector_text(selector, reading->document, item, &text, error))
		return -1;
	bool small = text && text_to_integer(text, &side) && side < side_minimum;
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
	char *url = absolute(reading, reference);
	if (!url || !reading->page_url || strcmp(url, reading->page_url))
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
		findings->example = strdup(references->items[0]);
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

static int add_image(struct reading *reading, const struct recipe_item *kind, const struct node *item,
	struct text_list *addresses, struct error *error)
{
	struct page_findings *findings = reading->findings;
	struct source_image *images = realloc(findings->images, (findings->image_count + 1) * sizeof *images);
	if (!images)
		return error_memory(error, reading->recipe->name);
	findings->images = images;
	struct source_image *image = &images[findings->image_count++];
	*image = (struct source_image){.addresses = *addresses};
	*addresses = (struct text_list){0};
	return selector_text(&kind->licence, reading->document, item, &image->licence, error);
}

/* Takes what is at `url`, unless an earlier item or page had it. */
static int take_address(struct reading *reading, const struct recipe_item *kind, const struct node *item,
	const char *url, struct error *error)
{
	struct text_list addresses = {0};
	double *seconds = &reading->document->budget.seconds;
	reading->findings->addresses++;
	int result = recipe_addresses(reading->recipe, kind, url, seconds, &addresses, error);
	if (result == 0 && addresses.count) {
		int seen = see(&reading->source->images, addresses.items[0], error);
		reading->new_ones |= seen == 1;
		result = seen == 1 ? add_image(reading, kind, item, &addresses, error) : seen;
	}
	text_list_free(&addresses);
	return result;
}

static int read_item(struct reading *reading, const struct recipe_item *kind, const struct node *item,
	int side_minimum, struct error *error)
{
	int small = is_too_small(reading, item, &kind->width, side_minimum, error);
	if (small == 0)
		small = is_too_small(reading, item, &kind->height, side_minimum, error);
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

static int read_items(struct reading *reading, const struct recipe_item *kind, int side_minimum, struct error *error)
{
	struct node_list items = {0};
	int result = selector_find(&kind->item, reading->document, &reading->document->root, &items, error);
	for (size_t i = 0; result == 0 && i < items.count; i++)
		result = read_item(reading, kind, &items.items[i], side_minimum, error);
	reading->findings->items += items.count;
	if (items.count && !reading->findings->kind)
		reading->findings->kind = kind;
	node_list_free(&items);
	return result;
}

static int read_images(struct reading *reading, int side_minimum, struct error *error)
{
	struct source *source = reading->source;
	for (size_t i = 0; i < reading->recipe->item_count; i++)
		if (read_items(reading, &reading->recipe->items[i], side_minimum, error))
			return -1;
	/* A page about one item says nothing of how the pages of all go on. */
	if (reading->recipe != source->recipe) {
		source->further++;
		source->further_items += reading->findings->items;
	} else {
		source->dry = reading->new_ones ? 0 : source->dry + (reading->findings->items > 0);
		source->ended |= reading->findings->items == 0;
	}
	return 0;
}

/* ---- further pages ---- */

static int add_ahead(struct source *source, const char *url, const struct recipe *reader, int depth,
	struct error *error)
{
	int seen = see(&source->pages, url, error);
	if (seen <= 0)
		return seen;
	if (source->ahead_count == source->ahead_capacity) {
		size_t capacity = source->ahead_capacity ? 2 * source->ahead_capacity : 16;
		struct page_ahead *ahead = realloc(source->ahead, capacity * sizeof *ahead);
		if (!ahead)
			return error_memory(error, url);
		source->ahead = ahead;
		source->ahead_capacity = capacity;
	}
	char *copy = strdup(url);
	if (!copy)
		return error_memory(error, url);
	source->ahead[source->ahead_count++] = (struct page_ahead){copy, reader, depth};
	return 0;
}

static bool is_same_origin(const char *a, const char *b)
{
	char *first = url_origin(a), *second = url_origin(b);
	bool same = first && second && strcmp(first, second) == 0;
	free(first);
	free(second);
	return same;
}

/* Remembers the links that a selector gives and, where there is one, `pattern` matches; only of the page's own host. */
static int add_links(const struct reading *reading, const struct selector *selector, const regex_t *pattern,
	const struct recipe *reader, struct error *error)
{
	struct text_list links = {0};
	int depth = reading->source->depth + (pattern != NULL);
	double *seconds = &reading->document->budget.seconds;
	int result = selector_texts(selector, reading->document, &reading->document->root, &links, error);
	for (size_t i = 0; result == 0 && i < links.count; i++) {
		char *url = absolute(reading, links.items[i]);
		bool near = url && (!reading->page_url || is_same_origin(url, reading->page_url));
		int wanted = near && pattern ? pattern_matches(pattern, url, seconds) : near;
		if (wanted > 0)
			result = add_ahead(reading->source, url, reader, depth, error);
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
static int add_cursors(const struct reading *reading, struct error *error)
{
	const struct recipe *recipe = reading->recipe;
	bool any = false;
	char *url = strdup(reading->page_url);
	if (!url)
		return error_memory(error, recipe->name);
	for (size_t i = 0; url && i < recipe->cursor_count; i++)
		url = merge_cursor(reading, &recipe->cursors[i], url, &any, error);
	int result = !url ? -1 : any ? add_ahead(reading->source, url, recipe, reading->source->depth, error) : 0;
	free(url);
	return result;
}

static int read_links(const struct reading *reading, struct error *error)
{
	const struct recipe *recipe = reading->recipe;
	const struct source *source = reading->source;
	for (size_t i = 0; i < recipe->next_count; i++) {
		const struct recipe_link *next = &recipe->nexts[i];
		if (add_links(reading, &next->selector, NULL, next->reader ? next->reader : recipe, error))
			return -1;
	}
	bool deeper = !source->depth_maximum || source->depth < source->depth_maximum;
	if (recipe->link.text && source->follow && deeper &&
		add_links(reading, &recipe->link, source->follow, recipe, error))
		return -1;
	return recipe->cursor_count && reading->page_url ? add_cursors(reading, error) : 0;
}

/* Makes *base what the page's links are relative to: what it says itself, else its own address; NULL: nothing. */
static int find_base(const struct reading *reading, char **base, struct error *error)
{
	struct selector selector = {0};
	char *said = NULL;
	int result = 0;
	if (reading->recipe->format == DOCUMENT_HTML) {
		result = selector_parse(&selector, "//base/@href", "base", DOCUMENT_HTML, error);
		if (result == 0)
			result = selector_text(&selector, reading->document, &reading->document->root, &said, error);
	}
	selector_free(&selector);
	*base = said ? url_resolve(reading->page_url, said, NULL) : NULL;
	if (!*base && reading->page_url)
		*base = strdup(reading->page_url);
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

static int read_document(struct reading *reading, int side_minimum, struct error *error)
{
	char *base = NULL;
	int result = check_error(reading, error) || find_base(reading, &base, error) ? -1 : 0;
	reading->base = base;
	reading->findings->based = base;
	if (result == 0 && (read_images(reading, side_minimum, error) || read_links(reading, error)))
		result = -1;
	free(base);
	return result;
}

int source_read(struct source *source, const char *page_url, const unsigned char *bytes, size_t size,
	const char *charset, int side_minimum, struct page_findings *findings, struct error *error)
{
	struct reading reading = {.source = source, .recipe = source->reader, .page_url = page_url, .findings = findings};
	const char *name = page_url ? page_url : source->file;
	*findings = (struct page_findings){0};
	if (document_parse(&reading.document, bytes, size, reading.recipe->format, charset, name, error))
		return -1;
	int result = read_document(&reading, side_minimum, error);
	document_free(reading.document);
	return result;
}

int source_check_first(const struct source *source, const struct page_findings *findings, struct error *error)
{
	const struct recipe *recipe = source->recipe;
	if (source->asked > 1 || source->ahead_count || findings->addresses || findings->small)
		return 0;
	if (findings->unusable && !findings->based)
		return error_set(error, recipe->name, "%zu addresses found, none absolute, and the page has no <base>: '%.200s'",
			findings->unusable, findings->example ? findings->example : "");
	if (findings->unusable)
		return error_set(error, recipe->name, "%zu addresses found, none http or https: '%.200s'", findings->unusable,
			findings->example ? findings->example : "");
	const struct selector *silent = findings->kind ? &findings->kind->images[0]
		: recipe->item_count ? &recipe->items[0].item
				     : &recipe->nexts[0].selector;
	return error_set(error, recipe->name, "selector '%.200s' matched nothing on page 1 (the site may have changed)",
		silent->text);
}

void source_image_free(struct source_image *image)
{
	text_list_free(&image->addresses);
	free(image->licence);
	*image = (struct source_image){0};
}

void page_findings_free(struct page_findings *findings)
{
	for (size_t i = 0; i < findings->image_count; i++)
		source_image_free(&findings->images[i]);
	free(findings->images);
	free(findings->example);
	*findings = (struct page_findings){0};
}

void source_free(struct source *source)
{
	for (size_t i = 0; i < source->ahead_count; i++)
		free(source->ahead[i].url);
	free(source->ahead);
	free(source->query);
	free(source->url);
	free(source->file);
	digest_table_free(&source->pages);
	digest_table_free(&source->images);
	*source = (struct source){0};
}
