/* Scrapes images of classes from sites, pages and lists of URLs into class folders. */
#ifndef SCRAPE_SCRAPE_H
#define SCRAPE_SCRAPE_H

#include "base/error.h"
#include "base/progress.h"
#include "fetch/fetch.h"
#include "recipe/recipe.h"
#include "scrape/image_check.h"

#include <stdbool.h>
#include <stdio.h>

struct scrape_options {
	const char *folder; /* for CLASS/ folders and manifest.tsv */
	int wanted;         /* accepted images per class, with those of earlier runs; 0: all */
	struct image_limits limits;
	int hamming; /* maximum Hamming distance of look-alikes, 0: look-alikes are accepted */
	int pages_maximum; /* per source */
	const char
		*follow;   /* regular expression for pattern_compile: links to follow; NULL: none */
	int depth_maximum; /* maximum number of such links in a row, 0: any */
	bool retry_refused; /* fetch again what an earlier run refused */
	struct fetch_options fetch;
	struct progress *progress; /* of new images */
	error_report *report;      /* for errors that do not end the run */
};

/* The result for one class. */
struct scrape_report {
	const char *class_name;
	int accepted; /* images in total */
	int added;    /* of these, by this run */
	int refused, failed;
	bool complete;        /* as many images as wanted; if all: some, and nothing failed */
	bool was_reported;    /* errors were reported when they occurred */
	char end_reason[560]; /* for users */
};

struct scrape;

/* Creates the folder and opens its manifest. `options` is copied; what it points to must outlive
 * the scrape. On failure (-1) *scrape is NULL. */
CHECKED int scrape_create(struct scrape **scrape, const struct scrape_options *options,
	struct error *error);

/* Adds a source to a class, after its other sources. A query that is an http or https URL is the
 * first page. `recipe` and `api` (instead of the recipe's; may be NULL) must outlive the scrape. */
CHECKED int scrape_add_query(struct scrape *scrape, const char *class_name,
	const struct recipe *recipe, const char *api, const char *query, struct error *error);

/* Adds a saved page; "-" is standard input. */
CHECKED int scrape_add_file(struct scrape *scrape, const char *class_name,
	const struct recipe *recipe, const char *path, struct error *error);

/* Adds image URLs from a file of lines "URL<tab>CLASS", read as they are needed; "-" is standard
 * input. One list at most. */
CHECKED int scrape_add_list(struct scrape *scrape, const char *path, struct error *error);

/* Runs until every class is complete or its sources end. Returns 0, or -1 for a fatal error (a full
 * disk); images and pages that fail are counted and reported. */
CHECKED int scrape_run(struct scrape *scrape, struct error *error);

/* Makes a run end soon and normally, with the images so far. Async-signal-safe. */
void scrape_stop(struct scrape *scrape);

/* Number of classes, and the report of one. */
size_t scrape_classes(const struct scrape *scrape);
struct scrape_report scrape_report(const struct scrape *scrape, size_t index);

/* See manifest_skipped_count. */
int scrape_skipped_count(const struct scrape *scrape);

/* The number of invalid lines of the list. */
int scrape_bad_lines(const struct scrape *scrape);

/* See fetcher_unreachable. */
const char *scrape_unreachable(const struct scrape *scrape);

/* NULL is allowed. */
void scrape_destroy(struct scrape *scrape);

#endif
