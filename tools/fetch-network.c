/* fetch-network: public weights of networks, checked, as models to start a training from. */
#include "base/bad_inputs.h"
#include "base/data.h"
#include "base/file.h"
#include "common/files.h"
#include "common/tool.h"
#include "kernels/kernels.h"
#include "networks/fetch_network.h"

#include <stdlib.h>

static struct network_request request = {.folder = "modele/networks", .retries = 4, .backoff = 1};
static bool quiet, is_list;

static const struct option_row rows[] = {
	{'o', "output", OPTION_OUTPUT_FOLDER, &request.folder, "DIR",
		"folder to write into: a model folder for each NAME", 0, 0, NULL},
	{0, "file", OPTION_INPUT, &request.file, "FILE",
		"weights that are at hand, instead of those at the recipe's address", 0, 0, NULL},
	{0, "recipes", OPTION_FLAG, &is_list, NULL, "list the recipes: name, tab, title", 0, 0,
		NULL},
	{0, "retries", OPTION_INTEGER, &request.retries, "N", "retries after a temporary failure",
		0, 20, NULL},
	{0, "backoff", OPTION_REAL, &request.backoff, "S",
		"exponential back-off: seconds before the first retry", 0.001, 600, NULL},
	{0, "ca-file", OPTION_INPUT, &request.ca_file, "FILE",
		"trusted CA certificates (PEM), instead of the system's", 0, 0, NULL},
	{0, "allow-private", OPTION_FLAG, &request.allow_private, NULL,
		"allow private and loopback addresses", 0, 0, NULL},
	TOOL_QUIET(quiet),
	TOOL_END,
};

static const struct options options = {"fetch-network", "[NAME...]",
	"Fetches public weights of networks, checks them, and makes models to start from.", rows,
	NULL};

static int list_recipes(void)
{
	struct error error;
	struct bad_inputs bad = {.report = tool_report};
	struct text_list names = {0};
	int failed = data_list("networks", &names, &error);
	for (size_t i = 0; i < names.count && !failed; i++) {
		struct network_recipe recipe;
		if (network_recipe_read(&recipe, names.items[i], &error)) {
			failed = bad_input_skip(&bad, &error, &error);
			continue;
		}
		text_write_field(stdout, recipe.name);
		putchar('\t');
		text_write_field(stdout, recipe.title);
		putchar('\n');
		network_recipe_free(&recipe);
	}
	size_t good = names.count - bad.count;
	text_list_free(&names);
	return failed ? tool_error(&error) : tool_status(bad.count, good);
}

static void say_result(const struct network_recipe *recipe, const struct network_result *result)
{
	if (result->was_there && !quiet)
		tool_say(result->path, "is there already, and right: nothing was done");
	if (result->was_pinned && !quiet)
		tool_say(recipe->name, "no digest is published; that of this file is kept: %s",
			result->digest.sha256);
}

static int fetch_network(const char *name, struct error *error)
{
	struct network_recipe recipe;
	struct network_result result;
	if (network_recipe_read(&recipe, name, error))
		return -1;
	int failed = network_fetch(&result, &recipe, &request, error);
	if (!failed)
		say_result(&recipe, &result);
	free(result.path);
	network_recipe_free(&recipe);
	return failed;
}

static int fetch_networks(char *const *names, size_t count)
{
	struct error error;
	struct progress progress = tool_progress(quiet);
	struct bad_inputs bad = {.report = tool_report, .progress = &progress};
	request.progress = &progress;
	for (size_t i = 0; i < count; i++)
		if (fetch_network(names[i], &error) && bad_input_skip(&bad, &error, &error))
			return tool_error(&error);
	return tool_status(bad.count, count - bad.count);
}

static void check_usage(char *const *names, int count)
{
	static const char *const of_fetching[] = {"output", "file", "retries", "backoff", "ca-file",
		"allow-private"};
	for (size_t i = 0; i < sizeof of_fetching / sizeof *of_fetching; i++)
		tool_allow(!is_list, of_fetching[i], "does not go with --recipes");
	if (is_list && count)
		tool_usage("NAME", "does not go with --recipes");
	if (!is_list && !count)
		tool_usage("NAME", "is missing; see --recipes");
	if (request.file && count > 1)
		tool_usage("--file", "goes with one NAME");
	for (int i = 0; i < count; i++) {
		char *model = file_join(request.folder, text_base_name(names[i]));
		tool_add_model_output("--output", model ? model : "");
		free(model);
	}
}

int main(int argc, char **argv)
{
	const char *ca_file = getenv("SSL_CERT_FILE");
	tool_set_kernels(kernels_versions());
	int first = tool_start(&options, argc, argv);
	check_usage(argv + first, argc - first);
	tool_check_files(NULL, 0, TOOL_WHOLE_FOLDERS);
	if (!request.ca_file && ca_file && *ca_file)
		request.ca_file = ca_file;
	return tool_finish(
		is_list ? list_recipes() : fetch_networks(argv + first, (size_t)(argc - first)));
}
