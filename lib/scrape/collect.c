#include "scrape/collect.h"

#include "base/file.h"
#include "scrape/keep.h"

#include <stdlib.h>
#include <string.h>

/* How many images of one class are with fetcher and judge at a time: of many hosts some are slow. */
enum { PENDING_MAXIMUM = 1024 };

static void errand_free(struct errand *errand)
{
	free(errand->url);
	free(errand->page);
	free(errand->shown);
	page_image_free(&errand->image);
	free(errand);
}

static struct errand *errand_create(struct collection *collection, int source, bool is_page, const char *url,
	const char *page)
{
	struct errand *errand = calloc(1, sizeof *errand);
	if (!errand)
		return NULL;
	const struct recipe *recipe = source < 0 ? NULL : collection->sources[source].recipe;
	*errand = (struct errand){.collection = collection, .source = source, .is_page = is_page, .url = strdup(url),
		.page = strdup(page), .shown = recipe ? recipe_hide_keys(recipe, url) : NULL};
	if (errand->url && errand->page && (errand->shown || !recipe)) {
		if (recipe && strcmp(errand->shown, url) == 0) {
			free(errand->shown);
			errand->shown = NULL;
		}
		return errand;
	}
	errand_free(errand);
	return NULL;
}

static const char *shown_url(const struct errand *errand)
{
	return errand->shown ? errand->shown : errand->url;
}

struct collection *collection_of(struct scrape *scrape, const char *class_name, struct error *error)
{
	for (size_t i = 0; i < scrape->count; i++)
		if (strcmp(scrape->collections[i]->name, class_name) == 0)
			return scrape->collections[i];
	struct collection **collections = realloc(scrape->collections, (scrape->count + 1) * sizeof *collections);
	struct collection *collection = calloc(1, sizeof *collection);
	char *name = strdup(class_name);
	if (collections)
		scrape->collections = collections;
	if (!collections || !collection || !name) {
		free(collection);
		free(name);
		error_memory(error, class_name);
		return NULL;
	}
	collection->scrape = scrape;
	collection->name = name;
	collection->accepted = catalogue_count(manifest_images(scrape->manifest), class_name);
	scrape->collections[scrape->count++] = collection;
	return collection;
}

int collection_queue(struct collection *collection, int source, const char *url, const char *page,
	struct page_image *image, struct error *error)
{
	struct errand *errand = errand_create(collection, source, false, url, page);
	if (!errand)
		return error_memory(error, url);
	if (image) {
		errand->image = *image;
		errand->next_address = 1;
		*image = (struct page_image){0};
	}
	if (collection->last)
		collection->last->next = errand;
	else
		collection->first = errand;
	collection->last = errand;
	collection->scrape->queued++;
	return 0;
}

static struct errand *take_first(struct collection *collection)
{
	struct errand *errand = collection->first;
	if (errand) {
		collection->first = errand->next;
		if (!collection->first)
			collection->last = NULL;
		collection->scrape->queued--;
	}
	return errand;
}

/* The errand for the next address of an image whose own is missing, in the place of this one; NULL: there is none. */
static struct errand *errand_instead(struct errand *errand)
{
	struct page_image *image = &errand->image;
	if (errand->next_address >= image->addresses.count)
		return NULL;
	struct errand *other = errand_create(errand->collection, errand->source, false,
		image->addresses.items[errand->next_address], errand->page);
	if (other) {
		other->image = *image;
		other->next_address = errand->next_address + 1;
		*image = (struct page_image){0};
	}
	return other;
}

static void push_front(struct errand *errand)
{
	struct collection *collection = errand->collection;
	errand->next = collection->first;
	collection->first = errand;
	if (!collection->last)
		collection->last = errand;
	collection->scrape->queued++;
}

/* ---- asking ---- */

static int send(struct errand *errand, struct error *error)
{
	struct scrape *scrape = errand->collection->scrape;
	struct fetch_request request = {.kind = errand->is_page ? FETCH_PAGE : FETCH_IMAGE, .url = errand->url, .tag = errand};
	if (errand->source >= 0) {
		const struct source *source = &errand->collection->sources[errand->source];
		const struct recipe *recipe = errand->is_page ? source->reader : source->recipe;
		request.skip_robots = errand->is_page && recipe->documented_api;
		request.user_agent = recipe->user_agent;
		request.headers = errand->is_page ? &recipe->filled_headers : NULL;
		/* What a recipe asks for is for the site that it names. */
		bool elsewhere = source->api && source->recipe->api;
		request.rate = elsewhere ? 0 : recipe->rate;
		request.connections = elsewhere ? 0 : recipe->connections;
	}
	if (fetcher_add(scrape->fetcher, &request, error)) {
		errand_free(errand);
		return -1;
	}
	errand->next = errand->collection->sent;
	errand->link = &errand->collection->sent;
	if (errand->next)
		errand->next->link = &errand->next;
	errand->collection->sent = errand;
	return 0;
}

static bool wants_more(const struct collection *collection)
{
	int wanted = collection->scrape->options.wanted;
	return wanted == 0 || collection->accepted + collection->images_pending < wanted;
}

/* An image whose address was found missing by an earlier run may have come from another one of its. */
static struct errand *instead_of_known(struct errand *errand)
{
	int status = manifest_find_url(errand->collection->scrape->manifest, shown_url(errand));
	return status == MANIFEST_REFUSED ? errand_instead(errand) : NULL;
}

static int ask_images(struct collection *collection, struct error *error)
{
	while (collection->first && collection->images_pending < PENDING_MAXIMUM && wants_more(collection)) {
		struct errand *errand = take_first(collection);
		const struct scrape *scrape = collection->scrape;
		int asks = manifest_ask(scrape->manifest, shown_url(errand), scrape->options.retry_refused, error);
		if (asks <= 0) {
			collection->passed++;
			struct errand *other = asks == 0 ? instead_of_known(errand) : NULL;
			errand_free(errand);
			if (other)
				push_front(other);
			if (asks < 0)
				return -1;
			continue;
		}
		collection->images_pending++;
		if (send(errand, error))
			return -1;
	}
	return 0;
}

/* Leaves the current source, at its end or because of what went wrong. */
static void next_source(struct collection *collection, bool failed, const char *reason)
{
	snprintf(collection->ended, sizeof collection->ended, "%s", reason);
	collection->source_failed |= failed;
	collection->current++;
}

/* ---- pages ---- */

/* Ends the source, unless the page was one that it can do without. */
static void page_failed(struct collection *collection, const char *reason)
{
	if (collection->sources[collection->current].aside)
		collection->source_failed = true;
	else
		next_source(collection, true, reason);
}

static int queue_found(struct collection *collection, struct page_image *image, const char *page,
	struct error *error)
{
	char *first = strdup(image->addresses.items[0]), *licence = image->licence;
	image->licence = licence ? recipe_hide_keys(collection->sources[collection->current].recipe, licence) : NULL;
	bool whole = first && (image->licence || !licence);
	free(licence);
	int result = whole ? collection_queue(collection, (int)collection->current, first, page, image, error)
			   : error_memory(error, collection->name);
	free(first);
	return result;
}

/* Hands the page that was asked for last over to be read; `url` is NULL for a file. */
static int read_page(struct collection *collection, const char *url, unsigned char *bytes, size_t size,
	const char *charset, struct error *error)
{
	struct scrape *scrape = collection->scrape;
	struct page page = source_page(&collection->sources[collection->current], url);
	page.charset = charset;
	page.side_minimum = scrape->options.limits.side_minimum;
	page.bytes = bytes;
	page.size = size;
	collection->page_pending = true;
	return page_queue_add(scrape->pages, &page, bytes, collection, error);
}

static int read_page_file(struct collection *collection, struct error *error)
{
	const struct source *source = &collection->sources[collection->current];
	unsigned char *bytes;
	size_t size;
	if (file_read(source->file, collection->scrape->options.fetch.page_bytes, &bytes, &size, error) == 0)
		return read_page(collection, NULL, bytes, size, "", error);
	if (error->kind == ERROR_MACHINE)
		return -1;
	scrape_say(collection->scrape, error->object, "%s", error->reason);
	next_source(collection, true, error->reason);
	return 0;
}

static int queue_images(struct collection *collection, const char *url, struct page_findings *findings,
	struct error *error)
{
	const struct source *source = &collection->sources[collection->current];
	char *page = recipe_hide_keys(source->recipe, url ? url : "");
	int result = page ? 0 : error_memory(error, source->recipe->name);
	for (size_t i = 0; result == 0 && i < findings->image_count; i++)
		result = queue_found(collection, &findings->images[i], page, error);
	free(page);
	return result;
}

static void take_read(struct collection *collection, struct page_outcome *outcome)
{
	struct source *source = &collection->sources[collection->current];
	struct page_findings *findings = &outcome->findings;
	struct error error = outcome->error;
	collection->page_pending = false;
	if (collection->enough)
		return;
	if (outcome->failed || source_take(source, findings, &error) ||
		queue_images(collection, outcome->url, findings, &error)) {
		recipe_hide_keys_in(source->recipe, &error);
		if (error.kind == ERROR_MACHINE) {
			collection->scrape->error = error;
			collection->scrape->broken = true;
			return;
		}
		scrape_say(collection->scrape, source->reader->name, "%s: %s: %s", collection->name, error.object, error.reason);
		page_failed(collection, error.reason);
	} else if (source_check_first(source, findings, &error)) {
		recipe_hide_keys_in(source->recipe, &error);
		scrape_say(collection->scrape, source->reader->name, "%s: %s", collection->name, error.reason);
		next_source(collection, true, "nothing found");
	}
}

void collections_take_read(struct scrape *scrape)
{
	struct page_outcome outcome;
	while (page_queue_take(scrape->pages, &outcome)) {
		take_read(outcome.tag, &outcome);
		page_findings_free(&outcome.findings);
		free(outcome.url);
	}
}

/* The pages about single items are no failure where they hold nothing more; where none does, somebody should know. */
static void say_silent(const struct collection *collection, const struct source *source)
{
	if (source->further && !source->further_items)
		scrape_say(collection->scrape, source->recipe->name,
			"%s: no further page, of %d, had an item (the site may have changed)", collection->name, source->further);
}

/* Goes on to the next page of the current source, or to the next source. */
static int ask_page(struct collection *collection, struct error *error)
{
	struct source *source = &collection->sources[collection->current];
	if (source->dry >= SOURCE_DRY_MAXIMUM) {
		next_source(collection, false, "nothing new on three pages");
		return 0;
	}
	if (source->asked >= collection->scrape->options.pages_maximum) {
		next_source(collection, false, "as many pages as --max-pages allows");
		return 0;
	}
	char *url;
	int more = source_next(source, &url, error);
	if (more < 0 && error->kind == ERROR_MACHINE)
		return -1;
	if (more <= 0) {
		if (more < 0)
			scrape_say(collection->scrape, error->object, "%s: %s", collection->name, error->reason);
		say_silent(collection, source);
		next_source(collection, more < 0, more < 0 ? error->reason : "no more pages");
		return 0;
	}
	if (!url)
		return read_page_file(collection, error);
	struct errand *errand = errand_create(collection, (int)collection->current, true, url, "");
	free(url);
	if (!errand)
		return error_memory(error, collection->name);
	collection->page_pending = true;
	return send(errand, error);
}

int collection_advance(struct collection *collection, struct error *error)
{
	int wanted = collection->scrape->options.wanted;
	for (;;) {
		if (wanted && collection->accepted >= wanted) {
			for (struct errand *errand; (errand = take_first(collection));)
				errand_free(errand);
			collection->enough = true;
			return 0;
		}
		if (ask_images(collection, error))
			return -1;
		bool page_due = !collection->first && !collection->page_pending && wants_more(collection) &&
			collection->current < collection->source_count;
		if (!page_due)
			return 0;
		if (ask_page(collection, error))
			return -1;
	}
}

bool collection_is_idle(const struct collection *collection)
{
	bool nothing_left = collection->enough || (!collection->first && collection->current >= collection->source_count);
	return nothing_left && !collection->page_pending && !collection->images_pending;
}

/* ---- results ---- */

static void take_page(struct errand *errand, struct fetch_result *result)
{
	struct collection *collection = errand->collection;
	struct scrape *scrape = collection->scrape;
	collection->page_pending = false;
	if (collection->enough)
		return;
	if (result->outcome == FETCH_DONE) {
		unsigned char *bytes = result->bytes;
		result->bytes = NULL;
		scrape->broken |= read_page(collection, result->url, bytes, result->size, result->charset, &scrape->error) < 0;
		return;
	}
	/* With no network at all, the one message about that is enough. */
	if (!fetcher_unreachable(scrape->fetcher))
		scrape_say(scrape, shown_url(errand), "%s: %s", collection->name, result->reason);
	page_failed(collection, result->reason);
}

static struct manifest_row begin_row(const struct errand *errand)
{
	const struct collection *collection = errand->collection;
	const struct source *source = errand->source < 0 ? NULL : &collection->sources[errand->source];
	return (struct manifest_row){.class_name = collection->name, .url = shown_url(errand), .page = errand->page,
		.site = source ? source->recipe->name : "list", .query = source ? source->query : "",
		.licence = errand->image.licence ? errand->image.licence : ""};
}

/* Takes an errand that has ended off the list of those sent, and frees it. */
static void end_errand(struct errand *errand)
{
	*errand->link = errand->next;
	if (errand->next)
		errand->next->link = errand->link;
	errand_free(errand);
}

/* Counts an image by the status of its row (-1: that could not be written). */
static void count_image(struct errand *errand, int status)
{
	struct collection *collection = errand->collection;
	collection->images_pending--;
	collection->scrape->broken |= status < 0;
	collection->accepted += status == MANIFEST_ACCEPTED;
	collection->added += status == MANIFEST_ACCEPTED;
	collection->refused += status == MANIFEST_REFUSED;
	collection->failed += status == MANIFEST_FAILED;
	end_errand(errand);
}

static void take_image(struct errand *errand, struct fetch_result *result)
{
	struct scrape *scrape = errand->collection->scrape;
	struct manifest_row row = begin_row(errand);
	if (result->outcome == FETCH_DONE && !result->opted_out) {
		unsigned char *bytes = result->bytes;
		result->bytes = NULL;
		if (judge_add(scrape->judge, bytes, result->size, errand, &scrape->error))
			count_image(errand, -1);
		return;
	}
	enum manifest_status status = result->outcome == FETCH_FAILED ? MANIFEST_FAILED : MANIFEST_REFUSED;
	if (result->bad_certificate && !errand->collection->told_untrusted) {
		scrape_say(scrape, shown_url(errand), "%s: %s", errand->collection->name, result->reason);
		errand->collection->told_untrusted = true;
	}
	const char *reason = result->outcome == FETCH_DONE ? "the server opts out (X-Robots-Tag)" : result->reason;
	struct errand *other = result->missing ? errand_instead(errand) : NULL;
	count_image(errand, keep_nothing(scrape->manifest, status, reason, &row, &scrape->error));
	if (other)
		push_front(other);
}

/* Keeps what is good. Returns the status of its row, or -1. */
static int keep_judged(struct scrape *scrape, const struct errand *errand, const struct judged *judged)
{
	struct manifest_row row = begin_row(errand);
	return keep_image(scrape->options.folder, scrape->manifest, judged, &row, &scrape->error);
}

void collections_take_judged(struct scrape *scrape)
{
	struct judged judged;
	while (!scrape->broken && judge_take(scrape->judge, &judged)) {
		count_image(judged.tag, keep_judged(scrape, judged.tag, &judged));
		free(judged.bytes);
	}
}

void collection_take(void *scrape, void *tag, struct fetch_result *result)
{
	struct errand *errand = tag;
	char *reason = NULL;
	(void)scrape;
	if (errand->source >= 0 && result->outcome != FETCH_DONE) {
		reason = recipe_hide_keys(errand->collection->sources[errand->source].recipe, result->reason);
		result->reason = reason ? reason : "out of memory";
	}
	if (errand->is_page) {
		take_page(errand, result);
		end_errand(errand);
	} else {
		take_image(errand, result);
	}
	free(reason);
}

void collection_free(struct collection *collection)
{
	for (struct errand *errand; (errand = take_first(collection));)
		errand_free(errand);
	for (struct errand *errand = collection->sent, *next; errand; errand = next) {
		next = errand->next;
		errand_free(errand);
	}
	for (size_t i = 0; i < collection->source_count; i++)
		source_free(&collection->sources[i]);
	free(collection->sources);
	free(collection->name);
	free(collection);
}
