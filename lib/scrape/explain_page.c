#include "scrape/explain.h"

#include "base/file.h"
#include "scrape/page_here.h"
#include "scrape/source.h"

#include <stdlib.h>
#include <string.h>

/* What a selector finds, as one writes it down. */
struct tally {
	size_t count; /* of finds that are not empty */
	char *examples[EXPLAIN_EXAMPLES];
};

/* The text is the tally's then, or freed; NULL is an empty find. */
static void count_text(struct tally *tally, char *text)
{
	if (text && tally->count < EXPLAIN_EXAMPLES)
		tally->examples[tally->count] = text;
	else
		free(text);
	tally->count += text != NULL;
}

static void write_tally(FILE *stream, const char *key, const struct selector *selector, const struct tally *tally)
{
	int indent = (int)strspn(key, " ") + 6;
	fprintf(stream, "    %s = %s: %zu\n", key, selector->text, tally->count);
	for (size_t i = 0; i < tally->count && i < EXPLAIN_EXAMPLES; i++) {
		fprintf(stream, "%*s", indent, "");
		explain_text(stream, tally->examples[i] + strspn(tally->examples[i], " \t\r\n\f"));
		fputc('\n', stream);
	}
}

static void free_tally(struct tally *tally)
{
	for (int i = 0; i < EXPLAIN_EXAMPLES; i++)
		free(tally->examples[i]);
}

/* Counts what a selector that is to give texts gives, seen from one node. */
static int count_texts(struct tally *tally, const struct selector *selector, struct document *document,
	const struct node *from, struct error *error)
{
	struct text_list texts = {0};
	int result = selector_texts(selector, document, from, &texts, error);
	for (size_t i = 0; result == 0 && i < texts.count; i++) {
		count_text(tally, texts.items[i]);
		texts.items[i] = NULL;
	}
	text_list_free(&texts);
	return result;
}

/* Writes what texts a selector gives seen from each of the nodes, all together. */
static int write_selector(FILE *stream, const char *key, const struct selector *selector, struct document *document,
	const struct node_list *from, struct error *error)
{
	struct tally tally = {0};
	int result = 0;
	for (size_t i = 0; result == 0 && i < from->count; i++)
		result = count_texts(&tally, selector, document, &from->items[i], error);
	if (result == 0 && selector->text)
		write_tally(stream, key, selector, &tally);
	free_tally(&tally);
	return result;
}

/* Writes what items a selector finds on the page; one without any text is one too. */
static int write_items(FILE *stream, const struct selector *selector, struct document *document, struct node_list *items,
	struct error *error)
{
	struct tally tally = {0};
	if (selector_find(selector, document, &document->root, items, error))
		return -1;
	for (size_t i = 0; i < items->count; i++)
		count_text(&tally, document_show(document, &items->items[i]));
	write_tally(stream, "item", selector, &tally);
	free_tally(&tally);
	return 0;
}

static int write_item(FILE *stream, const struct recipe_item *kind, struct document *document, struct error *error)
{
	struct node_list items = {0};
	int result = write_items(stream, &kind->item, document, &items, error);
	for (size_t i = 0; result == 0 && items.count && i < kind->image_count; i++)
		result = write_selector(stream, "  image", &kind->images[i], document, &items, error);
	if (result == 0 && items.count &&
		(write_selector(stream, "  width", &kind->width, document, &items, error) ||
			write_selector(stream, "  height", &kind->height, document, &items, error) ||
			write_selector(stream, "  licence", &kind->licence, document, &items, error)))
		result = -1;
	node_list_free(&items);
	return result;
}

static int write_selectors(FILE *stream, const struct recipe *recipe, struct document *document, struct error *error)
{
	struct node_list page = {0};
	int result = node_list_add(&page, &document->root, error);
	for (size_t i = 0; result == 0 && i < recipe->item_count; i++)
		result = write_item(stream, &recipe->items[i], document, error);
	for (size_t i = 0; result == 0 && i < recipe->next_count; i++)
		result = write_selector(stream, "next", &recipe->nexts[i].selector, document, &page, error);
	for (size_t i = 0; result == 0 && i < recipe->cursor_count; i++)
		result = write_selector(stream, "cursor", &recipe->cursors[i].selector, document, &page, error);
	if (result == 0 && (write_selector(stream, "link", &recipe->link, document, &page, error) ||
				   write_selector(stream, "error", &recipe->error, document, &page, error)))
		result = -1;
	node_list_free(&page);
	return result;
}

int page_explain_here(const struct page *page, FILE *stream, struct error *error)
{
	struct document *document;
	const struct recipe *recipe = page->recipe;
	if (document_parse(&document, page->bytes, page->size, recipe->format, page->charset, page->name, error))
		return -1;
	int result = write_selectors(stream, recipe, document, error);
	document_free(document);
	return result;
}

/* ---- what a run would make of it ---- */

static void write_images(FILE *stream, const struct page_findings *findings)
{
	fprintf(stream, "  images: %zu, too small: %zu, without an address of use: %zu\n", findings->image_count,
		findings->small, findings->unusable);
	for (size_t i = 0; i < findings->image_count && i < EXPLAIN_EXAMPLES; i++)
		for (size_t j = 0; j < findings->images[i].addresses.count; j++) {
			fputs(j ? "      or " : "    ", stream);
			explain_text(stream, findings->images[i].addresses.items[j]);
			fputc('\n', stream);
		}
}

/* Pages that a run would go on to. */
static void write_further(FILE *stream, const struct page_findings *findings)
{
	if (!findings->link_count)
		return;
	fprintf(stream, "  further pages: %zu\n", findings->link_count);
	for (size_t i = 0; i < findings->link_count && i < EXPLAIN_EXAMPLES; i++) {
		fprintf(stream, "    for %s: ", findings->links[i].reader->name);
		explain_text(stream, findings->links[i].url);
		fputc('\n', stream);
	}
}

static int write_findings(FILE *stream, const struct page *page, struct error *error)
{
	struct page_findings findings;
	struct source source;
	int result = page_read(page, &findings, error);
	if (result == 0) {
		write_images(stream, &findings);
		write_further(stream, &findings);
		result = source_start(&source, page->recipe, "", NULL, page->name, error);
	}
	if (result == 0) {
		result = source_take(&source, &findings, error) || source_check_first(&source, &findings, error) ? -1 : 0;
		source_free(&source);
	}
	page_findings_free(&findings);
	return result;
}

int explain_page(const struct explanation *explanation, const struct request_source *wanted, struct error *error)
{
	const struct scrape_options *options = &explanation->request->options;
	FILE *stream = explanation->stream;
	unsigned char *bytes = NULL;
	struct page page = {.recipe = wanted->recipe, .follow = options->follow, .name = wanted->file, .charset = "",
		.side_minimum = options->limits.side_minimum};
	if (file_read(wanted->file, options->fetch.page_bytes, &bytes, &page.size, error))
		return -1;
	page.bytes = bytes;
	fputs("  page: ", stream);
	explain_text(stream, wanted->file);
	fputc('\n', stream);
	int result = page_explain(&page, stream, error);
	if (result == 0)
		result = write_findings(stream, &page, error);
	free(bytes);
	return result;
}
