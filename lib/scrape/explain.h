/* Inside --explain: what its parts share. */
#ifndef SCRAPE_EXPLAIN_H
#define SCRAPE_EXPLAIN_H

#include "recipe/explain_text.h"
#include "scrape/request.h"

struct explanation {
	const struct scrape_request *request;
	FILE *stream;
	bool failed;
	struct error failure; /* the last, when `failed`; those before it are reported */
};

/* Writes an address or a header as it is, but for the values of keys. */
void explain_url(FILE *stream, const struct recipe *recipe, const char *url);

/* Remembers what went wrong, and that the rest is still to be explained. */
void explain_failure(struct explanation *explanation, const struct error *error);

/* Writes what each selector of a recipe finds on a saved page, and the images that come of it. Returns -1 where there are
 * none, too. */
CHECKED int explain_page(const struct explanation *explanation, const struct request_source *source,
	struct error *error);

/* Writes how many addresses a list has for each class, with the first of them; bad lines are reported. */
CHECKED int explain_list(const struct explanation *explanation, struct error *error);

#endif
