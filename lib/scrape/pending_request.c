#include "scrape/pending_request.h"

#include "scrape/class_crawl.h"

#include <stdlib.h>
#include <string.h>

void pending_request_free(struct pending_request *request)
{
	free(request->url);
	free(request->page);
	free(request->public_url);
	page_image_free(&request->image);
	free(request);
}

struct pending_request *pending_request_create(struct class_crawl *crawl, int source, bool is_page,
	const char *url, const char *page)
{
	struct pending_request *request = calloc(1, sizeof *request);
	if (!request)
		return NULL;
	const struct recipe *recipe = source < 0 ? NULL : crawl->sources[source].recipe;
	*request = (struct pending_request){.crawl = crawl,
		.source = source,
		.is_page = is_page,
		.url = strdup(url),
		.page = strdup(page),
		.public_url = recipe ? recipe_hide_keys(recipe, url) : NULL};
	if (request->url && request->page && (request->public_url || !recipe)) {
		if (recipe && strcmp(request->public_url, url) == 0) {
			free(request->public_url);
			request->public_url = NULL;
		}
		return request;
	}
	pending_request_free(request);
	return NULL;
}

const char *pending_request_public_url(const struct pending_request *request)
{
	return request->public_url ? request->public_url : request->url;
}

struct pending_request *pending_request_fallback(struct pending_request *request)
{
	struct page_image *image = &request->image;
	if (request->next_url >= image->urls.count)
		return NULL;
	struct pending_request *fallback = pending_request_create(request->crawl, request->source,
		false, image->urls.items[request->next_url], request->page);
	if (fallback) {
		fallback->image = *image;
		fallback->next_url = request->next_url + 1;
		*image = (struct page_image){0};
	}
	return fallback;
}
