/* Recipes: how to find images on a site. The format is described in recipe(5). */
#ifndef RECIPE_RECIPE_H
#define RECIPE_RECIPE_H

#include "base/error.h"
#include "base/text.h"
#include "recipe/selector.h"

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>

/* Template of the URLs of pages for a query. */
struct page_template {
	char *prefix; /* of queries for this template; "" for all others */
	char *text;   /* with placeholders {query}, {tag}, {rest}, {api}, {page}, {index}, {offset}
	                 and names of keys */
	char *location; /* in the recipe, for messages */
};

/* The selectors of one kind of item, each of which has an image. */
struct recipe_item {
	struct selector item; /* one node for each item */
	struct selector
		*images; /* relative to the item: the image URL; the first that finds one is used */
	size_t image_count;
	struct selector width,
		height;          /* relative to the item: size in pixels according to the page */
	struct selector licence; /* relative to the item: its licence, as stated by the site */
	struct rewrite *skips;   /* patterns of URLs to skip; without replacement */
	size_t skip_count;
};

/* Replacement of a pattern in a URL. */
struct rewrite {
	char *text; /* of the pattern, for messages */
	regex_t pattern;
	char *replacement; /* see pattern_replace */
};

/* Links to pages that are always followed. */
struct recipe_link {
	struct selector selector;
	struct recipe *page_recipe; /* for those pages; NULL: the recipe itself; owned */
};

/* Parameters of the query that make the next page's URL from this one's. */
struct recipe_cursor {
	char *name; /* of the parameter; NULL: that of the attribute or member */
	struct selector selector;
};

/* A secret of the user, such as an API key, for the placeholder {NAME}. */
struct recipe_key {
	char *name;
	char *variable; /* environment variable */
	char *value;    /* NULL: not set */
};

struct recipe {
	char *name; /* as given by the user, for messages and the manifest */
	char *title;
	char *api; /* for {api}; NULL: the user must give it */
	enum document_format format;
	struct page_template *pages; /* none: the user gives the URL of the first page */
	size_t page_count;
	int first, step;     /* {offset} is first + step * index */
	int pages_maximum;   /* maximum number of pages of the site, 0: not known */
	bool documented_api; /* pages are a documented API: robots.txt does not apply to them */
	struct recipe_item *items;
	size_t item_count;
	struct recipe_link *next_links;
	size_t next_link_count;
	struct selector link; /* links for --follow to select from */
	struct recipe_cursor *cursors;
	size_t cursor_count;
	struct selector error; /* error message of the site */
	struct rewrite *rewrites,
		*fallbacks; /* of image URLs: before the request, and after a 404 */
	size_t rewrite_count, fallback_count;
	char *user_agent;         /* NULL: the default */
	struct text_list headers; /* "NAME: VALUE" of page requests, with placeholders of keys */
	struct text_list filled_headers; /* the same with values of keys */
	struct recipe_key *keys;
	size_t key_count;
	double rate;     /* maximum requests per second, 0: none */
	int connections; /* maximum concurrent requests, 0: none */
};

/* Reads the recipe `name`: a path if it holds a '/', else data/sites/NAME (see base/data.h); and
 * the recipes of its `like` and `next` keys, whose paths are relative to its folder. Keys get their
 * values from the environment. On failure (-1) *recipe is empty. */
CHECKED int recipe_read(struct recipe *recipe, const char *name, struct error *error);

/* Sets the value of a key of this recipe or of its further pages' recipes. Sets *is_known if there
 * is a key of that name, else leaves it. */
CHECKED int recipe_set_key(struct recipe *recipe, const char *name, const char *value,
	bool *is_known, struct error *error);

/* Checks that all placeholders in page URLs and headers are known. Returns 0, or -1 with the
 * location as the error's object. */
CHECKED int recipe_check_placeholders(const struct recipe *recipe, struct error *error);

/* The URL of page `index` (0 for the first) for a query. New memory, which the caller frees; NULL
 * with `error` set if a placeholder has no value. `api` replaces the recipe's; NULL: does not. */
char *recipe_page_url(const struct recipe *recipe, const char *api, const char *query, int index,
	struct error *error);

/* Sets filled_headers, also of further pages' recipes, without control characters. To be called
 * after all keys are set. */
CHECKED int recipe_fill_headers(struct recipe *recipe, struct error *error);

/* A copy of `text` with {NAME} in place of every value of a key, also of further pages' recipes,
 * plain or percent-encoded, of four bytes or more: for messages and files. The caller frees it;
 * NULL without memory. */
char *recipe_hide_keys(const struct recipe *recipe, const char *text);

/* The same for an error. */
void recipe_hide_keys_in(const struct recipe *recipe, struct error *error);

/* Whether the URL of pages for this query has {page}, {index} or {offset}. */
bool recipe_is_numbered(const struct recipe *recipe, const char *query);

/* Appends the URLs for an image at `url`: rewritten, then its fallbacks. None if it matches a skip
 * pattern of the item. Subtracts the CPU time from *seconds; returns -1 if it is exceeded. */
CHECKED int recipe_image_urls(const struct recipe *recipe, const struct recipe_item *item,
	const char *url, double *seconds, struct text_list *urls, struct error *error);

void recipe_free(struct recipe *recipe);

#endif
