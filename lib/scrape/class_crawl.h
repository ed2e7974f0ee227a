/* Inside scrape: the crawl for the images of one class. */
#ifndef SCRAPE_CLASS_CRAWL_H
#define SCRAPE_CLASS_CRAWL_H

#include "recipe/page_queue.h"
#include "scrape/image_check.h"
#include "scrape/manifest.h"
#include "scrape/page_source.h"
#include "scrape/pending_request.h"
#include "scrape/scrape.h"
#include "scrape/url_list.h"

#include <signal.h>

struct class_crawl {
	struct scrape *scrape;
	char *name;
	struct page_source *sources;
	size_t source_count, current;
	struct pending_request *first, *last; /* queue of images */
	struct pending_request *in_flight;    /* being fetched or checked */
	bool page_is_pending;                 /* being fetched or parsed */
	int images_pending;                   /* being fetched or checked */
	int accepted, added, refused, failed;
	int skipped_count;      /* URLs requested before: by an earlier run, or for another class */
	bool is_complete;       /* as many images as wanted */
	bool has_source_failed; /* a page could not be fetched or parsed */
	bool reported_certificate; /* that a host's certificate can't be verified */
	char end_reason[512];
};

struct scrape {
	struct scrape_options options;
	struct manifest *manifest;
	struct fetcher *fetcher;
	struct image_checker *checker;
	struct page_queue *pages;
	struct class_crawl **classes;
	size_t count;
	struct url_list list;
	int bad_lines, queued_count;
	struct error error; /* of a callback, if has_error */
	bool has_error;
	bool aborted;                         /* scrape_run has returned an error */
	volatile sig_atomic_t is_interrupted; /* by the user */
};

/* The crawl of a class, created if it is new; NULL without memory. */
struct class_crawl *class_crawl_find(struct scrape *scrape, const char *class_name,
	struct error *error);

/* Queues an image URL; `image` (NULL: none) has its fallbacks and licence, and is emptied. */
CHECKED int class_crawl_queue_image(struct class_crawl *crawl, int source, const char *url,
	const char *page, struct page_image *image, struct error *error);

/* Requests queued images, or the next page when the queue is empty. */
CHECKED int class_crawl_advance(struct class_crawl *crawl, struct error *error);

/* Whether nothing is pending or left to request; the list of URLs may still add some. */
bool class_crawl_is_idle(const struct class_crawl *crawl);

/* A fetch_callback: handles the result of a request; images go on to the image checker, pages to
 * the page queue. */
void class_crawl_on_fetched(void *scrape, void *request, struct fetch_result *result);

/* Stores and counts the images that have been checked. */
void class_crawls_store_checked(struct scrape *scrape);

/* Queues the images found on the pages that have been parsed. */
void class_crawls_add_pages(struct scrape *scrape);

/* Reports to the user, above the progress bar. */
void scrape_warn(struct scrape *scrape, const char *object, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

void class_crawl_free(struct class_crawl *crawl);

#endif
