/* Where images are to come from, in the words of a command line. */
#ifndef SCRAPE_REQUEST_H
#define SCRAPE_REQUEST_H

#include "scrape/recipe.h"
#include "scrape/scrape.h"

struct scrape_request {
	struct scrape_options options;
	struct text_list sites;        /* recipes to ask, or none */
	const char *api;               /* for a recipe that names none; NULL; as all texts the caller's */
	const char *dataset_path;      /* recipe of a data set: classes, queries, sites; or NULL */
	const char *url, *page_file;   /* a page of the class's images, a saved one; or NULL */
	const char *list;              /* of image addresses, or NULL */
	struct dataset_recipe dataset; /* what scrape_request_read read */
	struct recipe *recipes;
	size_t recipe_count;
};

/* Reads the data set's recipe, which fills in what the request leaves open, and those of the sites; a page of the
 * user's own is read by the recipe "page". The caller frees the request with scrape_request_free either way, but
 * after the scrape. */
CHECKED int scrape_request_read(struct scrape_request *request, struct error *error);

/* Gives a scrape all its sources: the list, the data set's classes, and operands, CLASS or CLASS=QUERY, ended by
 * NULL. */
CHECKED int scrape_request_add(const struct scrape_request *request, struct scrape *scrape, char *const *operands,
	struct error *error);

void scrape_request_free(struct scrape_request *request);

#endif
