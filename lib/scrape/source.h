/* Where a class's images come from: pages, one after the other, and the image addresses on them. */
#ifndef SCRAPE_SOURCE_H
#define SCRAPE_SOURCE_H

#include "base/digest_table.h"
#include "base/error.h"
#include "recipe/page.h"

#include <stdbool.h>
#include <stddef.h>

/* After so many pages in a row whose images were all on earlier ones, a source has ended. */
enum { SOURCE_DRY_MAXIMUM = 3 };

/* A page that was found on another. */
struct page_ahead {
	char *url;                   /* owned */
	const struct recipe *reader; /* what reads it */
	int depth;                   /* how many links of --follow lead to it */
};

struct source {
	const struct recipe *recipe; /* outlives the source */
	const char *api;             /* outlives the source; or NULL */
	const char *follow;          /* outlives the source; NULL: no links but the recipe's `next` */
	int depth_maximum;           /* of the links that it chooses, 0: no limit */
	char *query;                 /* "" where an address or a file was given; owned */
	char *url;                   /* of the first page, where the user gave it; owned */
	char *file;                  /* read in place of a page; owned */
	int asked;                   /* pages so far */
	int numbered;                /* of them by the recipe's page */
	int further;                 /* of them read by another recipe than the source's own */
	size_t further_items;        /* what that found on all of them */
	int dry;                     /* of them in a row with images, but none new */
	bool ended;                  /* a page said that there are no more */
	const struct recipe *reader; /* of the page that was asked for last */
	bool aside;                  /* it was found on another one: the source can do without it */
	int depth;                   /* and its own depth */
	struct page_ahead *ahead;    /* pages found and not asked yet from `next_ahead` on */
	size_t ahead_count, ahead_capacity, next_ahead;
	struct digest_table pages, images; /* all addresses seen */
};

/* Begins a source. One of `query`, `url` (as url_resolve makes them) and `file` says from what; all are copied.
 * On failure (-1) *source needs no end. */
CHECKED int source_start(struct source *source, const struct recipe *recipe, const char *query, const char *url,
	const char *file, struct error *error);

/* Whether there is a page to ask next; *url becomes its address (fresh memory, the caller's), or NULL where
 * it is the file; source->reader is what reads it. Returns 1, 0 when there is none, or -1. */
CHECKED int source_next(struct source *source, char **url, struct error *error);

/* The page that was asked for last, as it is to be read. `url` is NULL for a file; the caller fills in the rest. */
struct page source_page(const struct source *source, const char *url);

/* Takes what that page was found to hold: leaves in *findings the images that no earlier page had, and remembers where to
 * go on. */
CHECKED int source_take(struct source *source, struct page_findings *findings, struct error *error);

/* Where the first page led nowhere: fills `error` with the selector that found nothing, or nothing of use, and returns -1;
 * else 0. */
CHECKED int source_check_first(const struct source *source, const struct page_findings *findings, struct error *error);

void source_free(struct source *source);

#endif
