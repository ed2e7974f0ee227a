/* A source of images of a class: a sequence of pages, and the image URLs on them. */
#ifndef SCRAPE_PAGE_SOURCE_H
#define SCRAPE_PAGE_SOURCE_H

#include "base/digest_table.h"
#include "base/error.h"
#include "recipe/page.h"

#include <stdbool.h>
#include <stddef.h>

/* A source ends after this many pages in a row whose images were all on earlier ones. */
enum { STALE_PAGES_MAXIMUM = 3 };

/* A page linked from another. */
struct found_page {
	char *url;                        /* owned */
	const struct recipe *page_recipe; /* that reads it */
	int depth;                        /* number of --follow links to it */
};

struct page_source {
	const struct recipe *recipe; /* outlives the source */
	const char *api;             /* outlives the source; or NULL */
	const char *follow;       /* outlives the source; NULL: no links but the recipe's `next` */
	int depth_maximum;        /* of --follow links, 0: no limit */
	char *query;              /* "" if a URL or a file was given; owned */
	char *url;                /* of the first page, if the user gave it; owned */
	char *file;               /* read instead of a page; owned */
	int page_count;           /* pages so far */
	int numbered_count;       /* of these, pages by the recipe's `page` */
	int detail_page_count;    /* of these, pages of another recipe than the source's own */
	size_t detail_item_count; /* items on all of these */
	int stale_pages;          /* pages in a row with images, but no new ones */
	bool is_at_end;           /* a page had no items */
	const struct recipe *page_recipe; /* of the current page */
	bool is_optional; /* the current page was linked from another: an error does not end the
	                     source */
	int depth;        /* of the current page */
	struct found_page *frontier; /* crawl frontier: pages found, still to be requested from
	                                `next_in_frontier` on */
	size_t frontier_count, next_in_frontier;
	struct digest_table pages, images; /* all URLs seen */
};

/* Initializes a source from one of `query`, `url` (from url_resolve) and `file`; all are copied. On
 * failure (-1) *source need not be freed. */
CHECKED int page_source_init(struct page_source *source, const struct recipe *recipe,
	const char *query, const char *url, const char *file, struct error *error);

/* Advances to the next page: sets *url (new memory, the caller's to free), or NULL if it is the
 * file, and source->page_recipe. Returns 1, 0 at the end, or -1. */
CHECKED int page_source_next(struct page_source *source, char **url, struct error *error);

/* The current page, to be read. `url` is NULL for a file; the caller sets the rest. */
struct page page_source_current(const struct page_source *source, const char *url);

/* Adds the findings of the current page: removes the images that an earlier page had, and takes
 * over the links. */
CHECKED int page_source_add(struct page_source *source, struct page_findings *findings,
	struct error *error);

/* Returns -1 if the first page has no usable images or links, with the selector that found none in
 * `error`; else 0. */
CHECKED int page_source_check_first(const struct page_source *source,
	const struct page_findings *findings, struct error *error);

void page_source_free(struct page_source *source);

#endif
