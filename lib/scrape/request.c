#include "scrape/request.h"

#include "base/file.h"
#include "fetch/url.h"

#include <stdlib.h>
#include <string.h>

/* A file of this folder is named by a path: its bare name is a site's. */
static int read_recipe(struct recipe *recipe, const char *name, struct error *error)
{
	char place[sizeof error->object];
	int result = recipe_read(recipe, name, error);
	snprintf(place, sizeof place, "sites/%s", name);
	if (result && !strchr(name, '/') && strcmp(error->object, place) == 0 && file_exists(name))
		return error_set(error, name, "no such site; the file in this folder is ./%s", name);
	return result;
}

static int read_recipes(struct scrape_request *request, const struct text_list *sites, struct error *error)
{
	request->recipes = calloc(sites->count, sizeof *request->recipes);
	if (!request->recipes)
		return error_memory(error, "recipes");
	for (; request->recipe_count < sites->count; request->recipe_count++)
		if (read_recipe(&request->recipes[request->recipe_count], sites->items[request->recipe_count], error))
			return -1;
	return 0;
}

static int set_key(struct scrape_request *request, const char *pair, struct error *error)
{
	bool known = false;
	size_t length = strcspn(pair, "=");
	char *name = strndup(pair, length);
	int result = name ? 0 : error_memory(error, "--key");
	for (size_t i = 0; result == 0 && i < request->recipe_count; i++)
		result = recipe_set_key(&request->recipes[i], name, pair + length + 1, &known, error);
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

const char *request_api(const char *api)
{
	size_t site = api_site(api);
	return site ? api + site + 1 : api;
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
	return read_recipes(request, sites, error);
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
			return request_api(api);
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

static int visit_operand(const struct visit *visit, const char *text, struct error *error)
{
	const struct scrape_request *request = visit->request;
	struct request_operand operand;
	if (request_operand(&operand, text, error))
		return -1;
	if (!request->url && !request->page_file)
		return visit_queries(visit, operand.class_name, operand.query ? operand.query : operand.class_name, error);
	struct request_source source = {.class_name = operand.class_name, .recipe = &request->recipes[0],
		.query = request->url};
	source.api = find_api(request, source.recipe);
	if (request->url && visit->visitor(visit->context, &source, error))
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

/* ---- what was read, and what was asked for ---- */

/* Whether one of an operand's sources can be asked; else why the first can't. */
struct prospect {
	bool any, none;
	struct error why;
};

static int try_source(void *context, const struct request_source *source, struct error *error)
{
	struct prospect *prospect = context;
	struct error why;
	(void)error;
	bool given = source->file || url_is_http(source->query);
	char *url = given ? NULL : recipe_page(source->recipe, source->api, source->query, 0, &why);
	prospect->any |= given || url;
	if (!given && !url && !prospect->none) {
		prospect->none = true;
		error_set(&prospect->why, why.object, "%s: %.400s", source->class_name, why.reason);
	}
	free(url);
	return 0;
}

static int check_sources(const struct scrape_request *request, const char *operand, struct error *error)
{
	struct prospect prospect = {0};
	const struct visit visit = {request, try_source, &prospect};
	if (visit_operand(&visit, operand, error))
		return -1;
	if (prospect.any)
		return 0;
	*error = prospect.why;
	return -1;
}

static int check_follow(const struct scrape_request *request, struct error *error)
{
	bool links = !request->options.follow;
	for (size_t i = 0; i < request->recipe_count; i++)
		links |= request->recipes[i].link.text != NULL;
	return links ? 0 : error_set(error, "--follow", "no --site has links to choose from");
}

int scrape_request_settle(struct scrape_request *request, char *const *operands, struct error *error)
{
	if (check_apis(request, error) || check_follow(request, error))
		return -1;
	for (size_t i = 0; i < request->keys.count; i++)
		if (set_key(request, request->keys.items[i], error))
			return -1;
	for (size_t i = 0; i < request->recipe_count; i++)
		if (recipe_fill_headers(&request->recipes[i], error))
			return -1;
	for (; *operands; operands++)
		if (check_sources(request, *operands, error))
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
