#include "scrape/scrape.h"

#include "fetch/url.h"
#include "scrape/collect.h"
#include "scrape/keep.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* How many addresses of the list are read ahead. */
enum { QUEUED_MAXIMUM = 4000 };

/* Bytes of bodies not judged or read yet beyond which no more are asked for. */
enum { UNJUDGED_MAXIMUM = 64 << 20 };

static void wake(void *scrape)
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
		(manifest_is_unsynced(scrape->manifest) && keep_sweep(options->folder, error)) ||
		fetcher_create(&scrape->fetcher, &options->fetch, collection_take, scrape, error) ||
		judge_create(&scrape->judge, &options->limits, wake, scrape, error) ||
		page_queue_create(&scrape->pages, wake, scrape, error)) {
		scrape_destroy(scrape);
		*out = NULL;
		return -1;
	}
	return 0;
}

static int add_source(struct scrape *scrape, const char *class_name, const struct recipe *recipe, const char *api,
	const char *query, const char *url, const char *file, struct error *error)
{
	struct collection *collection = collection_of(scrape, class_name, error);
	if (!collection)
		return -1;
	struct source *sources = realloc(collection->sources, (collection->source_count + 1) * sizeof *sources);
	if (!sources)
		return error_memory(error, class_name);
	collection->sources = sources;
	struct source *source = &sources[collection->source_count];
	if (source_start(source, recipe, query, url, file, error))
		return -1;
	source->api = api;
	source->follow = scrape->options.follow;
	source->depth_maximum = scrape->options.depth_maximum;
	collection->source_count++;
	return 0;
}

int scrape_add_query(struct scrape *scrape, const char *class_name, const struct recipe *recipe, const char *api,
	const char *query, struct error *error)
{
	if (!url_is_http(query))
		return add_source(scrape, class_name, recipe, api, query, NULL, NULL, error);
	char *url = url_resolve(NULL, query, error);
	int result = url ? add_source(scrape, class_name, recipe, api, "", url, NULL, error) : -1;
	free(url);
	return result;
}

int scrape_add_file(struct scrape *scrape, const char *class_name, const struct recipe *recipe, const char *path,
	struct error *error)
{
	return add_source(scrape, class_name, recipe, NULL, "", NULL, path, error);
}

int scrape_add_list(struct scrape *scrape, const char *path, struct error *error)
{
	return url_list_open(&scrape->list, path, error);
}

void scrape_say(struct scrape *scrape, const char *object, const char *format, ...)
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

/* ---- the list of addresses ---- */

/* Queues the address of a line; a bad line is said and passed over. */
static int take_listed(struct scrape *scrape, const struct listed_url *listed, struct error *error)
{
	if (!listed->url) {
		scrape->list_bad++;
		scrape_say(scrape, listed->problem.object, "%s", listed->problem.reason);
		return 0;
	}
	struct collection *collection = collection_of(scrape, listed->class_name, error);
	if (!collection)
		return -1;
	return collection->enough ? 0 : collection_queue(collection, -1, listed->url, "", NULL, error);
}

/* Reads on in the list; `wait` where there is nothing else to do. */
static int read_list(struct scrape *scrape, bool wait, struct error *error)
{
	int result = LINES_LINE;
	while (result == LINES_LINE && scrape->queued < QUEUED_MAXIMUM) {
		struct listed_url listed;
		result = url_list_next(&scrape->list, wait, &listed, error);
		if (result == LINES_LINE && take_listed(scrape, &listed, error))
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
		accepted += scrape->collections[i]->added;
		refused += scrape->collections[i]->refused;
		failed += scrape->collections[i]->failed;
	}
	snprintf(note, sizeof note, "%d refused, %d failed", refused, failed);
	progress_update(scrape->options.progress, (uint64_t)accepted, note);
}

/* Moves every class on. Returns whether any has something to do or to wait for, or -1. */
static int advance(struct scrape *scrape, struct error *error)
{
	bool busy = false;
	for (size_t i = 0; i < scrape->count; i++) {
		if (collection_advance(scrape->collections[i], error))
			return -1;
		busy |= !collection_is_idle(scrape->collections[i]);
	}
	return busy;
}

/* How many images there are to come, 0: not known. */
static uint64_t count_missing(const struct scrape *scrape)
{
	uint64_t missing = 0;
	int wanted = scrape->list.lines ? 0 : scrape->options.wanted;
	for (size_t i = 0; i < scrape->count; i++)
		if (scrape->collections[i]->accepted < wanted)
			missing += (uint64_t)(wanted - scrape->collections[i]->accepted);
	return missing;
}

static int collect(struct scrape *scrape, struct error *error)
{
	int busy = 1;
	while ((busy || scrape->list.lines) && !scrape->stopped) {
		if (read_list(scrape, !busy, error))
			return -1;
		busy = advance(scrape, error);
		fetcher_hold_images(scrape->fetcher, judge_bytes(scrape->judge) + page_queue_bytes(scrape->pages) > UNJUDGED_MAXIMUM);
		bool expected = judge_count(scrape->judge) + page_queue_count(scrape->pages) > 0;
		if (busy < 0 || fetcher_step(scrape->fetcher, expected, error) < 0)
			return -1;
		collections_take_judged(scrape);
		collections_take_read(scrape);
		if (scrape->broken) {
			*error = scrape->error;
			return -1;
		}
		show_progress(scrape);
	}
	return 0;
}

int scrape_run(struct scrape *scrape, struct error *error)
{
	progress_start(scrape->options.progress, "", "new images", count_missing(scrape));
	scrape->given_up = collect(scrape, error) || manifest_sync(scrape->manifest, error);
	progress_clear(scrape->options.progress);
	return scrape->given_up ? -1 : 0;
}

void scrape_stop(struct scrape *scrape)
{
	scrape->stopped = 1;
	fetcher_wake(scrape->fetcher);
}

size_t scrape_classes(const struct scrape *scrape)
{
	return scrape->count;
}

/* Why a class has no more. */
static const char *reason_of(const struct collection *collection)
{
	if (collection->enough)
		return "enough";
	if (collection->scrape->stopped)
		return "interrupted";
	if (collection->scrape->given_up)
		return "given up";
	return *collection->ended ? collection->ended : "end of list";
}

struct scrape_report scrape_report(const struct scrape *scrape, size_t index)
{
	const struct collection *collection = scrape->collections[index];
	bool all = collection->accepted && !collection->failed && !collection->source_failed && !scrape->stopped;
	struct scrape_report report = {.class_name = collection->name, .accepted = collection->accepted,
		.added = collection->added, .refused = collection->refused, .failed = collection->failed,
		.complete = scrape->options.wanted ? collection->enough : all,
		.told = collection->source_failed || collection->told_untrusted};
	int length = snprintf(report.ended, sizeof report.ended, "%s", reason_of(collection));
	if (!report.complete && collection->passed)
		snprintf(report.ended + length, sizeof report.ended - (size_t)length, ", %d asked for before", collection->passed);
	return report;
}

int scrape_refused_before(const struct scrape *scrape)
{
	return manifest_refused_before(scrape->manifest);
}

int scrape_bad_lines(const struct scrape *scrape)
{
	return scrape->list_bad;
}

const char *scrape_unreachable(const struct scrape *scrape)
{
	return fetcher_unreachable(scrape->fetcher);
}

void scrape_destroy(struct scrape *scrape)
{
	if (!scrape)
		return;
	judge_destroy(scrape->judge);
	page_queue_destroy(scrape->pages);
	fetcher_destroy(scrape->fetcher);
	for (size_t i = 0; i < scrape->count; i++)
		collection_free(scrape->collections[i]);
	free(scrape->collections);
	manifest_close(scrape->manifest);
	url_list_close(&scrape->list);
	free(scrape);
}
