/* Inside page: serialized findings, the output of a sandboxed worker. Numbers are u64; a text is
 * its length plus one (0: NULL) and its bytes. */
#ifndef RECIPE_PAGE_SERIALIZATION_H
#define RECIPE_PAGE_SERIALIZATION_H

#include "recipe/page.h"

/* Writes the findings of a page into out[capacity]. Returns the number of bytes; 0: there is not
 * enough space. */
size_t page_findings_serialize(const struct page *page, const struct page_findings *findings,
	unsigned char *out, size_t capacity);

/* Parses them. The bytes are untrusted: the result is one that the recipe can find on a page at
 * that URL. URLs are http or https, those of further pages have the page's origin, other texts have
 * at most PAGE_TEXT_MAXIMUM bytes. Returns false for invalid bytes; *findings are to be freed
 * either way. */
bool page_findings_deserialize(const struct page *page, struct page_findings *findings,
	const unsigned char *bytes, size_t size);

#endif
