#include "scrape/page_source.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

int page_source_init(struct page_source *source, const struct recipe *recipe, const char *query,
	const char *url, const char *file, struct error *error)
{
	*source = (struct page_source){.recipe = recipe,
		.page_recipe = recipe,
		.query = strdup(query),
		.url = url ? strdup(url) : NULL,
		.file = file ? strdup(file) : NULL};
	if (source->query && (source->url || !url) && (source->file || !file))
		return 0;
	page_source_free(source);
	return error_memory(error, recipe->name);
}

static char *copy_url(const char *url, struct error *error)
{
	char *copy = strdup(url);
	if (!copy)
		error_memory(error, url);
	return copy;
}

static char *next_url(struct page_source *source, struct error *error)
{
	source->page_recipe = source->recipe;
	source->depth = 0;
	source->is_optional = false;
	if (source->page_count == 0 && source->url)
		return copy_url(source->url, error);
	if (source->next_in_frontier < source->frontier_count) {
		const struct found_page *page = &source->frontier[source->next_in_frontier++];
		source->page_recipe = page->page_recipe;
		source->depth = page->depth;
		source->is_optional = true;
		return copy_url(page->url, error);
	}
	return recipe_page_url(source->recipe, source->api, source->query, source->numbered_count++,
		error);
}

static bool has_next(const struct page_source *source)
{
	const struct recipe *recipe = source->recipe;
	if (source->page_count == 0 || source->next_in_frontier < source->frontier_count)
		return true;
	return !source->is_at_end && !source->url && !source->file &&
		recipe_is_numbered(recipe, source->query) &&
		(!recipe->pages_maximum || source->numbered_count < recipe->pages_maximum);
}

int page_source_next(struct page_source *source, char **url, struct error *error)
{
	*url = NULL;
	if (!has_next(source))
		return 0;
	if (source->page_count > 0 || !source->file) {
		*url = next_url(source, error);
		if (!*url || digest_table_add(&source->pages, *url, error) < 0) {
			free(*url);
			*url = NULL;
			return -1;
		}
	}
	source->page_count++;
	return 1;
}

/* ---- results of a page ---- */

struct page page_source_current(const struct page_source *source, const char *url)
{
	bool can_follow = !source->depth_maximum || source->depth < source->depth_maximum;
	return (struct page){.recipe = source->page_recipe,
		.follow = can_follow ? source->follow : NULL,
		.url = url,
		.name = url ? url : source->file,
		.charset = ""};
}

/* Removes images that an earlier page had. */
static int remove_known_images(struct page_source *source, struct page_findings *findings,
	struct error *error)
{
	size_t new_count = 0;
	int result = 0;
	for (size_t i = 0; i < findings->image_count; i++) {
		struct page_image *image = &findings->images[i];
		int added =
			result ? 0 : digest_table_add(&source->images, image->urls.items[0], error);
		result = added < 0 ? -1 : result;
		if (added == 1)
			findings->images[new_count++] = *image;
		else
			page_image_free(image);
	}
	findings->image_count = new_count;
	return result;
}

/* A detail page does not count for the end of the source. */
static void update_counts(struct page_source *source, const struct page_findings *findings)
{
	if (source->page_recipe != source->recipe) {
		source->detail_page_count++;
		source->detail_item_count += findings->item_count;
	} else {
		source->stale_pages = findings->image_count
			? 0
			: source->stale_pages + (findings->item_count > 0);
		source->is_at_end |= findings->item_count == 0;
	}
}

/* Adds a page unless it is known, and takes over its URL. */
static int add_to_frontier(struct page_source *source, struct page_link *link, struct error *error)
{
	int added = digest_table_add(&source->pages, link->url, error);
	if (added <= 0)
		return added;
	struct found_page *frontier =
		array_grow(source->frontier, source->frontier_count, sizeof *frontier);
	if (!frontier)
		return error_memory(error, link->url);
	source->frontier = frontier;
	frontier[source->frontier_count++] = (struct found_page){link->url, link->page_recipe,
		source->depth + link->is_followed};
	link->url = NULL;
	return 0;
}

int page_source_add(struct page_source *source, struct page_findings *findings, struct error *error)
{
	int result = remove_known_images(source, findings, error);
	update_counts(source, findings);
	for (size_t i = 0; result == 0 && i < findings->link_count; i++)
		result = add_to_frontier(source, &findings->links[i], error);
	return result;
}

int page_source_check_first(const struct page_source *source, const struct page_findings *findings,
	struct error *error)
{
	const struct recipe *recipe = source->recipe;
	if (source->page_count > 1 || source->frontier_count || findings->url_count ||
		findings->small_count)
		return 0;
	if (findings->unusable_count && !findings->has_base)
		return error_set(error, recipe->name,
			"%zu URLs found, none absolute, and the page has no <base>: '%.200s'",
			findings->unusable_count,
			findings->unusable_example ? findings->unusable_example : "");
	if (findings->unusable_count)
		return error_set(error, recipe->name,
			"%zu URLs found, none http or https: '%.200s'", findings->unusable_count,
			findings->unusable_example ? findings->unusable_example : "");
	const struct selector *failed_selector = findings->first_item
		? &findings->first_item->images[0]
		: recipe->item_count ? &recipe->items[0].item
				     : &recipe->next_links[0].selector;
	return error_set(error, recipe->name,
		"selector '%.200s' matched nothing on page 1 (the site may have changed)",
		failed_selector->text);
}

void page_source_free(struct page_source *source)
{
	for (size_t i = 0; i < source->frontier_count; i++)
		free(source->frontier[i].url);
	free(source->frontier);
	free(source->query);
	free(source->url);
	free(source->file);
	digest_table_free(&source->pages);
	digest_table_free(&source->images);
	*source = (struct page_source){0};
}
