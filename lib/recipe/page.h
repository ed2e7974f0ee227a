/* What a recipe finds on one page: URLs of images and of further pages. Each page is independent of
 * others. */
#ifndef RECIPE_PAGE_H
#define RECIPE_PAGE_H

#include "base/error.h"
#include "base/text.h"
#include "recipe/recipe.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { PAGE_TEXT_MAXIMUM = 4096 }; /* bytes of a text; longer ones are truncated */

/* A page and the parameters for reading it. */
struct page {
	const struct recipe *recipe; /* for this page */
	const char *follow;  /* pattern of links to add to those of the recipe; NULL: none */
	const char *url;     /* NULL: a file; references that begin with "//" are https then */
	const char *name;    /* for messages */
	const char *charset; /* from Content-Type, "" for none */
	int side_minimum;    /* pixels: items that the page says are smaller are skipped */
	const unsigned char *bytes;
	size_t size;
};

/* An image found on a page. */
struct page_image {
	struct text_list urls; /* absolute; the best first, then fallbacks if it is missing */
	char *licence;         /* as stated by the site, or NULL */
};

/* A link to a further page. */
struct page_link {
	char *url;                        /* absolute */
	const struct recipe *page_recipe; /* for that page */
	bool is_followed;                 /* it matches `follow`; else it is the recipe's */
};

/* All zero is empty. */
struct page_findings {
	size_t item_count;     /* found by the recipe's selectors */
	size_t url_count;      /* image URLs of these */
	size_t small_count;    /* items skipped as too small */
	size_t unusable_count; /* items without an http or https URL, or one that can be resolved */
	char *unusable_example; /* one of those references; NULL: none */
	const struct recipe_item
		*first_item;       /* the recipe's, that found the first item; NULL: none */
	bool has_base;             /* relative references can be resolved */
	struct page_image *images; /* with distinct first URLs */
	size_t image_count;
	struct page_link *links; /* with distinct URLs */
	size_t link_count;
};

/* Makes page_read and page_explain run in sandboxed worker processes with limits of memory, time
 * and output: pages that exceed them fail. To be called after recipes and the `follow` pattern are
 * in memory permanently, and before the process grows or has threads. Returns as sandbox_start. */
CHECKED int page_sandbox_start(struct error *error);

/* Stops the workers, if any. Not while a page is read. */
void page_sandbox_stop(void);

/* Reads a page. Returns 0, or -1: it can't be parsed, a selector can't be evaluated, the site
 * reports an error, or the worker failed; *findings are to be freed either way. Thread-safe. */
CHECKED int page_read(const struct page *page, struct page_findings *findings, struct error *error);

/* Writes for display what each of the recipe's selectors finds on the page. Returns 0, or -1 with
 * partial output. */
CHECKED int page_explain(const struct page *page, FILE *stream, struct error *error);

/* Frees, and leaves an empty image. */
void page_image_free(struct page_image *image);

void page_findings_free(struct page_findings *findings);

#endif
