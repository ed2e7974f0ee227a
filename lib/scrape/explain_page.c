#include "scrape/explain.h"

#include "base/file.h"
#include "scrape/pattern.h"
#include "scrape/source.h"

#include <stdlib.h>
#include <string.h>

/* What a selector finds, as one writes it down. */
struct tally {
	size_t count; /* of finds that are not empty */
	char *examples[EXPLAIN_EXAMPLES];
};

/* An item is one even where it has no text; what is seen from it must have some. */
static void count_finds(struct tally *tally, const struct document *document, const struct node_list *found, bool texts)
{
	for (size_t i = 0; i < found->count; i++) {
		char *text = texts ? document_text(document, &found->items[i]) : document_show(document, &found->items[i]);
		if (text && tally->count < EXPLAIN_EXAMPLES)
			tally->examples[tally->count] = text;
		else
			free(text);
		tally->count += text != NULL;
	}
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

/* Writes what a selector finds seen from each of the nodes, all together; `found` (NULL: nobody) gets it. */
static int write_selector(FILE *stream, const char *key, const struct selector *selector, struct document *document,
	const struct node_list *from, struct node_list *found, struct error *error)
{
	struct tally tally = {0};
	struct node_list own = {0}, *all = found ? found : &own;
	int result = 0;
	for (size_t i = 0; result == 0 && i < from->count; i++)
		result = selector_find(selector, document, &from->items[i], all, error);
	if (result == 0 && selector->text) {
		count_finds(&tally, document, all, !found);
		write_tally(stream, key, selector, &tally);
	}
	free_tally(&tally);
	node_list_free(&own);
	return result;
}

static int write_item(FILE *stream, const struct recipe_item *kind, struct document *document,
	const struct node_list *page, struct error *error)
{
	struct node_list items = {0};
	int result = write_selector(stream, "item", &kind->item, document, page, &items, error);
	for (size_t i = 0; result == 0 && items.count && i < kind->image_count; i++)
		result = write_selector(stream, "  image", &kind->images[i], document, &items, NULL, error);
	if (result == 0 && items.count &&
		(write_selector(stream, "  width", &kind->width, document, &items, NULL, error) ||
			write_selector(stream, "  height", &kind->height, document, &items, NULL, error) ||
			write_selector(stream, "  licence", &kind->licence, document, &items, NULL, error)))
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
		result = write_selector(stream, "next", &recipe->nexts[i].selector, document, &page, NULL, error);
	for (size_t i = 0; result == 0 && i < recipe->cursor_count; i++)
		result = write_selector(stream, "cursor", &recipe->cursors[i].selector, document, &page, NULL, error);
	if (result == 0 && (write_selector(stream, "link", &recipe->link, document, &page, NULL, error) ||
				   write_selector(stream, "error", &recipe->error, document, &page, NULL, error)))
		result = -1;
	node_list_free(&page);
	return result;
}

static void write_images(FILE *stream, const struct page_findings *findings)
{
	fprintf(stream, "  images: %zu, too small: %zu, without an address of use: %zu\n", findings->image_count, findings->small,
		findings->unusable);
	for (size_t i = 0; i < findings->image_count && i < EXPLAIN_EXAMPLES; i++)
		for (size_t j = 0; j < findings->images[i].addresses.count; j++) {
			fputs(j ? "      or " : "    ", stream);
			explain_text(stream, findings->images[i].addresses.items[j]);
			fputc('\n', stream);
		}
}

/* Pages that a run would go on to. */
static void write_further(FILE *stream, const struct source *source)
{
	if (!source->ahead_count)
		return;
	fprintf(stream, "  further pages: %zu\n", source->ahead_count);
	for (size_t i = 0; i < source->ahead_count && i < EXPLAIN_EXAMPLES; i++) {
		fprintf(stream, "    for %s: ", source->ahead[i].reader->name);
		explain_text(stream, source->ahead[i].url);
		fputc('\n', stream);
	}
}

/* What a run would make of the page. */
static int write_findings(const struct explanation *explanation, struct source *source, const unsigned char *bytes,
	size_t size, struct error *error)
{
	const struct scrape_options *options = &explanation->request->options;
	struct page_findings findings;
	regex_t follow;
	if (options->follow && pattern_compile(&follow, options->follow, error))
		return -1;
	source->follow = options->follow ? &follow : NULL;
	source->asked = 1;
	int result = source_read(source, NULL, bytes, size, "", options->limits.side_minimum, &findings, error);
	if (result == 0) {
		write_images(explanation->stream, &findings);
		write_further(explanation->stream, source);
		result = source_check_first(source, &findings, error);
	}
	page_findings_free(&findings);
	if (options->follow)
		regfree(&follow);
	return result;
}

int explain_page(const struct explanation *explanation, const struct request_source *wanted, struct error *error)
{
	const struct recipe *recipe = wanted->recipe;
	unsigned char *bytes = NULL;
	size_t size;
	struct document *document = NULL;
	struct source source = {0};
	if (file_read(wanted->file, explanation->request->options.fetch.page_bytes, &bytes, &size, error))
		return -1;
	fputs("  page: ", explanation->stream);
	explain_text(explanation->stream, wanted->file);
	fputc('\n', explanation->stream);
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
