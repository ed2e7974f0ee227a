/* Inside --explain: declarations shared by its parts. */
#ifndef SCRAPE_EXPLAIN_H
#define SCRAPE_EXPLAIN_H

#include "recipe/explain_text.h"
#include "scrape/request.h"

struct recipe_explanation {
	const struct scrape_request *request;
	FILE *stream;
	bool failed;
	struct error failure; /* the last one if `failed`; earlier ones were reported */
};

/* Writes what each selector of a recipe finds on a saved page, and the resulting images. Returns -1
 * also if there are none. */
CHECKED int explain_page(const struct recipe_explanation *explanation,
	const struct request_source *source, struct error *error);

/* Writes how many URLs a list has for each class, with the first ones; invalid lines are
 * reported. */
CHECKED int explain_list(const struct recipe_explanation *explanation, struct error *error);

#endif
