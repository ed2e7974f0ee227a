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

static int set_key(struct scrape_request *request, const char *pair, struct error *error)
{
	const char *equals = strchr(pair, '=');
	bool known = false;
	char *name = strndup(pair, equals ? (size_t)(equals - pair) : 0);
	int result = name ? 0 : error_memory(error, "--key");
	if (result == 0 && !*name)
		result = error_set(error, "--key", "NAME=VALUE");
	for (size_t i = 0; result == 0 && i < request->recipe_count; i++)
		result = recipe_set_key(&request->recipes[i], name, equals + 1, &known, error);
	if (result == 0 && !known)
		result = error_set(error, "--key", "%s: no site asks for it", name);
	free(name);
	return result;
}

/* The site whose address "SITE=URL" gives; returns its length, 0 for "URL". */
static size_t api_site(const char *api)
{
	size_t length = strcspn(api, "=:/?");
	return api[length] == '=' ? length : 0;
}

static bool is_site(const struct recipe *recipe, const char *api)
{
	size_t length = api_site(api);
	return length && strlen(recipe->name) == length && strncmp(recipe->name, api, length) == 0;
}

static int check_apis(const struct scrape_request *request, struct error *error)
{
	for (size_t i = 0; i < request->apis.count; i++) {
		const char *api = request->apis.items[i];
		bool known = !api_site(api);
		for (size_t j = 0; j < request->recipe_count; j++)
			known |= is_site(&request->recipes[j], api);
		if (!known)
			return error_set(error, "--api", "%s: no such --site", api);
	}
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
		if (dataset->api && text_list_add(&request->apis, dataset->api, error))
			return -1;
	}
	const struct text_list *sites = !request->sites.count && dataset->sites.count ? &dataset->sites : &request->sites;
	if (!sites->count && text_list_add(&request->sites, "page", error))
		return -1;
	if (read_recipes(request, sites, error) || check_apis(request, error))
		return -1;
	for (size_t i = 0; i < request->keys.count; i++)
		if (set_key(request, request->keys.items[i], error))
			return -1;
	for (size_t i = 0; i < request->recipe_count; i++)
		if (recipe_fill_headers(&request->recipes[i], error))
			return -1;
	return 0;
}

/* ---- sources ---- */

struct visit {
	const struct scrape_request *request;
	request_visitor *visitor;
	void *context;
};

/* The address given for this very site, else, where the recipe has none, the one for all such; NULL: none. */
static const char *find_api(const struct scrape_request *request, const struct recipe *recipe)
{
	const char *general = NULL;
	for (size_t i = 0; i < request->apis.count; i++) {
		const char *api = request->apis.items[i];
		if (is_site(recipe, api))
			return api + api_site(api) + 1;
		if (!api_site(api) && !general)
			general = api;
	}
	return recipe->api ? NULL : general;
}

static int visit_queries(const struct visit *visit, const char *class_name, const char *query, struct error *error)
{
	for (size_t i = 0; i < visit->request->recipe_count; i++) {
		const struct recipe *recipe = &visit->request->recipes[i];
		const struct request_source source = {class_name, recipe, find_api(visit->request, recipe), query, NULL};
		if (visit->visitor(visit->context, &source, error))
			return -1;
	}
	return 0;
}

/* As a query it would be one of words. */
static int check_url(const char *url, struct error *error)
{
	char *absolute = url_resolve(NULL, url, error);
	free(absolute);
	return absolute ? 0 : error_within(error, "--url");
}

static int visit_operand(const struct visit *visit, const char *operand, struct error *error)
{
	char name[256];
	const struct scrape_request *request = visit->request;
	const char *equals = strchr(operand, '=');
	size_t length = equals ? (size_t)(equals - operand) : strlen(operand);
	if (length >= sizeof name)
		return error_set(error, operand, "a class name of more than 255 bytes");
	memcpy(name, operand, length);
	name[length] = 0;
	if (!text_is_class_name(name))
		return error_set(error, operand, "can't name a class");
	if (!request->url && !request->page_file)
		return visit_queries(visit, name, equals ? equals + 1 : name, error);
	struct request_source source = {.class_name = name, .recipe = &request->recipes[0], .query = request->url};
	source.api = find_api(request, source.recipe);
	if (request->url && (check_url(request->url, error) || visit->visitor(visit->context, &source, error)))
		return -1;
	source.query = NULL;
	source.file = request->page_file;
	return request->page_file ? visit->visitor(visit->context, &source, error) : 0;
}

int scrape_request_visit(const struct scrape_request *request, char *const *operands, request_visitor *visitor,
	void *context, struct error *error)
{
	const struct visit visit = {request, visitor, context};
	const struct dataset_recipe *dataset = &request->dataset;
	for (size_t i = 0; i < dataset->classes.count; i++)
		if (visit_queries(&visit, dataset->classes.items[i], dataset->queries.items[i], error))
			return -1;
	for (; *operands; operands++)
		if (visit_operand(&visit, *operands, error))
			return -1;
	return 0;
}

static int add_source(void *context, const struct request_source *source, struct error *error)
{
	struct scrape *scrape = context;
	if (source->file)
		return scrape_add_file(scrape, source->class_name, source->recipe, source->file, error);
	return scrape_add_query(scrape, source->class_name, source->recipe, source->api, source->query, error);
}

int scrape_request_add(const struct scrape_request *request, struct scrape *scrape, char *const *operands,
	struct error *error)
{
	if (request->list && scrape_add_list(scrape, request->list, error))
		return -1;
	return scrape_request_visit(request, operands, add_source, scrape, error);
}

void scrape_request_free(struct scrape_request *request)
{
	while (request->recipe_count)
		recipe_free(&request->recipes[--request->recipe_count]);
	free(request->recipes);
	request->recipes = NULL;
	dataset_recipe_free(&request->dataset);
	text_list_free(&request->sites);
	text_list_free(&request->apis);
	text_list_free(&request->keys);
}
