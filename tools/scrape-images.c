/* scrape-images: scrapes images of classes from sites, pages and lists of URLs into class
 * folders. */
#include "base/file.h"
#include "common/files.h"
#include "common/sandbox.h"
#include "common/tool.h"
#include "recipe/page.h"
#include "scrape/request.h"
#include "scrape/summary.h"

#include <limits.h>
#include <signal.h>
#include <stdlib.h>

enum { EXIT_NO_NETWORK = 3 };

static struct scrape_request request = {
	.options = {.folder = "images",
		.limits.side_minimum = 64,
		.hamming = IMAGE_HASH_HAMMING,
		.pages_maximum = 100,
		.report = tool_report,
		.fetch = {.rate = 2,
			.connections = 4,
			.transfers = 256,
			.retries = 4,
			.backoff = 1,
			.wait_maximum = 120,
			.timeout = 60,
			.page_bytes = 16 << 20}},
};
static int image_bytes = 20 << 20;
static bool quiet, explain, no_sandbox;

static const struct option_row rows[] = {
	{'o', "output", OPTION_OUTPUT_FOLDER, &request.options.folder, "DIR",
		"output folder: for CLASS folders and manifest.tsv", 0, 0, NULL},
	{'n', "count", OPTION_INTEGER, &request.options.wanted, "N",
		"images per class, 0 for all (or the data set's count)", 0, INT_MAX, NULL},
	{0, "min-size", OPTION_INTEGER, &request.options.limits.side_minimum, "N",
		"minimum width and height in pixels", 1, 65535, NULL},
	{0, "max-bytes", OPTION_INTEGER, &image_bytes, "N", "maximum image size in bytes", 1024,
		INT_MAX, NULL},
	{0, "max-aspect", OPTION_REAL, &request.options.limits.aspect_maximum, "F",
		"maximum aspect ratio, longer by shorter side; 0 for any", 0, 65535, NULL},
	{0, "hamming", OPTION_INTEGER, &request.options.hamming, "N",
		"Hamming distance up to which images are look-alikes; 0 accepts them", 0,
		IMAGE_HASH_HAMMING_MAXIMUM, NULL},
	{0, "retry-refused", OPTION_FLAG, &request.options.retry_refused, NULL,
		"fetch again what an earlier run refused", 0, 0, NULL},
	TOOL_QUIET(quiet),
	{0, NULL, OPTION_TITLE, NULL, NULL, "sources", 0, 0, NULL},
	{0, "site", OPTION_INPUT_LIST, &request.sites, "RECIPE",
		"recipe of a site: in data/sites, or a path; may be repeated", 0, 0, NULL},
	{0, "api", OPTION_LIST, &request.apis, "[SITE=]URL",
		"API of a site, if its recipe has none or instead of it", 0, 0, NULL},
	{0, "key", OPTION_LIST, &request.keys, "NAME=VALUE",
		"API key for a recipe, instead of from the environment", 0, 0, NULL},
	{0, "dataset", OPTION_INPUT, &request.dataset_path, "FILE",
		"recipe of a data set: classes, queries and sites", 0, 0, NULL},
	{0, "url", OPTION_TEXT, &request.url, "URL", "page with images of the class", 0, 0, NULL},
	{0, "page", OPTION_INPUT, &request.page_file, "FILE",
		"saved page with images of the class, - for stdin", 0, 0, NULL},
	{0, "follow", OPTION_TEXT, &request.options.follow, "PATTERN",
		"regular expression of links to follow", 0, 0, NULL},
	{0, "depth", OPTION_INTEGER, &request.options.depth_maximum, "N",
		"maximum number of such links in a row, 0 for any", 0, INT_MAX, NULL},
	{0, "max-pages", OPTION_INTEGER, &request.options.pages_maximum, "N",
		"maximum number of pages per query", 1, INT_MAX, NULL},
	{0, "urls", OPTION_INPUT, &request.list, "FILE",
		"list of images: lines of URL, tab, class; - for stdin", 0, 0, NULL},
	{0, "explain", OPTION_FLAG, &explain, NULL,
		"dry run: show requests, or what selectors find on --page", 0, 0, NULL},
	{0, NULL, OPTION_TITLE, NULL, NULL, "requests", 0, 0, NULL},
	{0, "contact", OPTION_TEXT, &request.options.fetch.contact, "TEXT",
		"e-mail address or web page, for the User-Agent", 0, 0, NULL},
	{0, "rate", OPTION_REAL, &request.options.fetch.rate, "R",
		"rate limit: requests per second and host, unless loopback", 0.001, 1000, NULL},
	{0, "connections", OPTION_INTEGER, &request.options.fetch.connections, "N",
		"concurrent requests per host, unless loopback", 1, 1000, NULL},
	{0, "transfers", OPTION_INTEGER, &request.options.fetch.transfers, "N",
		"concurrent requests in total", 1, 1000, NULL},
	{0, "retries", OPTION_INTEGER, &request.options.fetch.retries, "N",
		"retries after a temporary failure", 0, 20, NULL},
	{0, "backoff", OPTION_REAL, &request.options.fetch.backoff, "S",
		"exponential back-off: seconds before the first retry", 0.001, 600, NULL},
	{0, "max-wait", OPTION_REAL, &request.options.fetch.wait_maximum, "S",
		"maximum Retry-After of a host in seconds", 0, 3600, NULL},
	{0, "timeout", OPTION_REAL, &request.options.fetch.timeout, "S",
		"timeout of one request in seconds", 1, 3600, NULL},
	{0, "ca-file", OPTION_INPUT, &request.options.fetch.ca_file, "FILE",
		"trusted CA certificates (PEM), instead of the system's", 0, 0, NULL},
	{0, "allow-private", OPTION_FLAG, &request.options.fetch.allow_private, NULL,
		"allow private and loopback addresses", 0, 0, NULL},
	{0, "ignore-robots", OPTION_FLAG, &request.options.fetch.ignore_robots, NULL,
		"ignore robots.txt", 0, 0, NULL},
	TOOL_NO_SANDBOX(no_sandbox),
	TOOL_END,
};

static const struct options options = {"scrape-images", "[CLASS[=QUERY]...]",
	"Scrape images of classes from sites, pages and lists of URLs.", rows, NULL};

/* ---- SIGINT: the first ends the run normally, the second kills it ---- */

static struct scrape *volatile running_scrape;
static volatile sig_atomic_t interrupted;
static struct sigaction default_action;

static void handle_interrupt(int number)
{
	interrupted = 1;
	scrape_stop(running_scrape);
	sigaction(number, &default_action, NULL);
}

static int run_with_interrupt(struct scrape *scrape, struct error *error)
{
	struct sigaction action = {.sa_handler = handle_interrupt};
	running_scrape = scrape;
	sigaction(SIGINT, NULL, &default_action);
	if (default_action.sa_handler != SIG_IGN)
		sigaction(SIGINT, &action, NULL);
	int result = scrape_run(scrape, error);
	sigaction(SIGINT, &default_action, NULL);
	return result;
}

/* ---- summary ---- */

/* Reports the result of each class: in a table, or if quiet in a line for each that is not
 * complete, unless its errors were reported. Returns the exit status. */
static int summarize(const struct scrape *scrape)
{
	const struct scrape_options *settings = &request.options;
	int images = 0, not_accepted = 0, skipped = scrape_skipped_count(scrape);
	bool complete = scrape_bad_lines(scrape) == 0;
	char wanted_text[32] = "";
	if (settings->wanted)
		snprintf(wanted_text, sizeof wanted_text, " of %d", settings->wanted);
	if (!quiet)
		scrape_write_table(scrape, stderr);
	for (size_t i = 0; i < scrape_classes(scrape); i++) {
		struct scrape_report report = scrape_report(scrape, i);
		complete &= report.complete;
		images += report.accepted;
		not_accepted += report.refused + report.failed;
		if (quiet && !report.complete && !report.was_reported)
			tool_say(report.class_name, "%d%s images, %d refused, %d failed: %s",
				report.accepted, wanted_text, report.refused, report.failed,
				report.end_reason);
	}
	if (not_accepted && !quiet)
		tool_say(settings->folder, "%d %s refused or failed, for reasons see manifest.tsv",
			not_accepted, not_accepted == 1 ? "was" : "were");
	if (skipped && !complete && !quiet)
		tool_say(settings->folder,
			"%d refused by an earlier run %s not fetched again (--retry-refused)",
			skipped, skipped == 1 ? "was" : "were");
	return tool_status(!complete, (size_t)images);
}

/* Runs the scrape. Returns the exit status. */
static int run_scrape(char *const *operands)
{
	struct scrape *scrape = NULL;
	struct error error;
	int status = EXIT_DONE;
	if (scrape_create(&scrape, &request.options, &error) ||
		scrape_request_add(&request, scrape, operands, &error))
		status = tool_error(&error);
	else if (run_with_interrupt(scrape, &error)) {
		status = tool_error(&error);
		if (!quiet)
			scrape_write_table(scrape, stderr);
	} else if (scrape_unreachable(scrape)) {
		tool_say("network", "no server can be reached (%s)", scrape_unreachable(scrape));
		status = EXIT_NO_NETWORK;
	} else
		status = summarize(scrape);
	scrape_destroy(scrape);
	return status;
}

/* Only one file in the folder has a fixed name. */
static void check_files(void)
{
	char *manifest = file_join(request.options.folder, "manifest.tsv");
	tool_add_output("--output", manifest);
	free(manifest);
	tool_check_files(NULL, 0, TOOL_WHOLE_FOLDERS);
}

int main(int argc, char **argv)
{
	struct fetch_options *fetch = &request.options.fetch;
	int first = tool_start(&options, argc, argv), status = EXIT_DONE;
	char **operands = argv + first;
	struct error error;
	if (scrape_request_check(&request, operands, &error))
		tool_usage(error.object, "%s", error.reason);
	struct progress progress = tool_progress(quiet);
	request.options.progress = &progress;
	fetch->image_bytes = (size_t)image_bytes;
	const char *ca_file = getenv("SSL_CERT_FILE");
	if (!fetch->ca_file && ca_file && *ca_file)
		fetch->ca_file = ca_file;

	check_files();
	bool is_read = scrape_request_read(&request, &error) == 0;
	if (is_read && scrape_request_resolve(&request, operands, &error))
		tool_usage(error.object, "%s", error.reason);
	if (is_read)
		tool_sandbox_for(no_sandbox, "pages", "read", page_sandbox_start,
			page_sandbox_stop);
	if (!is_read || (explain && scrape_request_explain(&request, operands, stdout, &error)))
		status = tool_error(&error);
	else if (!explain) {
		tool_sandbox(no_sandbox);
		status = run_scrape(operands);
	}

	scrape_request_free(&request);
	status = tool_finish(status);
	if (interrupted)
		raise(SIGINT);
	return status;
}
