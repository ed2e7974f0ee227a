/* Inside page: findings as bytes, as they come out of a confined worker. Numbers are u64, a text is its length and one more
 * (0: there is none) and its bytes. */
#ifndef RECIPE_PAGE_BYTES_H
#define RECIPE_PAGE_BYTES_H

#include "recipe/page.h"

/* Writes what was found on the page into out[room]. Returns the number of bytes; 0: there is too little room. */
size_t page_bytes_write(const struct page *page, const struct page_findings *findings, unsigned char *out, size_t room);

/* Reads it back, distrusting the writer: what comes out could have been found by the recipe on some page at that address.
 * Addresses are web addresses, those of further pages of the page's own origin, other texts at most PAGE_TEXT_MAXIMUM
 * bytes. Returns false for what could not; *findings are to be freed either way. */
bool page_bytes_read(const struct page *page, struct page_findings *findings, const unsigned char *bytes, size_t size);

#endif
