/* Inside scrape: one class on its way to its images. */
#ifndef SCRAPE_COLLECT_H
#define SCRAPE_COLLECT_H

#include "recipe/page_queue.h"
#include "scrape/judge.h"
#include "scrape/manifest.h"
#include "scrape/scrape.h"
#include "scrape/source.h"
#include "scrape/url_list.h"

#include <signal.h>

/* A page or an image to ask for; one that is in a queue or with the fetcher. */
struct errand {
	struct errand *next, **link; /* `link`: what points to one that was sent */
	struct collection *collection;
	int source;        /* index, -1: the list of addresses */
	bool is_page;
	char *url, *page;  /* the image's page, without keys, "" for none; both owned */
	char *shown;       /* the address without keys, for what is shown or written down; owned; NULL: it holds none */
	struct page_image image; /* owned; its addresses from `next_address` on are asked if this one is missing */
	size_t next_address;
};

struct collection {
	struct scrape *scrape;
	char *name;
	struct source *sources;
	size_t source_count, current;
	struct errand *first, *last; /* images to ask for */
	struct errand *sent;         /* with the fetcher or the judge */
	bool page_pending; /* with the fetcher, or being read */
	int images_pending;
	int accepted, added, refused, failed;
	int passed; /* addresses that an earlier run or this one, be it for another class, had asked for */
	bool enough;
	bool source_failed; /* a page could not be had or understood */
	bool told_untrusted; /* that an image's host can't be trusted has been said */
	char ended[512];
};

struct scrape {
	struct scrape_options options;
	struct manifest *manifest;
	struct fetcher *fetcher;
	struct judge *judge;
	struct page_queue *pages; /* being read */
	struct collection **collections;
	size_t count;
	struct url_list list;
	int list_bad, queued;
	struct error error; /* what a callback could not return */
	bool broken;
	bool given_up; /* for an error that scrape_run has returned */
	volatile sig_atomic_t stopped; /* by the user */
};

/* The collection of a class, made where it is new; NULL without memory. */
struct collection *collection_of(struct scrape *scrape, const char *class_name, struct error *error);

/* Puts an image address into the queue; `image` (NULL: none) says more of it, and is emptied. */
CHECKED int collection_queue(struct collection *collection, int source, const char *url, const char *page,
	struct page_image *image, struct error *error);

/* Asks for what comes next: images of the queue, or the next page when it is empty. */
CHECKED int collection_advance(struct collection *collection, struct error *error);

/* Whether it waits for nothing and has nothing to ask for; with the list still to come, it may get more. */
bool collection_is_idle(const struct collection *collection);

/* A fetch_callback: takes the result of an errand, which for an image that came goes on to the judge. */
void collection_take(void *scrape, void *errand, struct fetch_result *result);

/* Takes what the judge has done: keeps images, counts them. */
void collections_take_judged(struct scrape *scrape);

/* Takes the pages that were read: queues the images found on them. */
void collections_take_read(struct scrape *scrape);

/* Tells the user, over the progress bar. */
void scrape_say(struct scrape *scrape, const char *object, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

void collection_free(struct collection *collection);

#endif
