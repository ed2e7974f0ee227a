#include "scrape/request.h"

#include "base/file.h"
#include "fetch/url.h"

#include <stdlib.h>
#include <string.h>

/* A recipe in the working folder needs a path: a bare name is that of a site. */
static int read_recipe(struct recipe *recipe, const char *name, struct error *error)
{
	char path[sizeof error->object];
	int result = recipe_read(recipe, name, error);
	snprintf(path, sizeof path, "sites/%s", name);
	if (result && !strchr(name, '/') && strcmp(error->object, path) == 0 && file_exists(name))
		return error_set(error, name, "no such site; the file in this folder is ./%s",
			name);
	return result;
}

static int read_recipes(struct scrape_request *request, const struct text_list *sites,
	struct error *error)
{
	request->recipes = calloc(sites->count, sizeof *request->recipes);
	if (!request->recipes)
		return error_memory(error, "recipes");
	for (; request->recipe_count < sites->count; request->recipe_count++)
		if (read_recipe(&request->recipes[request->recipe_count],
			    sites->items[request->recipe_count], error))
			return -1;
	return 0;
}

static int set_key(struct scrape_request *request, const char *pair, struct error *error)
{
	bool is_known = false;
	size_t length = strcspn(pair, "=");
	char *name = strndup(pair, length);
	int result = name ? 0 : error_memory(error, "--key");
	for (size_t i = 0; result == 0 && i < request->recipe_count; i++)
		result = recipe_set_key(&request->recipes[i], name, pair + length + 1, &is_known,
			error);
	if (result == 0 && !is_known)
		result = error_set(error, "--key", "%s: no site has this key", name);
	free(name);
	return result;
}

/* The length of SITE in "SITE=URL", 0 for "URL". */
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
		bool is_known = !api_site(api);
		for (size_t j = 0; j < request->recipe_count; j++)
			is_known |= is_site(&request->recipes[j], api);
		if (!is_known)
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
	const struct text_list *sites =
		!request->sites.count && dataset->sites.count ? &dataset->sites : &request->sites;
	if (!sites->count && text_list_add(&request->sites, "page", error))
		return -1;
	return read_recipes(request, sites, error);
}

/* ---- sources ---- */

struct source_visit {
	const struct scrape_request *request;
	request_visitor *visitor;
	void *context;
};

/* The API URL given for this site, else, if the recipe has none, the one without a site; NULL:
 * none. */
static const char *find_api(const struct scrape_request *request, const struct recipe *recipe)
{
	const char *default_api = NULL;
	for (size_t i = 0; i < request->apis.count; i++) {
		const char *api = request->apis.items[i];
		if (is_site(recipe, api))
			return request_api(api);
		if (!api_site(api) && !default_api)
			default_api = api;
	}
	return recipe->api ? NULL : default_api;
}

static int visit_queries(const struct source_visit *visit, const char *class_name,
	const char *query, struct error *error)
{
	for (size_t i = 0; i < visit->request->recipe_count; i++) {
		const struct recipe *recipe = &visit->request->recipes[i];
		const struct request_source source = {class_name, recipe,
			find_api(visit->request, recipe), query, NULL};
		if (visit->visitor(visit->context, &source, error))
			return -1;
	}
	return 0;
}

static int visit_operand(const struct source_visit *visit, const char *text, struct error *error)
{
	const struct scrape_request *request = visit->request;
	struct request_operand operand;
	if (request_operand(&operand, text, error))
		return -1;
	if (!request->url && !request->page_file)
		return visit_queries(visit, operand.class_name,
			operand.query ? operand.query : operand.class_name, error);
	struct request_source source = {.class_name = operand.class_name,
		.recipe = &request->recipes[0],
		.query = request->url};
	source.api = find_api(request, source.recipe);
	if (request->url && visit->visitor(visit->context, &source, error))
		return -1;
	source.query = NULL;
	source.file = request->page_file;
	return request->page_file ? visit->visitor(visit->context, &source, error) : 0;
}

int scrape_request_visit(const struct scrape_request *request, char *const *operands,
	request_visitor *visitor, void *context, struct error *error)
{
	const struct source_visit visit = {request, visitor, context};
	const struct dataset_recipe *dataset = &request->dataset;
	for (size_t i = 0; i < dataset->classes.count; i++)
		if (visit_queries(&visit, dataset->classes.items[i], dataset->queries.items[i],
			    error))
			return -1;
	for (; *operands; operands++)
		if (visit_operand(&visit, *operands, error))
			return -1;
	return 0;
}

/* ---- checks ---- */

/* Whether one of an operand's sources has a URL; else the error of the first. */
struct source_check {
	bool any_valid, any_invalid;
	struct error error;
};

static int check_source(void *context, const struct request_source *source, struct error *error)
{
	struct source_check *check = context;
	struct error page_error;
	(void)error;
	bool is_given = source->file || url_is_http(source->query);
	char *url = is_given
		? NULL
		: recipe_page_url(source->recipe, source->api, source->query, 0, &page_error);
	check->any_valid |= is_given || url;
	if (!is_given && !url && !check->any_invalid) {
		check->any_invalid = true;
		error_set(&check->error, page_error.object, "%s: %.400s", source->class_name,
			page_error.reason);
	}
	free(url);
	return 0;
}

static int check_sources(const struct scrape_request *request, const char *operand,
	struct error *error)
{
	struct source_check check = {0};
	const struct source_visit visit = {request, check_source, &check};
	if (visit_operand(&visit, operand, error))
		return -1;
	if (check.any_valid)
		return 0;
	*error = check.error;
	return -1;
}

static int check_follow(const struct scrape_request *request, struct error *error)
{
	bool has_links = !request->options.follow;
	for (size_t i = 0; i < request->recipe_count; i++)
		has_links |= request->recipes[i].link.text != NULL;
	return has_links ? 0 : error_set(error, "--follow", "no --site has links to follow");
}

int scrape_request_resolve(struct scrape_request *request, char *const *operands,
	struct error *error)
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
		return scrape_add_file(scrape, source->class_name, source->recipe, source->file,
			error);
	return scrape_add_query(scrape, source->class_name, source->recipe, source->api,
		source->query, error);
}

int scrape_request_add(const struct scrape_request *request, struct scrape *scrape,
	char *const *operands, struct error *error)
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
