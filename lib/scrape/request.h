/* The sources of images given on a command line. */
#ifndef SCRAPE_REQUEST_H
#define SCRAPE_REQUEST_H

#include "recipe/recipe.h"
#include "scrape/dataset_recipe.h"
#include "scrape/scrape.h"

#include <stdio.h>

struct scrape_request {
	struct scrape_options options;
	struct text_list sites; /* recipes, or none */
	struct text_list apis; /* "URL", for recipes without one, and "SITE=URL", instead of the one
	                          of that site */
	struct text_list keys; /* "NAME=VALUE" */
	const char *dataset_path;      /* recipe of a data set: classes, queries, sites; or NULL */
	const char *url, *page_file;   /* a page with images of the class, a saved one; or NULL */
	const char *list;              /* of image URLs, or NULL */
	struct dataset_recipe dataset; /* set by scrape_request_read */
	struct recipe *recipes;
	size_t recipe_count;
};

/* A class, and one source of its images. */
struct request_source {
	const char *class_name;
	const struct recipe *recipe;
	const char *api;   /* instead of the recipe's; NULL: none */
	const char *query; /* NULL for a file */
	const char *file;  /* a saved page; or NULL */
};

/* Returns 0, or -1 to stop. */
typedef int request_visitor(void *context, const struct request_source *source,
	struct error *error);

/* An operand, CLASS or CLASS=QUERY. */
struct request_operand {
	char class_name[256];
	const char *query; /* into the operand; NULL: none */
};

/* Parses an operand. On failure (-1) it has no valid class name. */
CHECKED int request_operand(struct request_operand *operand, const char *text, struct error *error);

/* The URL in "SITE=URL" or "URL". */
const char *request_api(const char *api);

/* Checks the command line, before any file is read: -1 is a usage error. Operands end with NULL. */
CHECKED int scrape_request_check(const struct scrape_request *request, char *const *operands,
	struct error *error);

/* Reads the data set's recipe, for what the request does not set, and those of the sites; the
 * default site is the recipe "page". The caller frees the request with scrape_request_free either
 * way, but after the scrape. */
CHECKED int scrape_request_read(struct scrape_request *request, struct error *error);

/* Checks the request against its recipes and sets their keys: -1 is a usage error, also for an
 * operand without a URL on any site. */
CHECKED int scrape_request_resolve(struct scrape_request *request, char *const *operands,
	struct error *error);

/* Visits every source of the data set's classes and of operands, CLASS or CLASS=QUERY, ended by
 * NULL. */
CHECKED int scrape_request_visit(const struct scrape_request *request, char *const *operands,
	request_visitor *visit, void *context, struct error *error);

/* Adds the list and every source to a scrape. */
CHECKED int scrape_request_add(const struct scrape_request *request, struct scrape *scrape,
	char *const *operands, struct error *error);

/* Writes the requests for each source, and for a saved page what each selector finds on it, without
 * network access. Returns 0, or -1: also if a page has no image. */
CHECKED int scrape_request_explain(const struct scrape_request *request, char *const *operands,
	FILE *stream, struct error *error);

void scrape_request_free(struct scrape_request *request);

#endif
