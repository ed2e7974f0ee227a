/* Inside scrape: a page or an image that is to be fetched, queued or in flight. */
#ifndef SCRAPE_PENDING_REQUEST_H
#define SCRAPE_PENDING_REQUEST_H

#include "recipe/page.h"

struct class_crawl;

struct pending_request {
	struct pending_request *next,
		**link; /* `link`: the pointer to this one in the list of requests in flight */
	struct class_crawl *crawl;
	int source; /* index, -1: the list of URLs */
	bool is_page;
	char *url;        /* owned */
	char *page;       /* URL of the image's page, without keys, "" for none; owned */
	char *public_url; /* `url` without keys, for messages and the manifest; owned; NULL: it has
	                     none */
	struct page_image
		image; /* owned; its URLs from `next_url` on are fallbacks if this one is missing */
	size_t next_url;
};

/* All texts are copied. NULL without memory. */
struct pending_request *pending_request_create(struct class_crawl *crawl, int source, bool is_page,
	const char *url, const char *page);

/* The URL without keys. */
const char *pending_request_public_url(const struct pending_request *request);

/* The request for the next URL of an image whose URL is missing; takes over `request->image`. NULL:
 * there is none, or no memory. */
struct pending_request *pending_request_fallback(struct pending_request *request);

void pending_request_free(struct pending_request *request);

#endif
