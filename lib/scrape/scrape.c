#include "scrape/scrape.h"

#include "base/array.h"
#include "fetch/url.h"
#include "scrape/class_crawl.h"
#include "scrape/image_store.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* URLs of the list that are read ahead. */
enum { LIST_QUEUE_MAXIMUM = 4000 };

/* While unchecked images and unparsed pages have more bytes than this, no image is requested. */
enum { UNPROCESSED_BYTES_MAXIMUM = 64 << 20 };

static void wake_fetcher(void *scrape)
{
	fetcher_wake(((struct scrape *)scrape)->fetcher);
}

int scrape_create(struct scrape **out, const struct scrape_options *options, struct error *error)
{
	struct scrape *scrape = *out = calloc(1, sizeof *scrape);
	if (!scrape)
		return error_memory(error, options->folder);
	scrape->options = *options;
	if (manifest_open(&scrape->manifest, options->folder, options->hamming, error) ||
		(manifest_is_unsynced(scrape->manifest) &&
			image_store_clean_up(options->folder, error)) ||
		fetcher_create(&scrape->fetcher, &options->fetch, class_crawl_on_fetched, scrape,
			error) ||
		image_checker_create(&scrape->checker, &options->limits, wake_fetcher, scrape,
			error) ||
		page_queue_create(&scrape->pages, wake_fetcher, scrape, error)) {
		scrape_destroy(scrape);
		*out = NULL;
		return -1;
	}
	return 0;
}

static int add_source(struct scrape *scrape, const char *class_name, const struct recipe *recipe,
	const char *api, const char *query, const char *url, const char *file, struct error *error)
{
	struct class_crawl *crawl = class_crawl_find(scrape, class_name, error);
	if (!crawl)
		return -1;
	struct page_source *sources =
		array_grow(crawl->sources, crawl->source_count, sizeof *sources);
	if (!sources)
		return error_memory(error, class_name);
	crawl->sources = sources;
	struct page_source *source = &sources[crawl->source_count];
	if (page_source_init(source, recipe, query, url, file, error))
		return -1;
	source->api = api;
	source->follow = scrape->options.follow;
	source->depth_maximum = scrape->options.depth_maximum;
	crawl->source_count++;
	return 0;
}

int scrape_add_query(struct scrape *scrape, const char *class_name, const struct recipe *recipe,
	const char *api, const char *query, struct error *error)
{
	if (!url_is_http(query))
		return add_source(scrape, class_name, recipe, api, query, NULL, NULL, error);
	char *url = url_resolve(NULL, query, error);
	int result = url ? add_source(scrape, class_name, recipe, api, "", url, NULL, error) : -1;
	free(url);
	return result;
}

int scrape_add_file(struct scrape *scrape, const char *class_name, const struct recipe *recipe,
	const char *path, struct error *error)
{
	return add_source(scrape, class_name, recipe, NULL, "", NULL, path, error);
}

int scrape_add_list(struct scrape *scrape, const char *path, struct error *error)
{
	return url_list_open(&scrape->list, path, error);
}

void scrape_warn(struct scrape *scrape, const char *object, const char *format, ...)
{
	struct error error;
	char reason[sizeof error.reason];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(reason, sizeof reason, format, arguments);
	va_end(arguments);
	error_set(&error, object, "%s", reason);
	progress_clear(scrape->options.progress);
	scrape->options.report(&error);
}

/* ---- list of URLs ---- */

/* Queues the URL of a line; reports and skips an invalid one. */
static int queue_listed(struct scrape *scrape, const struct listed_url *listed, struct error *error)
{
	if (!listed->url && listed->error.kind == ERROR_MACHINE)
		return error_copy(error, &listed->error);
	if (!listed->url) {
		scrape->bad_lines++;
		scrape_warn(scrape, listed->error.object, "%s", listed->error.reason);
		return 0;
	}
	struct class_crawl *crawl = class_crawl_find(scrape, listed->class_name, error);
	if (!crawl)
		return -1;
	return crawl->is_complete
		? 0
		: class_crawl_queue_image(crawl, -1, listed->url, "", NULL, error);
}

/* Reads lines of the list; `wait` if there is nothing else to do. */
static int read_list(struct scrape *scrape, bool wait, struct error *error)
{
	int result = LINES_LINE;
	while (result == LINES_LINE && scrape->queued_count < LIST_QUEUE_MAXIMUM) {
		struct listed_url listed;
		result = url_list_next(&scrape->list, wait, &listed, error);
		if (result == LINES_LINE && queue_listed(scrape, &listed, error))
			result = -1;
		free(listed.url);
		wait = false;
	}
	return result < 0 ? -1 : 0;
}

/* ---- the run ---- */

static void show_progress(struct scrape *scrape)
{
	int accepted = 0, refused = 0, failed = 0;
	char note[64];
	for (size_t i = 0; i < scrape->count; i++) {
		accepted += scrape->classes[i]->added;
		refused += scrape->classes[i]->refused;
		failed += scrape->classes[i]->failed;
	}
	snprintf(note, sizeof note, "%d refused, %d failed", refused, failed);
	progress_update(scrape->options.progress, (uint64_t)accepted, note);
}

/* Advances every class. Returns whether any has pending or further requests, or -1. */
static int advance_classes(struct scrape *scrape, struct error *error)
{
	bool busy = false;
	for (size_t i = 0; i < scrape->count; i++) {
		if (class_crawl_advance(scrape->classes[i], error))
			return -1;
		busy |= !class_crawl_is_idle(scrape->classes[i]);
	}
	return busy;
}

/* The number of images still wanted, 0: not known. */
static uint64_t count_missing_images(const struct scrape *scrape)
{
	uint64_t missing = 0;
	int wanted = scrape->list.lines ? 0 : scrape->options.wanted;
	for (size_t i = 0; i < scrape->count; i++)
		if (scrape->classes[i]->accepted < wanted)
			missing += (uint64_t)(wanted - scrape->classes[i]->accepted);
	return missing;
}

static int run_loop(struct scrape *scrape, struct error *error)
{
	int busy = 1;
	while ((busy || scrape->list.lines) && !scrape->is_interrupted) {
		if (read_list(scrape, !busy, error))
			return -1;
		busy = advance_classes(scrape, error);
		size_t unprocessed =
			image_checker_bytes(scrape->checker) + page_queue_bytes(scrape->pages);
		fetcher_hold_images(scrape->fetcher, unprocessed > UNPROCESSED_BYTES_MAXIMUM);
		bool wake_expected =
			image_checker_count(scrape->checker) + page_queue_count(scrape->pages) > 0;
		if (busy < 0 || fetcher_step(scrape->fetcher, wake_expected, error) < 0)
			return -1;
		class_crawls_store_checked(scrape);
		class_crawls_add_pages(scrape);
		if (scrape->has_error) {
			*error = scrape->error;
			return -1;
		}
		show_progress(scrape);
	}
	return 0;
}

int scrape_run(struct scrape *scrape, struct error *error)
{
	progress_start(scrape->options.progress, "", "new images", count_missing_images(scrape));
	scrape->aborted = run_loop(scrape, error) || manifest_sync(scrape->manifest, error);
	progress_clear(scrape->options.progress);
	return scrape->aborted ? -1 : 0;
}

void scrape_stop(struct scrape *scrape)
{
	scrape->is_interrupted = 1;
	fetcher_wake(scrape->fetcher);
}

size_t scrape_classes(const struct scrape *scrape)
{
	return scrape->count;
}

/* Why the crawl of a class ended. */
static const char *end_reason_of(const struct class_crawl *crawl)
{
	if (crawl->is_complete)
		return "complete";
	if (crawl->scrape->is_interrupted)
		return "interrupted";
	if (crawl->scrape->aborted)
		return "aborted";
	return *crawl->end_reason ? crawl->end_reason : "end of list";
}

struct scrape_report scrape_report(const struct scrape *scrape, size_t index)
{
	const struct class_crawl *crawl = scrape->classes[index];
	bool all = crawl->accepted && !crawl->failed && !crawl->has_source_failed &&
		!scrape->is_interrupted;
	struct scrape_report report = {.class_name = crawl->name,
		.accepted = crawl->accepted,
		.added = crawl->added,
		.refused = crawl->refused,
		.failed = crawl->failed,
		.complete = scrape->options.wanted ? crawl->is_complete : all,
		.was_reported = crawl->has_source_failed || crawl->reported_certificate};
	int length =
		snprintf(report.end_reason, sizeof report.end_reason, "%s", end_reason_of(crawl));
	if (!report.complete && crawl->skipped_count)
		snprintf(report.end_reason + length, sizeof report.end_reason - (size_t)length,
			", %d requested before", crawl->skipped_count);
	return report;
}

int scrape_skipped_count(const struct scrape *scrape)
{
	return manifest_skipped_count(scrape->manifest);
}

int scrape_bad_lines(const struct scrape *scrape)
{
	return scrape->bad_lines;
}

const char *scrape_unreachable(const struct scrape *scrape)
{
	return fetcher_unreachable(scrape->fetcher);
}

void scrape_destroy(struct scrape *scrape)
{
	if (!scrape)
		return;
	image_checker_destroy(scrape->checker);
	page_queue_destroy(scrape->pages);
	fetcher_destroy(scrape->fetcher);
	for (size_t i = 0; i < scrape->count; i++)
		class_crawl_free(scrape->classes[i]);
	free(scrape->classes);
	manifest_close(scrape->manifest);
	url_list_close(&scrape->list);
	free(scrape);
}
