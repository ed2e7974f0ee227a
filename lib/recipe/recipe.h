/* Recipes: how to find images on a site, and what a data set is made of. Their format is recipe(5). */
#ifndef RECIPE_RECIPE_H
#define RECIPE_RECIPE_H

#include "base/error.h"
#include "base/text.h"
#include "recipe/selector.h"

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>

/* Where the pages for a query are. */
struct page_template {
	char *prefix; /* of the queries that it is for; "" for every other */
	char *text;   /* with {query}, {tag}, {rest}, {api}, {page}, {index}, {offset} and the names of keys */
	char *place;  /* where it is written, for messages */
};

/* One kind of thing on a page that an image is found by. */
struct recipe_item {
	struct selector item;     /* one node for each image */
	struct selector *images;  /* from the item: its address; the first that gives one is taken */
	size_t image_count;
	struct selector width, height; /* from the item: said to be */
	struct selector licence;  /* from the item: its licence, as the site names it */
	struct rewrite *skips;    /* addresses to pass over; they have no replacement */
	size_t skip_count;
};

/* Another form of an address that a pattern matches. */
struct rewrite {
	char *text;        /* of the pattern, for messages */
	regex_t pattern;
	char *replacement; /* as of pattern_replace */
};

/* Links to pages that are always followed. */
struct recipe_link {
	struct selector selector;
	struct recipe *reader; /* what reads those pages; NULL: the recipe that names them; owned */
};

/* What makes the next page's address out of this one's: parameters of its query. */
struct recipe_cursor {
	char *name; /* of the parameter; NULL: as the attribute or member is called */
	struct selector selector;
};

/* Something of the user's own, such as a key to an interface, that stands for {NAME}. */
struct recipe_key {
	char *name;
	char *variable; /* of the environment */
	char *value;    /* NULL: not given */
};

struct recipe {
	char *name;  /* as it was asked for, for messages and the manifest */
	char *title;
	char *api;   /* what {api} stands for; NULL: the user must say */
	enum document_format format;
	struct page_template *pages; /* none: the user gives the address of the first page */
	size_t page_count;
	int first, step;       /* {offset} is first + step * index */
	int pages_maximum;     /* numbered pages that the site has at most, 0: not known */
	bool documented_api;   /* pages are an interface for programs: no robots.txt is asked for them */
	struct recipe_item *items;
	size_t item_count;
	struct recipe_link *nexts;
	size_t next_count;
	struct selector link;  /* links of which --follow chooses */
	struct recipe_cursor *cursors;
	size_t cursor_count;
	struct selector error; /* the site's own words for what is wrong */
	struct rewrite *rewrites, *fallbacks; /* of image addresses: what to ask, and what else after a 404 */
	size_t rewrite_count, fallback_count;
	char *user_agent;      /* NULL: the program's own */
	struct text_list headers; /* "NAME: VALUE" of page requests; names of keys may stand in them */
	struct text_list filled_headers; /* the same with their values */
	struct recipe_key *keys;
	size_t key_count;
	double rate;           /* requests a second, 0: no limit of its own */
	int connections;       /* at once, likewise */
};

/* Reads the recipe `name`: a path if it holds a '/', else data/sites/NAME (see base/data.h); and the recipes that it
 * is like and of further pages, whose paths are seen from its own folder. Keys get their values from the environment.
 * On failure (-1) *recipe is empty. */
CHECKED int recipe_read(struct recipe *recipe, const char *name, struct error *error);

/* Gives a key, of this recipe or one that reads its further pages, a value. Returns whether there is one of that name. */
CHECKED int recipe_set_key(struct recipe *recipe, const char *name, const char *value, bool *known,
	struct error *error);

/* Checks that all that stands in braces in pages and headers stands for something. Returns 0, or -1 with where it is as
 * the error's object. */
CHECKED int recipe_check_braces(const struct recipe *recipe, struct error *error);

/* The address of page `index` (0 for the first) for a query. Fresh memory, which the caller frees. Returns NULL
 * with `error` set when a placeholder has nothing to stand for. `api` takes the place of the recipe's own; NULL: none
 * does. */
char *recipe_page(const struct recipe *recipe, const char *api, const char *query, int index, struct error *error);

/* Fills keys into the headers, of the readers' too, without control characters: once all keys are set. */
CHECKED int recipe_fill_headers(struct recipe *recipe, struct error *error);

/* A copy of `text` with {NAME} in the place of every value of its keys and its readers', as it is or as it stands in addresses,
 * where that takes four bytes or more: for what is shown or written down. The caller frees it; NULL without memory. */
char *recipe_hide_keys(const struct recipe *recipe, const char *text);

/* The same with what an error says. */
void recipe_hide_keys_in(const struct recipe *recipe, struct error *error);

/* Whether pages for this query are told apart by {page}, {index} or {offset}. */
bool recipe_is_numbered(const struct recipe *recipe, const char *query);

/* Appends the addresses to ask for an image at `url`, the best first: rewritten, then its fallbacks. None where the
 * item's kind is to pass it over. The time that this takes is taken from *seconds; returns -1 when they are used up. */
CHECKED int recipe_addresses(const struct recipe *recipe, const struct recipe_item *item, const char *url, double *seconds,
	struct text_list *addresses, struct error *error);

void recipe_free(struct recipe *recipe);

#endif
