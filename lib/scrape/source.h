/* Where a class's images come from: pages, one after the other, and the image addresses on them. */
#ifndef SCRAPE_SOURCE_H
#define SCRAPE_SOURCE_H

#include "base/error.h"
#include "base/text.h"
#include "scrape/digest_table.h"
#include "scrape/recipe.h"

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>

/* After so many pages in a row whose images were all on earlier ones, a source has ended. */
enum { SOURCE_DRY_MAXIMUM = 3 };

struct source {
	const struct recipe *recipe; /* outlives the source */
	const char *api;             /* outlives the source; or NULL */
	const regex_t *follow;       /* outlives the source; NULL: no links but the recipe's `next` */
	char *query;                 /* "" where an address or a file was given; owned */
	char *url;                   /* of the first page, where the user gave it; owned */
	char *file;                  /* read in place of a page; owned */
	int asked;                   /* pages so far */
	int dry;                     /* of them in a row with images, but none new */
	bool ended;                  /* a page said that there are no more */
	struct text_list ahead;      /* pages found and not asked yet from `next_ahead` on */
	size_t next_ahead;
	struct digest_table pages, images; /* all addresses seen */
};

/* Begins a source. One of `query`, `url` (as url_resolve makes them) and `file` says from what; all are copied.
 * On failure (-1) *source needs no end. */
CHECKED int source_start(struct source *source, const struct recipe *recipe, const char *query, const char *url,
	const char *file, struct error *error);

/* Whether there is a page to ask next; *url becomes its address (fresh memory, the caller's), or NULL where
 * it is the file. Returns 1, 0 when there is none, or -1. */
CHECKED int source_next(struct source *source, char **url, struct error *error);

/* Reads a page: appends the absolute addresses of images that no earlier page had, and remembers where to go
 * on. Those said to have a side under `side_minimum` are left out. `page_url` is NULL for a file. Returns
 * how many items the recipe's selector found, or -1: no page, or the site's own error. */
CHECKED int source_read(struct source *source, const char *page_url, const unsigned char *bytes, size_t size,
	const char *charset, int side_minimum, struct text_list *images, struct error *error);

void source_free(struct source *source);

#endif
