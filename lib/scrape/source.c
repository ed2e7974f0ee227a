#include "scrape/source.h"

#include <stdlib.h>
#include <string.h>

int source_start(struct source *source, const struct recipe *recipe, const char *query, const char *url,
	const char *file, struct error *error)
{
	*source = (struct source){.recipe = recipe, .reader = recipe, .query = strdup(query),
		.url = url ? strdup(url) : NULL, .file = file ? strdup(file) : NULL};
	if (source->query && (source->url || !url) && (source->file || !file))
		return 0;
	source_free(source);
	return error_memory(error, recipe->name);
}

static char *next_url(struct source *source, struct error *error)
{
	source->reader = source->recipe;
	source->depth = 0;
	source->aside = false;
	if (source->asked == 0 && source->url)
		return strdup(source->url);
	if (source->next_ahead < source->ahead_count) {
		const struct page_ahead *page = &source->ahead[source->next_ahead++];
		source->reader = page->reader;
		source->depth = page->depth;
		source->aside = true;
		return strdup(page->url);
	}
	return recipe_page(source->recipe, source->api, source->query, source->numbered++, error);
}

static bool has_next(const struct source *source)
{
	const struct recipe *recipe = source->recipe;
	if (source->asked == 0 || source->next_ahead < source->ahead_count)
		return true;
	return !source->ended && !source->url && !source->file && recipe_is_numbered(recipe, source->query) &&
		(!recipe->pages_maximum || source->numbered < recipe->pages_maximum);
}

int source_next(struct source *source, char **url, struct error *error)
{
	*url = NULL;
	if (!has_next(source))
		return 0;
	if (source->asked > 0 || !source->file) {
		error_memory(error, source->recipe->name);
		*url = next_url(source, error);
		if (!*url || digest_table_see(&source->pages, *url, error) < 0) {
			free(*url);
			*url = NULL;
			return -1;
		}
	}
	source->asked++;
	return 1;
}

/* ---- what a page held ---- */

struct page source_page(const struct source *source, const char *url)
{
	bool deeper = !source->depth_maximum || source->depth < source->depth_maximum;
	return (struct page){.recipe = source->reader, .follow = deeper ? source->follow : NULL, .url = url,
		.name = url ? url : source->file, .charset = ""};
}

/* Leaves the images that no earlier page had. */
static int take_images(struct source *source, struct page_findings *findings, struct error *error)
{
	size_t kept = 0;
	int result = 0;
	for (size_t i = 0; i < findings->image_count; i++) {
		struct page_image *image = &findings->images[i];
		int added = result ? 0 : digest_table_see(&source->images, image->addresses.items[0], error);
		result = added < 0 ? -1 : result;
		if (added == 1)
			findings->images[kept++] = *image;
		else
			page_image_free(image);
	}
	findings->image_count = kept;
	return result;
}

/* A page about one item says nothing of how the pages of all go on. */
static void count_page(struct source *source, const struct page_findings *findings)
{
	if (source->reader != source->recipe) {
		source->further++;
		source->further_items += findings->items;
	} else {
		source->dry = findings->image_count ? 0 : source->dry + (findings->items > 0);
		source->ended |= findings->items == 0;
	}
}

/* Remembers a page, and takes its address; it may be known. */
static int add_ahead(struct source *source, struct page_link *link, struct error *error)
{
	int added = digest_table_see(&source->pages, link->url, error);
	if (added <= 0)
		return added;
	if (source->ahead_count == source->ahead_capacity) {
		size_t capacity = source->ahead_capacity ? 2 * source->ahead_capacity : 16;
		struct page_ahead *ahead = realloc(source->ahead, capacity * sizeof *ahead);
		if (!ahead)
			return error_memory(error, link->url);
		source->ahead = ahead;
		source->ahead_capacity = capacity;
	}
	source->ahead[source->ahead_count++] = (struct page_ahead){link->url, link->reader, source->depth + link->chosen};
	link->url = NULL;
	return 0;
}

int source_take(struct source *source, struct page_findings *findings, struct error *error)
{
	int result = take_images(source, findings, error);
	count_page(source, findings);
	for (size_t i = 0; result == 0 && i < findings->link_count; i++)
		result = add_ahead(source, &findings->links[i], error);
	return result;
}

int source_check_first(const struct source *source, const struct page_findings *findings, struct error *error)
{
	const struct recipe *recipe = source->recipe;
	if (source->asked > 1 || source->ahead_count || findings->addresses || findings->small)
		return 0;
	if (findings->unusable && !findings->based)
		return error_set(error, recipe->name, "%zu addresses found, none absolute, and the page has no <base>: '%.200s'",
			findings->unusable, findings->example ? findings->example : "");
	if (findings->unusable)
		return error_set(error, recipe->name, "%zu addresses found, none http or https: '%.200s'", findings->unusable,
			findings->example ? findings->example : "");
	const struct selector *silent = findings->kind ? &findings->kind->images[0]
		: recipe->item_count ? &recipe->items[0].item
				     : &recipe->nexts[0].selector;
	return error_set(error, recipe->name, "selector '%.200s' matched nothing on page 1 (the site may have changed)",
		silent->text);
}

void source_free(struct source *source)
{
	for (size_t i = 0; i < source->ahead_count; i++)
		free(source->ahead[i].url);
	free(source->ahead);
	free(source->query);
	free(source->url);
	free(source->file);
	digest_table_free(&source->pages);
	digest_table_free(&source->images);
	*source = (struct source){0};
}
