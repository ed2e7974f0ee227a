#include "scrape/class_crawl.h"

#include "base/array.h"
#include "base/file.h"
#include "scrape/image_store.h"

#include <stdlib.h>
#include <string.h>

/* Images of one class that are fetched or checked concurrently: many, as some hosts are slow. */
enum { PENDING_MAXIMUM = 1024 };

struct class_crawl *class_crawl_find(struct scrape *scrape, const char *class_name,
	struct error *error)
{
	for (size_t i = 0; i < scrape->count; i++)
		if (strcmp(scrape->classes[i]->name, class_name) == 0)
			return scrape->classes[i];
	struct class_crawl **classes = array_grow(scrape->classes, scrape->count, sizeof *classes);
	if (classes)
		scrape->classes = classes;
	struct class_crawl *crawl = calloc(1, sizeof *crawl);
	char *name = strdup(class_name);
	if (!classes || !crawl || !name) {
		free(crawl);
		free(name);
		error_memory(error, class_name);
		return NULL;
	}
	crawl->scrape = scrape;
	crawl->name = name;
	crawl->accepted =
		duplicate_index_count(manifest_duplicate_index(scrape->manifest), class_name);
	scrape->classes[scrape->count++] = crawl;
	return crawl;
}

int class_crawl_queue_image(struct class_crawl *crawl, int source, const char *url,
	const char *page, struct page_image *image, struct error *error)
{
	struct pending_request *request = pending_request_create(crawl, source, false, url, page);
	if (!request)
		return error_memory(error, url);
	if (image) {
		request->image = *image;
		request->next_url = 1;
		*image = (struct page_image){0};
	}
	if (crawl->last)
		crawl->last->next = request;
	else
		crawl->first = request;
	crawl->last = request;
	crawl->scrape->queued_count++;
	return 0;
}

static struct pending_request *dequeue(struct class_crawl *crawl)
{
	struct pending_request *request = crawl->first;
	if (request) {
		crawl->first = request->next;
		if (!crawl->first)
			crawl->last = NULL;
		crawl->scrape->queued_count--;
	}
	return request;
}

static void push_front(struct pending_request *request)
{
	struct class_crawl *crawl = request->crawl;
	request->next = crawl->first;
	crawl->first = request;
	if (!crawl->last)
		crawl->last = request;
	crawl->scrape->queued_count++;
}

/* ---- requests ---- */

static int start_request(struct pending_request *request, struct error *error)
{
	struct scrape *scrape = request->crawl->scrape;
	struct fetch_request fetch_request = {.kind = request->is_page ? FETCH_PAGE : FETCH_IMAGE,
		.url = request->url,
		.tag = request};
	if (request->source >= 0) {
		const struct page_source *source = &request->crawl->sources[request->source];
		const struct recipe *recipe =
			request->is_page ? source->page_recipe : source->recipe;
		fetch_request.skip_robots = request->is_page && recipe->documented_api;
		fetch_request.user_agent = recipe->user_agent;
		fetch_request.headers = request->is_page ? &recipe->filled_headers : NULL;
		/* A recipe's limits are for the API that it names. */
		bool is_other_api = source->api && source->recipe->api;
		fetch_request.rate = is_other_api ? 0 : recipe->rate;
		fetch_request.connections = is_other_api ? 0 : recipe->connections;
	}
	if (fetcher_add(scrape->fetcher, &fetch_request, error)) {
		pending_request_free(request);
		return -1;
	}
	request->next = request->crawl->in_flight;
	request->link = &request->crawl->in_flight;
	if (request->next)
		request->next->link = &request->next;
	request->crawl->in_flight = request;
	return 0;
}

static bool needs_more(const struct class_crawl *crawl)
{
	int wanted = crawl->scrape->options.wanted;
	return wanted == 0 || crawl->accepted + crawl->images_pending < wanted;
}

/* An image that an earlier run found missing may have a fallback. */
static struct pending_request *fallback_of_known(struct pending_request *request)
{
	int status = manifest_url_status(request->crawl->scrape->manifest,
		pending_request_public_url(request));
	return status == MANIFEST_REFUSED ? pending_request_fallback(request) : NULL;
}

static int request_images(struct class_crawl *crawl, struct error *error)
{
	while (crawl->first && crawl->images_pending < PENDING_MAXIMUM && needs_more(crawl)) {
		struct pending_request *request = dequeue(crawl);
		const struct scrape *scrape = crawl->scrape;
		int should_fetch = manifest_should_fetch(scrape->manifest,
			pending_request_public_url(request), scrape->options.retry_refused, error);
		if (should_fetch <= 0) {
			crawl->skipped_count++;
			struct pending_request *fallback =
				should_fetch == 0 ? fallback_of_known(request) : NULL;
			pending_request_free(request);
			if (fallback)
				push_front(fallback);
			if (should_fetch < 0)
				return -1;
			continue;
		}
		crawl->images_pending++;
		if (start_request(request, error))
			return -1;
	}
	return 0;
}

/* Goes on to the next source, at the end of this one or after an error. */
static void finish_source(struct class_crawl *crawl, bool failed, const char *reason)
{
	snprintf(crawl->end_reason, sizeof crawl->end_reason, "%s", reason);
	crawl->has_source_failed |= failed;
	crawl->current++;
}

/* ---- pages ---- */

/* Ends the source, unless the page is optional. */
static void fail_page(struct class_crawl *crawl, const char *reason)
{
	if (crawl->sources[crawl->current].is_optional)
		crawl->has_source_failed = true;
	else
		finish_source(crawl, true, reason);
}

static int queue_found_image(struct class_crawl *crawl, struct page_image *image, const char *page,
	struct error *error)
{
	char *first = strdup(image->urls.items[0]), *licence = image->licence;
	image->licence =
		licence ? recipe_hide_keys(crawl->sources[crawl->current].recipe, licence) : NULL;
	bool whole = first && (image->licence || !licence);
	free(licence);
	int result = whole
		? class_crawl_queue_image(crawl, (int)crawl->current, first, page, image, error)
		: error_memory(error, crawl->name);
	free(first);
	return result;
}

/* Queues the current page for parsing; `url` is NULL for a file. */
static int read_page(struct class_crawl *crawl, const char *url, unsigned char *bytes, size_t size,
	const char *charset, struct error *error)
{
	struct scrape *scrape = crawl->scrape;
	struct page page = page_source_current(&crawl->sources[crawl->current], url);
	page.charset = charset;
	page.side_minimum = scrape->options.limits.side_minimum;
	page.bytes = bytes;
	page.size = size;
	crawl->page_is_pending = true;
	return page_queue_add(scrape->pages, &page, bytes, crawl, error);
}

static int read_page_file(struct class_crawl *crawl, struct error *error)
{
	const struct page_source *source = &crawl->sources[crawl->current];
	unsigned char *bytes;
	size_t size;
	if (file_read(source->file, crawl->scrape->options.fetch.page_bytes, &bytes, &size,
		    error) == 0)
		return read_page(crawl, NULL, bytes, size, "", error);
	if (error->kind == ERROR_MACHINE)
		return -1;
	scrape_warn(crawl->scrape, error->object, "%s", error->reason);
	finish_source(crawl, true, error->reason);
	return 0;
}

static int queue_images(struct class_crawl *crawl, const char *url, struct page_findings *findings,
	struct error *error)
{
	const struct page_source *source = &crawl->sources[crawl->current];
	char *page = recipe_hide_keys(source->recipe, url ? url : "");
	int result = page ? 0 : error_memory(error, source->recipe->name);
	for (size_t i = 0; result == 0 && i < findings->image_count; i++)
		result = queue_found_image(crawl, &findings->images[i], page, error);
	free(page);
	return result;
}

static void add_page(struct class_crawl *crawl, struct parsed_page *outcome)
{
	struct page_source *source = &crawl->sources[crawl->current];
	struct page_findings *findings = &outcome->findings;
	struct error error = outcome->error;
	crawl->page_is_pending = false;
	if (crawl->is_complete)
		return;
	if (outcome->failed || page_source_add(source, findings, &error) ||
		queue_images(crawl, outcome->url, findings, &error)) {
		recipe_hide_keys_in(source->recipe, &error);
		if (error.kind == ERROR_MACHINE) {
			crawl->scrape->error = error;
			crawl->scrape->has_error = true;
			return;
		}
		scrape_warn(crawl->scrape, source->page_recipe->name, "%s: %s: %s", crawl->name,
			error.object, error.reason);
		fail_page(crawl, error.reason);
	} else if (page_source_check_first(source, findings, &error)) {
		recipe_hide_keys_in(source->recipe, &error);
		scrape_warn(crawl->scrape, source->page_recipe->name, "%s: %s", crawl->name,
			error.reason);
		finish_source(crawl, true, "nothing found");
	}
}

void class_crawls_add_pages(struct scrape *scrape)
{
	struct parsed_page outcome;
	while (page_queue_take(scrape->pages, &outcome)) {
		add_page(outcome.tag, &outcome);
		page_findings_free(&outcome.findings);
		free(outcome.url);
	}
}

/* A detail page without items is not an error; if none has items, that is reported. */
static void warn_no_items(const struct class_crawl *crawl, const struct page_source *source)
{
	if (source->detail_page_count && !source->detail_item_count)
		scrape_warn(crawl->scrape, source->recipe->name,
			"%s: no further page, of %d, had an item (the site may have changed)",
			crawl->name, source->detail_page_count);
}

/* Requests the next page of the current source, or goes on to the next source. */
static int request_page(struct class_crawl *crawl, struct error *error)
{
	struct page_source *source = &crawl->sources[crawl->current];
	if (source->stale_pages >= STALE_PAGES_MAXIMUM) {
		finish_source(crawl, false, "nothing new on three pages");
		return 0;
	}
	if (source->page_count >= crawl->scrape->options.pages_maximum) {
		finish_source(crawl, false, "--max-pages reached");
		return 0;
	}
	char *url;
	int more = page_source_next(source, &url, error);
	if (more < 0 && error->kind == ERROR_MACHINE)
		return -1;
	if (more <= 0) {
		if (more < 0)
			scrape_warn(crawl->scrape, error->object, "%s: %s", crawl->name,
				error->reason);
		warn_no_items(crawl, source);
		finish_source(crawl, more < 0, more < 0 ? error->reason : "no more pages");
		return 0;
	}
	if (!url)
		return read_page_file(crawl, error);
	struct pending_request *request =
		pending_request_create(crawl, (int)crawl->current, true, url, "");
	free(url);
	if (!request)
		return error_memory(error, crawl->name);
	crawl->page_is_pending = true;
	return start_request(request, error);
}

int class_crawl_advance(struct class_crawl *crawl, struct error *error)
{
	int wanted = crawl->scrape->options.wanted;
	for (;;) {
		if (wanted && crawl->accepted >= wanted) {
			for (struct pending_request *request; (request = dequeue(crawl));)
				pending_request_free(request);
			crawl->is_complete = true;
			return 0;
		}
		if (request_images(crawl, error))
			return -1;
		bool page_due = !crawl->first && !crawl->page_is_pending && needs_more(crawl) &&
			crawl->current < crawl->source_count;
		if (!page_due)
			return 0;
		if (request_page(crawl, error))
			return -1;
	}
}

bool class_crawl_is_idle(const struct class_crawl *crawl)
{
	bool nothing_left =
		crawl->is_complete || (!crawl->first && crawl->current >= crawl->source_count);
	return nothing_left && !crawl->page_is_pending && !crawl->images_pending;
}

/* ---- results ---- */

static void handle_page(struct pending_request *request, struct fetch_result *result)
{
	struct class_crawl *crawl = request->crawl;
	struct scrape *scrape = crawl->scrape;
	crawl->page_is_pending = false;
	if (crawl->is_complete)
		return;
	if (result->outcome == FETCH_DONE) {
		unsigned char *bytes = result->bytes;
		result->bytes = NULL;
		scrape->has_error |= read_page(crawl, result->url, bytes, result->size,
					     result->charset, &scrape->error) < 0;
		return;
	}
	/* Without network there is only the one message about that. */
	if (!fetcher_unreachable(scrape->fetcher))
		scrape_warn(scrape, pending_request_public_url(request), "%s: %s", crawl->name,
			result->reason);
	fail_page(crawl, result->reason);
}

static struct manifest_row make_row(const struct pending_request *request)
{
	const struct class_crawl *crawl = request->crawl;
	const struct page_source *source =
		request->source < 0 ? NULL : &crawl->sources[request->source];
	return (struct manifest_row){.class_name = crawl->name,
		.url = pending_request_public_url(request),
		.page = request->page,
		.site = source ? source->recipe->name : "list",
		.query = source ? source->query : "",
		.licence = request->image.licence ? request->image.licence : ""};
}

/* Removes a finished request from the list of those in flight, and frees it. */
static void finish_request(struct pending_request *request)
{
	*request->link = request->next;
	if (request->next)
		request->next->link = request->link;
	pending_request_free(request);
}

/* Counts an image by the status of its row (-1: it could not be written). */
static void count_image(struct pending_request *request, int status)
{
	struct class_crawl *crawl = request->crawl;
	crawl->images_pending--;
	crawl->scrape->has_error |= status < 0;
	crawl->accepted += status == MANIFEST_ACCEPTED;
	crawl->added += status == MANIFEST_ACCEPTED;
	crawl->refused += status == MANIFEST_REFUSED;
	crawl->failed += status == MANIFEST_FAILED;
	finish_request(request);
}

static void handle_image(struct pending_request *request, struct fetch_result *result)
{
	struct scrape *scrape = request->crawl->scrape;
	struct manifest_row row = make_row(request);
	if (result->outcome == FETCH_DONE && !result->opted_out) {
		unsigned char *bytes = result->bytes;
		result->bytes = NULL;
		if (image_checker_add(scrape->checker, bytes, result->size, request,
			    &scrape->error))
			count_image(request, -1);
		return;
	}
	enum manifest_status status =
		result->outcome == FETCH_FAILED ? MANIFEST_FAILED : MANIFEST_REFUSED;
	if (result->bad_certificate && !request->crawl->reported_certificate) {
		scrape_warn(scrape, pending_request_public_url(request), "%s: %s",
			request->crawl->name, result->reason);
		request->crawl->reported_certificate = true;
	}
	const char *reason = result->outcome == FETCH_DONE ? "the server opts out (X-Robots-Tag)"
							   : result->reason;
	struct pending_request *fallback =
		result->missing ? pending_request_fallback(request) : NULL;
	count_image(request,
		image_store_add_failure(scrape->manifest, status, reason, &row, &scrape->error));
	if (fallback)
		push_front(fallback);
}

/* Stores an image if it is accepted. Returns the status of its row, or -1. */
static int store_checked(struct scrape *scrape, const struct pending_request *request,
	const struct checked_image *checked)
{
	struct manifest_row row = make_row(request);
	return image_store_add(scrape->options.folder, scrape->manifest, checked, &row,
		&scrape->error);
}

void class_crawls_store_checked(struct scrape *scrape)
{
	struct checked_image checked;
	while (!scrape->has_error && image_checker_take(scrape->checker, &checked)) {
		count_image(checked.tag, store_checked(scrape, checked.tag, &checked));
		free(checked.bytes);
	}
}

void class_crawl_on_fetched(void *scrape, void *tag, struct fetch_result *result)
{
	struct pending_request *request = tag;
	char *reason = NULL;
	(void)scrape;
	if (request->source >= 0 && result->outcome != FETCH_DONE) {
		reason = recipe_hide_keys(request->crawl->sources[request->source].recipe,
			result->reason);
		result->reason = reason ? reason : "out of memory";
	}
	if (request->is_page) {
		handle_page(request, result);
		finish_request(request);
	} else {
		handle_image(request, result);
	}
	free(reason);
}

void class_crawl_free(struct class_crawl *crawl)
{
	for (struct pending_request *request; (request = dequeue(crawl));)
		pending_request_free(request);
	for (struct pending_request *request = crawl->in_flight, *next; request; request = next) {
		next = request->next;
		pending_request_free(request);
	}
	for (size_t i = 0; i < crawl->source_count; i++)
		page_source_free(&crawl->sources[i]);
	free(crawl->sources);
	free(crawl->name);
	free(crawl);
}
