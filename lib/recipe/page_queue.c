#include "recipe/page_queue.h"

#include <stdlib.h>
#include <string.h>

struct queued_page {
	struct worker_task task;
	struct page page;
	unsigned char *bytes;       /* the page's */
	char *url, *name, *charset; /* the page's */
	struct parsed_page parsed;
};

struct page_queue {
	struct worker_pool *pool;
	size_t count, bytes;
};

static void run_read(struct worker_task *task)
{
	struct queued_page *queued = (struct queued_page *)task;
	struct parsed_page *parsed = &queued->parsed;
	parsed->failed = page_read(&queued->page, &parsed->findings, &parsed->error);
}

int page_queue_create(struct page_queue **out, worker_pool_callback *ready, void *context,
	struct error *error)
{
	struct page_queue *queue = *out = calloc(1, sizeof *queue);
	if (!queue)
		return error_memory(error, "pages");
	if (worker_pool_create(&queue->pool, run_read, ready, context, error) == 0)
		return 0;
	free(queue);
	*out = NULL;
	return -1;
}

static void free_queued(struct queued_page *queued)
{
	free(queued->bytes);
	free(queued->url);
	free(queued->name);
	free(queued->charset);
	free(queued);
}

int page_queue_add(struct page_queue *queue, const struct page *page, unsigned char *bytes,
	void *tag, struct error *error)
{
	struct queued_page *queued = calloc(1, sizeof *queued);
	if (!queued) {
		free(bytes);
		return error_memory(error, page->name);
	}
	*queued = (struct queued_page){.page = *page,
		.bytes = bytes,
		.url = page->url ? strdup(page->url) : NULL,
		.name = strdup(page->name),
		.charset = strdup(page->charset),
		.parsed.tag = tag};
	if ((page->url && !queued->url) || !queued->name || !queued->charset) {
		free_queued(queued);
		return error_memory(error, page->name);
	}
	queued->page.url = queued->url;
	queued->page.name = queued->name;
	queued->page.charset = queued->charset;
	queued->page.bytes = bytes;
	queue->count++;
	queue->bytes += page->size;
	worker_pool_submit(queue->pool, &queued->task);
	return 0;
}

bool page_queue_take(struct page_queue *queue, struct parsed_page *parsed)
{
	struct queued_page *queued = (struct queued_page *)worker_pool_pop(queue->pool);
	if (!queued)
		return false;
	*parsed = queued->parsed;
	parsed->url = queued->url;
	queued->url = NULL;
	queue->count--;
	queue->bytes -= queued->page.size;
	free_queued(queued);
	return true;
}

size_t page_queue_count(const struct page_queue *queue)
{
	return queue->count;
}

size_t page_queue_bytes(const struct page_queue *queue)
{
	return queue->bytes;
}

void page_queue_destroy(struct page_queue *queue)
{
	if (!queue)
		return;
	for (struct worker_task *task = worker_pool_destroy(queue->pool), *next; task;
		task = next) {
		struct queued_page *queued = (struct queued_page *)task;
		next = task->next;
		page_findings_free(&queued->parsed.findings);
		free_queued(queued);
	}
	free(queue);
}
