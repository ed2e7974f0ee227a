/* What a recipe finds on one page: addresses of images and of further pages. Nothing here knows of any other page. */
#ifndef RECIPE_PAGE_H
#define RECIPE_PAGE_H

#include "base/error.h"
#include "base/text.h"
#include "recipe/recipe.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { PAGE_TEXT_MAXIMUM = 4096 }; /* bytes of a text on a page that is kept; what is longer is cut */

/* A page, and how it is to be read. */
struct page {
	const struct recipe *recipe; /* that reads it */
	const char *follow;    /* pattern of links to take beside those of the recipe; NULL: none */
	const char *url;       /* NULL: a file; what begins with "//" on it is taken for https */
	const char *name;      /* for messages */
	const char *charset;   /* that the server declared, "" for none */
	int side_minimum;      /* pixels: items said to be smaller are left out */
	const unsigned char *bytes;
	size_t size;
};

/* An image that a page shows. */
struct page_image {
	struct text_list addresses; /* absolute; the best first, others to ask when it is missing */
	char *licence;              /* as the site names it, or NULL */
};

/* A page that a page leads to. */
struct page_link {
	char *url;                   /* absolute */
	const struct recipe *reader; /* what is to read it */
	bool chosen;                 /* by the pattern to follow */
};

/* All zero is nothing found. */
struct page_findings {
	size_t items;     /* that the recipe's selectors found */
	size_t addresses; /* of images, of them */
	size_t small;     /* items said to be too small, whose addresses were not looked for */
	size_t unusable;  /* items with addresses none of which is http or https, or can be made absolute */
	char *example;    /* one of those addresses; NULL: none */
	const struct recipe_item *kind; /* of the first item; the recipe's; NULL: none */
	bool based;       /* links can be relative to something */
	struct page_image *images; /* no two of which have the same first address */
	size_t image_count;
	struct page_link *links;   /* no two of which have the same address */
	size_t link_count;
};

/* Has pages read in confined processes from now on, for which these have memory, time and bytes to say what they find
 * bounded: one that needs more fails. To be called once recipes and the pattern to follow are in memory for good, and
 * before the process grows or has threads. Returns as sandbox_start. */
CHECKED int page_sandbox_start(struct error *error);

/* Ends them; without any does nothing. Not while a page is read. */
void page_sandbox_stop(void);

/* Reads a page. Returns 0, or -1: no page, a selector that can't be evaluated, the site's own error, or a reader that did
 * not do it; *findings are to be freed either way. Any number of threads may call. */
CHECKED int page_read(const struct page *page, struct page_findings *findings, struct error *error);

/* Writes what each of the recipe's selectors finds on it, for people. Returns 0, or -1, some of it written. */
CHECKED int page_explain(const struct page *page, FILE *stream, struct error *error);

/* Leaves an empty one. */
void page_image_free(struct page_image *image);

void page_findings_free(struct page_findings *findings);

#endif
