/* Where images are to come from, in the words of a command line. */
#ifndef SCRAPE_REQUEST_H
#define SCRAPE_REQUEST_H

#include "recipe/recipe.h"
#include "scrape/dataset_recipe.h"
#include "scrape/scrape.h"

#include <stdio.h>

struct scrape_request {
	struct scrape_options options;
	struct text_list sites;        /* recipes to ask, or none */
	struct text_list apis;         /* "URL", for recipes that name none, and "SITE=URL", in the place of that site's own */
	struct text_list keys;         /* "NAME=VALUE" */
	const char *dataset_path;      /* recipe of a data set: classes, queries, sites; or NULL */
	const char *url, *page_file;   /* a page of the class's images, a saved one; or NULL */
	const char *list;              /* of image addresses, or NULL */
	struct dataset_recipe dataset; /* what scrape_request_read read */
	struct recipe *recipes;
	size_t recipe_count;
};

/* A class, and one place where its images come from. */
struct request_source {
	const char *class_name;
	const struct recipe *recipe;
	const char *api;   /* in the place of the recipe's own; NULL: none */
	const char *query; /* NULL for a file */
	const char *file;  /* a saved page; or NULL */
};

/* Returns 0, or -1 to stop. */
typedef int request_visitor(void *context, const struct request_source *source, struct error *error);

/* What an operand, CLASS or CLASS=QUERY, says. */
struct request_operand {
	char class_name[256];
	const char *query; /* into the operand; NULL: none */
};

/* Takes an operand apart. On failure (-1) it names no class. */
CHECKED int request_operand(struct request_operand *operand, const char *text, struct error *error);

/* The address in "SITE=URL" or "URL". */
const char *request_api(const char *api);

/* Checks what a command line alone can be wrong in, before anything is read: -1 is an error of usage. Operands end with
 * NULL. */
CHECKED int scrape_request_check(const struct scrape_request *request, char *const *operands, struct error *error);

/* Reads the data set's recipe, which fills in what the request leaves open, and those of the sites; a page of the
 * user's own is read by the recipe "page". The caller frees the request with scrape_request_free either way, but
 * after the scrape. */
CHECKED int scrape_request_read(struct scrape_request *request, struct error *error);

/* Checks that what was asked for goes with the recipes that were read, and gives these their keys: -1 is an error of usage,
 * also for an operand that none of its sites can be asked for. */
CHECKED int scrape_request_settle(struct scrape_request *request, char *const *operands, struct error *error);

/* Visits every source of the data set's classes and of operands, CLASS or CLASS=QUERY, ended by NULL. */
CHECKED int scrape_request_visit(const struct scrape_request *request, char *const *operands, request_visitor *visit,
	void *context, struct error *error);

/* Gives a scrape the list and every source. */
CHECKED int scrape_request_add(const struct scrape_request *request, struct scrape *scrape, char *const *operands,
	struct error *error);

/* Writes what would be asked for each source, and for a saved page what each selector finds on it. Asks nothing of
 * anybody. Returns 0, or -1: also when a page holds no image. */
CHECKED int scrape_request_explain(const struct scrape_request *request, char *const *operands, FILE *stream,
	struct error *error);

void scrape_request_free(struct scrape_request *request);

#endif
