#include "recipe/explain_text.h"

#include "recipe/page_in_process.h"

#include <stdlib.h>
#include <string.h>

enum { LENGTH_MAXIMUM = 100 };

void explain_text(FILE *stream, const char *text)
{
	char line[4 * LENGTH_MAXIMUM];
	char *cut = strndup(text ? text : "", LENGTH_MAXIMUM);
	fputs(text_printable(line, sizeof line, cut ? cut : ""), stream);
	fputs(text && strlen(text) > LENGTH_MAXIMUM ? "..." : "", stream);
	free(cut);
}

/* What a selector finds, for display. */
struct selector_matches {
	size_t count; /* of matches that are not empty */
	char *examples[EXPLAIN_EXAMPLES];
};

/* Takes ownership of the text; NULL is an empty match. */
static void add_match(struct selector_matches *matches, char *text)
{
	if (text && matches->count < EXPLAIN_EXAMPLES)
		matches->examples[matches->count] = text;
	else
		free(text);
	matches->count += text != NULL;
}

static void write_matches(FILE *stream, const char *key, const struct selector *selector,
	const struct selector_matches *matches)
{
	int indent = (int)strspn(key, " ") + 6;
	fprintf(stream, "    %s = %s: %zu\n", key, selector->text, matches->count);
	for (size_t i = 0; i < matches->count && i < EXPLAIN_EXAMPLES; i++) {
		fprintf(stream, "%*s", indent, "");
		explain_text(stream,
			matches->examples[i] + strspn(matches->examples[i], " \t\r\n\f"));
		fputc('\n', stream);
	}
}

static void free_matches(struct selector_matches *matches)
{
	for (int i = 0; i < EXPLAIN_EXAMPLES; i++)
		free(matches->examples[i]);
}

/* Adds the texts that a selector finds relative to one node. */
static int add_matches(struct selector_matches *matches, const struct selector *selector,
	struct document *document, const struct document_node *from, struct error *error)
{
	struct text_list texts = {0};
	int result = selector_texts(selector, document, from, &texts, error);
	for (size_t i = 0; result == 0 && i < texts.count; i++) {
		add_match(matches, texts.items[i]);
		texts.items[i] = NULL;
	}
	text_list_free(&texts);
	return result;
}

/* Writes the texts that a selector finds relative to all of the nodes. */
static int write_selector(FILE *stream, const char *key, const struct selector *selector,
	struct document *document, const struct node_list *from, struct error *error)
{
	struct selector_matches matches = {0};
	int result = 0;
	for (size_t i = 0; result == 0 && i < from->count; i++)
		result = add_matches(&matches, selector, document, &from->items[i], error);
	if (result == 0 && selector->text)
		write_matches(stream, key, selector, &matches);
	free_matches(&matches);
	return result;
}

/* Writes the items that a selector finds on the page, also those without text. */
static int write_items(FILE *stream, const struct selector *selector, struct document *document,
	struct node_list *items, struct error *error)
{
	struct selector_matches matches = {0};
	if (selector_find(selector, document, &document->root, items, error))
		return -1;
	for (size_t i = 0; i < items->count; i++)
		add_match(&matches, document_describe(document, &items->items[i]));
	write_matches(stream, "item", selector, &matches);
	free_matches(&matches);
	return 0;
}

static int write_item(FILE *stream, const struct recipe_item *item, struct document *document,
	struct error *error)
{
	struct node_list items = {0};
	int result = write_items(stream, &item->item, document, &items, error);
	for (size_t i = 0; result == 0 && items.count && i < item->image_count; i++)
		result = write_selector(stream, "  image", &item->images[i], document, &items,
			error);
	if (result == 0 && items.count &&
		(write_selector(stream, "  width", &item->width, document, &items, error) ||
			write_selector(stream, "  height", &item->height, document, &items,
				error) ||
			write_selector(stream, "  licence", &item->licence, document, &items,
				error)))
		result = -1;
	node_list_free(&items);
	return result;
}

static int write_selectors(FILE *stream, const struct recipe *recipe, struct document *document,
	struct error *error)
{
	struct node_list page = {0};
	int result = node_list_add(&page, &document->root, error);
	for (size_t i = 0; result == 0 && i < recipe->item_count; i++)
		result = write_item(stream, &recipe->items[i], document, error);
	for (size_t i = 0; result == 0 && i < recipe->next_link_count; i++)
		result = write_selector(stream, "next", &recipe->next_links[i].selector, document,
			&page, error);
	for (size_t i = 0; result == 0 && i < recipe->cursor_count; i++)
		result = write_selector(stream, "cursor", &recipe->cursors[i].selector, document,
			&page, error);
	if (result == 0 &&
		(write_selector(stream, "link", &recipe->link, document, &page, error) ||
			write_selector(stream, "error", &recipe->error, document, &page, error)))
		result = -1;
	node_list_free(&page);
	return result;
}

int page_explain_in_process(const struct page *page, FILE *stream, struct error *error)
{
	struct document *document;
	const struct recipe *recipe = page->recipe;
	if (document_parse(&document, page->bytes, page->size, recipe->format, page->charset,
		    page->name, error))
		return -1;
	int result = write_selectors(stream, recipe, document, error);
	document_free(document);
	return result;
}
