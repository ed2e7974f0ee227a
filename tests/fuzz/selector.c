/* A selector, and after its line a page to search, parsed as each format. Accepted: it finds
 * something. */
#include "common/fuzz.h"

#include "recipe/selector.h"

#include <stdlib.h>
#include <string.h>

static bool find(const char *text, const unsigned char *page, size_t size,
	enum document_format format)
{
	struct selector selector;
	struct document *document;
	struct node_list found = {0};
	struct error error = {0};
	if (selector_parse(&selector, text, "place", format, &error))
		return fuzz_refused(&error);
	if (document_parse(&document, page, size, format, "", "page", &error)) {
		selector_free(&selector);
		return fuzz_refused(&error);
	}
	document->budget = (struct document_budget){100000, 1000, 0.05, 0.5, 10, 1 << 20, 1000};
	if (selector_find(&selector, document, &document->root, &found, &error))
		(void)fuzz_refused(&error);
	for (size_t i = 0; i < found.count; i++)
		free(document_text(document, &found.items[i]));
	bool accepted = found.count > 0;
	node_list_free(&found);
	document_free(document);
	selector_free(&selector);
	return accepted;
}

bool fuzz_try(const unsigned char *bytes, size_t size)
{
	const unsigned char *end = memchr(bytes, '\n', size);
	size_t length = end ? (size_t)(end - bytes) : size, rest = end ? size - length - 1 : 0;
	char *text = fuzz_text(bytes, length);
	bool accepted = false;
	for (enum document_format format = DOCUMENT_HTML; format <= DOCUMENT_TEXT; format++)
		accepted |= find(text, bytes + size - rest, rest, format);
	free(text);
	return accepted;
}
