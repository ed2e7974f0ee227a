/* A page or an answer, taken apart by XPath 1.0 (libxml2: no DTD, no entities, no network, bounded work).
 *
 * Beside the functions of XPath there are
 *   matches(text, pattern)   whether the POSIX extended regular expression is found in the text (as XPath 2.0's)
 *   largest(srcset)          of an img's srcset the address with the largest descriptor */
#ifndef SCRAPE_DOCUMENT_H
#define SCRAPE_DOCUMENT_H

#include "base/error.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>

enum document_format { DOCUMENT_HTML, DOCUMENT_XML };

struct document;

/* Parses `size` bytes; `charset` is what the server declared, "" for nothing; `name` is for messages. HTML is
 * mended where broken, XML must be well formed. On failure (-1) *document is NULL. */
CHECKED int document_parse(struct document **document, const unsigned char *bytes, size_t size,
	enum document_format format, const char *charset, const char *name, struct error *error);

/* Whether `xpath` can be evaluated at all. */
bool document_is_xpath(const char *xpath);

/* Selects the nodes that `xpath` gives as the document's items. Returns how many, or -1. */
CHECKED int document_find_items(struct document *document, const char *xpath, struct error *error);

/* The first text that is not blank among what `xpath` gives, seen from item `index` (-1: from the document).
 * Fresh memory, which the caller frees; NULL for nothing. */
char *document_text(struct document *document, int index, const char *xpath);

/* Appends the text of every node that `xpath` gives and is not blank. */
CHECKED int document_texts(struct document *document, const char *xpath, struct text_list *texts, struct error *error);

/* Appends name and value of every attribute that `xpath` gives. */
CHECKED int document_attributes(struct document *document, const char *xpath, struct text_list *names,
	struct text_list *values, struct error *error);

/* NULL is allowed. */
void document_free(struct document *document);

#endif
