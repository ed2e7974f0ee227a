#include "recipe/explain_text.h"

#include "recipe/page_here.h"

#include <stdlib.h>
#include <string.h>

enum { LENGTH = 100 };

void explain_text(FILE *stream, const char *text)
{
	char line[4 * LENGTH];
	char *cut = strndup(text ? text : "", LENGTH);
	fputs(text_printable(line, sizeof line, cut ? cut : ""), stream);
	fputs(text && strlen(text) > LENGTH ? "..." : "", stream);
	free(cut);
}

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
