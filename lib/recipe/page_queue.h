/* Pages on their way through their reading, which threads do (page_read). */
#ifndef RECIPE_PAGE_QUEUE_H
#define RECIPE_PAGE_QUEUE_H

#include "base/crew.h"
#include "recipe/page.h"

/* A page that was read. */
struct page_outcome {
	void *tag;
	char *url;      /* NULL: a file; the taker's to free */
	int failed;     /* what page_read returned, with its error */
	struct error error;
	struct page_findings findings; /* the taker's to free */
};

struct page_queue;

/* `ready` is called by a thread when page_queue_take has something to give. On failure (-1) *queue is NULL. */
CHECKED int page_queue_create(struct page_queue **queue, crew_callback *ready, void *context, struct error *error);

/* Hands a page over. Its texts are copied, but for the pattern to follow; `bytes`, the page's own, are from malloc and
 * become the queue's, or on failure (-1, no memory) are freed. */
CHECKED int page_queue_add(struct page_queue *queue, const struct page *page, unsigned char *bytes, void *tag,
	struct error *error);

/* Takes the page back that was handed over first. Returns false where that one is not read yet, or there is none. */
bool page_queue_take(struct page_queue *queue, struct page_outcome *outcome);

/* How many are handed over and not taken back, and their bytes. */
size_t page_queue_count(const struct page_queue *queue);
size_t page_queue_bytes(const struct page_queue *queue);

/* Waits for what is being read, and drops the rest; NULL is allowed. */
void page_queue_destroy(struct page_queue *queue);

#endif
