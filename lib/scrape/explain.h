/* Inside --explain: declarations shared by its parts. */
#ifndef SCRAPE_EXPLAIN_H
#define SCRAPE_EXPLAIN_H

#include "recipe/explain_text.h"
#include "scrape/request.h"

struct explanation {
	const struct scrape_request *request;
	FILE *stream;
	bool failed;
	struct error failure; /* the last one if `failed`; earlier ones were reported */
};

/* Writes a URL or a header with the values of keys hidden. */
void explain_url(FILE *stream, const struct recipe *recipe, const char *url);

/* Records an error, so that the rest is still explained. */
void explain_failure(struct explanation *explanation, const struct error *error);

/* Writes what each selector of a recipe finds on a saved page, and the resulting images. Returns -1 also if there are none. */
CHECKED int explain_page(const struct explanation *explanation, const struct request_source *source,
	struct error *error);

/* Writes how many URLs a list has for each class, with the first ones; invalid lines are reported. */
CHECKED int explain_list(const struct explanation *explanation, struct error *error);

#endif
