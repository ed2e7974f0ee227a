/* scrape-images: images of classes from sites, pages and lists of addresses into class folders. */
#include "common/tool.h"
#include "scrape/scrape.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_NO_NETWORK = 3 };

/* What the command line asks for. */
struct request {
	struct scrape_options scrape;
	struct text_list sites;
	const char *api, *url, *page_file, *list, *dataset_path;
	int image_bytes;
	bool quiet;
};

/* What recipes say, kept until the end of the run. */
struct plan {
	struct recipe *recipes;
	size_t recipe_count;
	struct dataset_recipe dataset;
};

static int read_recipes(struct plan *plan, const struct text_list *sites, struct error *error)
{
	plan->recipes = calloc(sites->count + 1, sizeof *plan->recipes);
	if (!plan->recipes)
		return error_memory(error, "recipes");
	for (; plan->recipe_count < sites->count; plan->recipe_count++)
		if (recipe_read(&plan->recipes[plan->recipe_count], sites->items[plan->recipe_count], error))
			return -1;
	return 0;
}

/* Reads the data set's recipe and those of the sites; a page of the user's own is read by the recipe "page". */
static int make_plan(struct plan *plan, struct request *request, struct error *error)
{
	if (request->dataset_path) {
		if (dataset_recipe_read(&plan->dataset, request->dataset_path, error))
			return -1;
		if (!request->scrape.wanted)
			request->scrape.wanted = plan->dataset.count;
		if (!request->api)
			request->api = plan->dataset.api;
	}
	const struct text_list *sites = request->sites.count ? &request->sites : &plan->dataset.sites;
	if (!sites->count && text_list_add(&request->sites, "page", error))
		return -1;
	return read_recipes(plan, sites->count ? sites : &request->sites, error);
}

static int add_queries(struct scrape *scrape, const struct plan *plan, const char *api, const char *class_name,
	const char *query, struct error *error)
{
	for (size_t i = 0; i < plan->recipe_count; i++)
		if (scrape_add_query(scrape, class_name, &plan->recipes[i], api, query, error))
			return -1;
	return 0;
}

/* Adds CLASS or CLASS=QUERY. */
static int add_operand(struct scrape *scrape, const struct plan *plan, const struct request *request,
	const char *operand, struct error *error)
{
	char class_name[256];
	const char *equals = strchr(operand, '=');
	size_t length = equals ? (size_t)(equals - operand) : strlen(operand);
	if (length >= sizeof class_name)
		return error_set(error, operand, "a class name of more than 255 bytes");
	memcpy(class_name, operand, length);
	class_name[length] = 0;
	if (!text_is_class_name(class_name))
		return error_set(error, operand, "can't name a class");
	if (request->url && scrape_add_query(scrape, class_name, &plan->recipes[0], request->api, request->url, error))
		return -1;
	if (request->page_file && scrape_add_file(scrape, class_name, &plan->recipes[0], request->page_file, error))
		return -1;
	if (request->url || request->page_file)
		return 0;
	return add_queries(scrape, plan, request->api, class_name, equals ? equals + 1 : class_name, error);
}

static int add_all(struct scrape *scrape, const struct plan *plan, const struct request *request, char **operands,
	struct error *error)
{
	const struct dataset_recipe *dataset = &plan->dataset;
	if (request->list && scrape_add_list(scrape, request->list, error))
		return -1;
	for (size_t i = 0; i < dataset->classes.count; i++)
		if (add_queries(scrape, plan, request->api, dataset->classes.items[i], dataset->queries.items[i], error))
			return -1;
	for (; *operands; operands++)
		if (add_operand(scrape, plan, request, *operands, error))
			return -1;
	return 0;
}

/* The closing table. Returns whether every class is complete. */
static bool close_table(const struct scrape *scrape, bool quiet)
{
	bool complete = scrape_bad_lines(scrape) == 0;
	char name[256];
	if (!quiet)
		fprintf(stderr, "%-20s %8s %8s %8s %8s  %s\n", "class", "images", "new", "refused", "failed", "ended");
	for (size_t i = 0; i < scrape_classes(scrape); i++) {
		struct scrape_report report = scrape_report(scrape, i);
		complete &= report.complete;
		if (!quiet)
			fprintf(stderr, "%-20s %8d %8d %8d %8d  %s\n", text_printable(name, sizeof name, report.class_name),
				report.accepted, report.added, report.refused, report.failed, report.ended);
	}
	return complete;
}

static int scrape_all(const struct plan *plan, const struct request *request, char **operands)
{
	struct scrape *scrape;
	struct error error;
	int status = EXIT_DONE;
	if (scrape_create(&scrape, &request->scrape, &error))
		return tool_error(&error);
	if (add_all(scrape, plan, request, operands, &error) || scrape_run(scrape, &error))
		status = tool_error(&error);
	else if (scrape_unreachable(scrape)) {
		tool_say("network", "no server can be reached (%s)", scrape_unreachable(scrape));
		status = EXIT_NO_NETWORK;
	} else if (!close_table(scrape, request->quiet))
		status = EXIT_FAILED;
	scrape_destroy(scrape);
	return status;
}

static void check_usage(const struct request *request, int operands)
{
	bool page = request->url || request->page_file;
	if (!operands && !request->list && !request->dataset_path)
		tool_usage("operand", "name a class, or use --dataset or --urls");
	if (operands && request->dataset_path)
		tool_usage("operand", "the data set's recipe names the classes");
	if (page && operands != 1)
		tool_usage(request->url ? "--url" : "--page", "takes one class");
}

int main(int argc, char **argv)
{
	struct request request = {
		.scrape = {.folder = "images", .side_minimum = 64, .pages_maximum = 100, .report = tool_report,
			.fetch = {.rate = 2, .connections = 4, .transfers = 64, .retries = 4, .backoff = 1, .wait_maximum = 120,
				.timeout = 60, .page_bytes = 16 << 20}},
		.image_bytes = 20 << 20,
	};
	struct scrape_options *scrape = &request.scrape;
	struct fetch_options *fetch = &scrape->fetch;
	const struct option_row rows[] = {
		{'o', "output", OPTION_TEXT, &scrape->folder, "DIR", "where CLASS folders and manifest.tsv go", 0, 0, NULL},
		{'n', "count", OPTION_INTEGER, &scrape->wanted, "N", "images per class, 0 for all (or the data set's count)", 0, INT_MAX, NULL},
		{0, "min-size", OPTION_INTEGER, &scrape->side_minimum, "N", "least width and height in pixels", 1, 65535, NULL},
		{0, "max-bytes", OPTION_INTEGER, &request.image_bytes, "N", "most bytes of one image", 1024, INT_MAX, NULL},
		{0, "retry-refused", OPTION_FLAG, &scrape->retry_refused, NULL, "ask again for what an earlier run refused", 0, 0, NULL},
		TOOL_QUIET(request.quiet),
		{0, NULL, OPTION_TITLE, NULL, NULL, "where images come from", 0, 0, NULL},
		{0, "site", OPTION_LIST, &request.sites, "RECIPE", "a recipe in data/sites, or a path; may be repeated", 0, 0, NULL},
		{0, "api", OPTION_TEXT, &request.api, "URL", "interface of a site whose recipe names none", 0, 0, NULL},
		{0, "dataset", OPTION_TEXT, &request.dataset_path, "FILE", "classes, queries and sites from a data set's recipe", 0, 0, NULL},
		{0, "url", OPTION_TEXT, &request.url, "URL", "a page of the class's images", 0, 0, NULL},
		{0, "page", OPTION_TEXT, &request.page_file, "FILE", "a saved page of them, - for stdin", 0, 0, NULL},
		{0, "follow", OPTION_TEXT, &scrape->follow, "PATTERN", "follow links that this regular expression matches", 0, 0, NULL},
		{0, "max-pages", OPTION_INTEGER, &scrape->pages_maximum, "N", "most pages per query", 1, INT_MAX, NULL},
		{0, "urls", OPTION_TEXT, &request.list, "FILE", "lines of image URL, tab, class; - for stdin", 0, 0, NULL},
		{0, NULL, OPTION_TITLE, NULL, NULL, "how servers are asked", 0, 0, NULL},
		{0, "contact", OPTION_TEXT, &fetch->contact, "TEXT", "mail address or page, told to servers", 0, 0, NULL},
		{0, "rate", OPTION_REAL, &fetch->rate, "R", "requests per second and host, unless it is loopback", 0.001, 1000, NULL},
		{0, "connections", OPTION_INTEGER, &fetch->connections, "N", "at once to one host, unless it is loopback", 1, 1000, NULL},
		{0, "transfers", OPTION_INTEGER, &fetch->transfers, "N", "at once in all", 1, 1000, NULL},
		{0, "retries", OPTION_INTEGER, &fetch->retries, "N", "further attempts after a failure that may pass", 0, 20, NULL},
		{0, "backoff", OPTION_REAL, &fetch->backoff, "S", "seconds before the first of them, then doubled", 0.001, 600, NULL},
		{0, "max-wait", OPTION_REAL, &fetch->wait_maximum, "S", "longest pause that a host may ask for", 0, 3600, NULL},
		{0, "timeout", OPTION_REAL, &fetch->timeout, "S", "seconds for one transfer", 1, 3600, NULL},
		{0, "allow-private", OPTION_FLAG, &fetch->allow_private, NULL, "talk to private and loopback addresses", 0, 0, NULL},
		{0, "ignore-robots", OPTION_FLAG, &fetch->ignore_robots, NULL, "do not ask for robots.txt", 0, 0, NULL},
		TOOL_END,
	};
	const struct options options = {"scrape-images", "[CLASS[=QUERY]...]",
		"Collect images of classes from sites, pages and lists of addresses.", rows};

	int first = tool_start(&options, argc, argv);
	check_usage(&request, argc - first);
	struct progress progress = tool_progress(request.quiet);
	scrape->progress = &progress;
	fetch->image_bytes = (size_t)request.image_bytes;

	struct plan plan = {0};
	struct error error;
	int status = make_plan(&plan, &request, &error) ? tool_error(&error) : scrape_all(&plan, &request, argv + first);

	while (plan.recipe_count)
		recipe_free(&plan.recipes[--plan.recipe_count]);
	free(plan.recipes);
	dataset_recipe_free(&plan.dataset);
	text_list_free(&request.sites);
	return tool_finish(status);
}
