/* Recipes: how to find images on a site, and what a data set is made of. Their format is recipe(5). */
#ifndef SCRAPE_RECIPE_H
#define SCRAPE_RECIPE_H

#include "base/error.h"
#include "base/text.h"
#include "scrape/document.h"

#include <stdbool.h>
#include <stddef.h>

/* Where the pages for a query are. */
struct page_template {
	char *prefix; /* of the queries that it is for; "" for every other */
	char *text;   /* with {query}, {rest}, {api}, {page}, {index}, {offset} */
};

struct recipe {
	char *name;  /* as it was asked for, for messages and the manifest */
	char *title;
	char *api;   /* what {api} stands for; NULL: the user must say */
	enum document_format format;
	struct page_template *pages; /* none: the user gives the address of the first page */
	size_t page_count;
	int first, step;       /* {offset} is first + step * index */
	bool documented_api;   /* pages are an interface for programs: no robots.txt is asked for them */
	char *item;            /* XPath: one node for each image */
	struct text_list images; /* XPath from the item: its address; the first that gives one is taken */
	char *width, *height;  /* XPath from the item: said to be; NULL: not said */
	char *next;            /* XPath: links to more pages, always followed; or NULL */
	char *link;            /* XPath: links of which --follow chooses; or NULL */
	char *cursor;          /* XPath: attributes that make the next page's query; or NULL */
	char *error;           /* XPath: the site's own words for what is wrong; or NULL */
	double rate;           /* requests a second, 0: no limit of its own */
	int connections;       /* at once, likewise */
};

/* Reads the recipe `name`: a path if it holds a '/', else data/sites/NAME (see base/data.h). On failure
 * (-1) *recipe is empty. */
CHECKED int recipe_read(struct recipe *recipe, const char *name, struct error *error);

/* The address of page `index` (0 for the first) for a query. Fresh memory, which the caller frees. Returns NULL
 * with `error` set when a placeholder has nothing to stand for. `api` is for a recipe that names none; it may be NULL. */
char *recipe_page(const struct recipe *recipe, const char *api, const char *query, int index, struct error *error);

/* Whether pages for this query are told apart by {page}, {index} or {offset}. */
bool recipe_is_numbered(const struct recipe *recipe, const char *query);

void recipe_free(struct recipe *recipe);

/* What a data set is made of: data/NAME/recipe. */
struct dataset_recipe {
	char *title;
	char *api;               /* NULL: the site's own */
	int count;               /* images per class, 0: all */
	struct text_list sites;
	struct text_list classes, queries; /* pairs: a class may come several times */
};

/* Reads a data set's recipe; it must name a class and a site. On failure (-1) *dataset is empty. */
CHECKED int dataset_recipe_read(struct dataset_recipe *dataset, const char *path, struct error *error);

void dataset_recipe_free(struct dataset_recipe *dataset);

#endif
