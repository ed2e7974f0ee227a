/* Collecting images of classes from sites, pages and lists of addresses into class folders. */
#ifndef SCRAPE_SCRAPE_H
#define SCRAPE_SCRAPE_H

#include "base/error.h"
#include "base/progress.h"
#include "fetch/fetch.h"
#include "recipe/recipe.h"
#include "scrape/judge.h"

#include <stdbool.h>
#include <stdio.h>

struct scrape_options {
	const char *folder;    /* gets CLASS/ folders and manifest.tsv */
	int wanted;            /* accepted images per class, those of earlier runs included; 0: all there are */
	struct judge_limits limits;
	int hamming;           /* bits in which perceptual hashes of one picture may differ, 0: looks do not count */
	int pages_maximum;     /* per source */
	const char *follow;    /* regular expression (that pattern_compile takes) for links to further pages; NULL: none */
	int depth_maximum;     /* how many such links after each other, 0: any number */
	bool retry_refused;    /* ask again for what an earlier run refused */
	struct fetch_options fetch;
	struct progress *progress; /* shows the images that are new */
	error_report *report;  /* told what went wrong and was gone around */
};

/* How collecting one class went. */
struct scrape_report {
	const char *class_name;
	int accepted;      /* images there now */
	int added;         /* of them by this run */
	int refused, failed;
	bool complete;     /* as many as wanted; where all were: some, and nothing failed */
	bool told;         /* what is wrong was reported when it was met */
	char ended[560];   /* why it ended, in words */
};

struct scrape;

/* Makes the folder and opens its manifest. `options` is copied; what it points to must outlive the scrape. On
 * failure (-1) *scrape is NULL. */
CHECKED int scrape_create(struct scrape **scrape, const struct scrape_options *options, struct error *error);

/* Adds a source to a class, after those it has; a class may have many. A query that is an http or https address
 * is the first page. `recipe` and `api` (in the place of its own; may be NULL) must outlive the scrape. */
CHECKED int scrape_add_query(struct scrape *scrape, const char *class_name, const struct recipe *recipe,
	const char *api, const char *query, struct error *error);

/* Adds a saved page; "-" is standard input. */
CHECKED int scrape_add_file(struct scrape *scrape, const char *class_name, const struct recipe *recipe,
	const char *path, struct error *error);

/* Adds image addresses from a file of lines "URL<tab>CLASS", read as they are needed; "-" is standard input.
 * One list at most. */
CHECKED int scrape_add_list(struct scrape *scrape, const char *path, struct error *error);

/* Collects until every class has enough or its sources end. Returns 0, or -1 for what makes going on useless (a
 * full disk); single images and pages that fail are counted and said. */
CHECKED int scrape_run(struct scrape *scrape, struct error *error);

/* Has a run end soon, in good order, with what came so far. Async-signal-safe. */
void scrape_stop(struct scrape *scrape);

/* Number of classes, and the report of one. */
size_t scrape_classes(const struct scrape *scrape);
struct scrape_report scrape_report(const struct scrape *scrape, size_t index);

/* See manifest_refused_before. */
int scrape_refused_before(const struct scrape *scrape);

/* How many lines of the list could not be used. */
int scrape_bad_lines(const struct scrape *scrape);

/* See fetcher_unreachable. */
const char *scrape_unreachable(const struct scrape *scrape);

/* NULL is allowed. */
void scrape_destroy(struct scrape *scrape);

#endif
