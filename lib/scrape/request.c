#include "scrape/request.h"

#include "scrape/url.h"

#include <stdlib.h>
#include <string.h>

static int read_recipes(struct scrape_request *request, const struct text_list *sites, struct error *error)
{
	request->recipes = calloc(sites->count, sizeof *request->recipes);
	if (!request->recipes)
		return error_memory(error, "recipes");
	for (; request->recipe_count < sites->count; request->recipe_count++)
		if (recipe_read(&request->recipes[request->recipe_count], sites->items[request->recipe_count], error))
			return -1;
	return 0;
}

int scrape_request_read(struct scrape_request *request, struct error *error)
{
	struct dataset_recipe *dataset = &request->dataset;
	if (request->dataset_path) {
		if (dataset_recipe_read(dataset, request->dataset_path, error))
			return -1;
		if (!request->options.wanted)
			request->options.wanted = dataset->count;
		if (!request->api)
			request->api = dataset->api;
	}
	if (!request->sites.count && dataset->sites.count)
		return read_recipes(request, &dataset->sites, error);
	if (!request->sites.count && text_list_add(&request->sites, "page", error))
		return -1;
	return read_recipes(request, &request->sites, error);
}

static int add_queries(const struct scrape_request *request, struct scrape *scrape, const char *class_name,
	const char *query, struct error *error)
{
	for (size_t i = 0; i < request->recipe_count; i++)
		if (scrape_add_query(scrape, class_name, &request->recipes[i], request->api, query, error))
			return -1;
	return 0;
}

/* As a query it would be one of words. */
static int check_url(const char *url, struct error *error)
{
	char *absolute = url_resolve(NULL, url, error);
	free(absolute);
	return absolute ? 0 : error_within(error, "--url");
}

static int add_operand(const struct scrape_request *request, struct scrape *scrape, const char *operand,
	struct error *error)
{
	char name[256];
	const struct recipe *recipe = &request->recipes[0];
	const char *equals = strchr(operand, '=');
	size_t length = equals ? (size_t)(equals - operand) : strlen(operand);
	if (length >= sizeof name)
		return error_set(error, operand, "a class name of more than 255 bytes");
	memcpy(name, operand, length);
	name[length] = 0;
	if (!text_is_class_name(name))
		return error_set(error, operand, "can't name a class");
	if (request->url && (check_url(request->url, error) || scrape_add_query(scrape, name, recipe, request->api, request->url, error)))
		return -1;
	if (request->page_file && scrape_add_file(scrape, name, recipe, request->page_file, error))
		return -1;
	if (request->url || request->page_file)
		return 0;
	return add_queries(request, scrape, name, equals ? equals + 1 : name, error);
}

int scrape_request_add(const struct scrape_request *request, struct scrape *scrape, char *const *operands,
	struct error *error)
{
	const struct dataset_recipe *dataset = &request->dataset;
	if (request->list && scrape_add_list(scrape, request->list, error))
		return -1;
	for (size_t i = 0; i < dataset->classes.count; i++)
		if (add_queries(request, scrape, dataset->classes.items[i], dataset->queries.items[i], error))
			return -1;
	for (; *operands; operands++)
		if (add_operand(request, scrape, *operands, error))
			return -1;
	return 0;
}

void scrape_request_free(struct scrape_request *request)
{
	while (request->recipe_count)
		recipe_free(&request->recipes[--request->recipe_count]);
	free(request->recipes);
	request->recipes = NULL;
	dataset_recipe_free(&request->dataset);
	text_list_free(&request->sites);
}
