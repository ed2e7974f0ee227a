/* A queue of pages, read by a pool of threads (page_read). */
#ifndef RECIPE_PAGE_QUEUE_H
#define RECIPE_PAGE_QUEUE_H

#include "base/worker_pool.h"
#include "recipe/page.h"

/* A result. */
struct parsed_page {
	void *tag;
	char *url;  /* NULL: a file; the caller's to free */
	int failed; /* the result of page_read, with its error */
	struct error error;
	struct page_findings findings; /* the caller's to free */
};

struct page_queue;

/* A thread calls `ready` when page_queue_take has a result. On failure (-1) *queue is NULL. */
CHECKED int page_queue_create(struct page_queue **queue, worker_pool_callback *ready, void *context,
	struct error *error);

/* Queues a page. Its texts are copied, except the `follow` pattern. Takes ownership of `bytes`, the
 * page's, from malloc; on failure (-1, no memory) they are freed. */
CHECKED int page_queue_add(struct page_queue *queue, const struct page *page, unsigned char *bytes,
	void *tag, struct error *error);

/* Removes the first page of the queue. Returns false if it is not read yet, or there is none. */
bool page_queue_take(struct page_queue *queue, struct parsed_page *parsed);

/* The number of queued pages, read or not, and their bytes. */
size_t page_queue_count(const struct page_queue *queue);
size_t page_queue_bytes(const struct page_queue *queue);

/* Waits for pages being read, and drops the rest; NULL is allowed. */
void page_queue_destroy(struct page_queue *queue);

#endif
