/* scrape-images: images of classes from sites, pages and lists of addresses into class folders. */
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
	.options = {.folder = "images", .limits.side_minimum = 64, .hamming = IMAGE_HASH_HAMMING, .pages_maximum = 100, .report = tool_report,
		.fetch = {.rate = 2, .connections = 4, .transfers = 256, .retries = 4, .backoff = 1, .wait_maximum = 120,
			.timeout = 60, .page_bytes = 16 << 20}},
};
static int image_bytes = 20 << 20;
static bool quiet, explain, no_sandbox;

static const struct option_row rows[] = {
	{'o', "output", OPTION_OUTPUT_FOLDER, &request.options.folder, "DIR", "where CLASS folders and manifest.tsv go", 0, 0, NULL},
	{'n', "count", OPTION_INTEGER, &request.options.wanted, "N", "images per class, 0 for all (or the data set's count)", 0, INT_MAX, NULL},
	{0, "min-size", OPTION_INTEGER, &request.options.limits.side_minimum, "N", "least width and height in pixels", 1, 65535, NULL},
	{0, "max-bytes", OPTION_INTEGER, &image_bytes, "N", "most bytes of one image", 1024, INT_MAX, NULL},
	{0, "max-aspect", OPTION_REAL, &request.options.limits.aspect_maximum, "F", "how many times as long the longer side may be, from 1; 0 for any", 0, 65535, NULL},
	{0, "hamming", OPTION_INTEGER, &request.options.hamming, "N", "refuse look-alikes, whose hashes differ in up to N bits; 0 keeps them", 0, IMAGE_HASH_HAMMING_MAXIMUM, NULL},
	{0, "retry-refused", OPTION_FLAG, &request.options.retry_refused, NULL, "ask again for what an earlier run refused", 0, 0, NULL},
	TOOL_QUIET(quiet),
	{0, NULL, OPTION_TITLE, NULL, NULL, "where images come from", 0, 0, NULL},
	{0, "site", OPTION_INPUT_LIST, &request.sites, "RECIPE", "a recipe in data/sites, or a path; may be repeated", 0, 0, NULL},
	{0, "api", OPTION_LIST, &request.apis, "[SITE=]URL", "interface of a site whose recipe names none, or in place of it", 0, 0, NULL},
	{0, "key", OPTION_LIST, &request.keys, "NAME=VALUE", "a key that a recipe asks for, instead of from the environment", 0, 0, NULL},
	{0, "dataset", OPTION_INPUT, &request.dataset_path, "FILE", "classes, queries and sites from a data set's recipe", 0, 0, NULL},
	{0, "url", OPTION_TEXT, &request.url, "URL", "a page of the class's images", 0, 0, NULL},
	{0, "page", OPTION_INPUT, &request.page_file, "FILE", "a saved page of them, - for stdin", 0, 0, NULL},
	{0, "follow", OPTION_TEXT, &request.options.follow, "PATTERN", "follow links that this regular expression matches", 0, 0, NULL},
	{0, "depth", OPTION_INTEGER, &request.options.depth_maximum, "N", "how many of them after each other, 0 for any number", 0, INT_MAX, NULL},
	{0, "max-pages", OPTION_INTEGER, &request.options.pages_maximum, "N", "most pages per query", 1, INT_MAX, NULL},
	{0, "urls", OPTION_INPUT, &request.list, "FILE", "lines of image URL, tab, class; - for stdin", 0, 0, NULL},
	{0, "explain", OPTION_FLAG, &explain, NULL, "only show requests, or what selectors find on --page", 0, 0, NULL},
	{0, NULL, OPTION_TITLE, NULL, NULL, "how servers are asked", 0, 0, NULL},
	{0, "contact", OPTION_TEXT, &request.options.fetch.contact, "TEXT", "mail address or page, told to servers", 0, 0, NULL},
	{0, "rate", OPTION_REAL, &request.options.fetch.rate, "R", "requests per second and host, unless it is loopback", 0.001, 1000, NULL},
	{0, "connections", OPTION_INTEGER, &request.options.fetch.connections, "N", "at once to one host, unless it is loopback", 1, 1000, NULL},
	{0, "transfers", OPTION_INTEGER, &request.options.fetch.transfers, "N", "at once in all", 1, 1000, NULL},
	{0, "retries", OPTION_INTEGER, &request.options.fetch.retries, "N", "further attempts after a failure that may pass", 0, 20, NULL},
	{0, "backoff", OPTION_REAL, &request.options.fetch.backoff, "S", "seconds before the first of them, then doubled", 0.001, 600, NULL},
	{0, "max-wait", OPTION_REAL, &request.options.fetch.wait_maximum, "S", "longest pause that a host may ask for", 0, 3600, NULL},
	{0, "timeout", OPTION_REAL, &request.options.fetch.timeout, "S", "seconds for one transfer", 1, 3600, NULL},
	{0, "ca-file", OPTION_INPUT, &request.options.fetch.ca_file, "FILE", "certificates to trust (PEM), not those of the machine", 0, 0, NULL},
	{0, "allow-private", OPTION_FLAG, &request.options.fetch.allow_private, NULL, "talk to private and loopback addresses", 0, 0, NULL},
	{0, "ignore-robots", OPTION_FLAG, &request.options.fetch.ignore_robots, NULL, "do not ask for robots.txt", 0, 0, NULL},
	TOOL_NO_SANDBOX(no_sandbox),
	TOOL_END,
};

static const struct options options = {"scrape-images", "[CLASS[=QUERY]...]",
	"Collect images of classes from sites, pages and lists of addresses.", rows, NULL};

/* ---- ^C: the first ends the run in good order, the second at once ---- */

static struct scrape *volatile under_way;
static volatile sig_atomic_t interrupted;
static struct sigaction at_once;

static void stop_run(int number)
{
	interrupted = 1;
	scrape_stop(under_way);
	sigaction(number, &at_once, NULL);
}

static int run_interruptibly(struct scrape *scrape, struct error *error)
{
	struct sigaction action = {.sa_handler = stop_run};
	under_way = scrape;
	sigaction(SIGINT, NULL, &at_once);
	if (at_once.sa_handler != SIG_IGN)
		sigaction(SIGINT, &action, NULL);
	int result = scrape_run(scrape, error);
	sigaction(SIGINT, &at_once, NULL);
	return result;
}

/* ---- the end ---- */

/* Says what became of each class: in a table, or when quiet in a line for each that is not complete, unless that was said
 * before. Returns the exit status. */
static int summarize(const struct scrape *scrape)
{
	const struct scrape_options *wants = &request.options;
	int images = 0, without = 0, before = scrape_refused_before(scrape);
	bool complete = scrape_bad_lines(scrape) == 0;
	char wanted[32] = "";
	if (wants->wanted)
		snprintf(wanted, sizeof wanted, " of %d", wants->wanted);
	if (!quiet)
		scrape_write_table(scrape, stderr);
	for (size_t i = 0; i < scrape_classes(scrape); i++) {
		struct scrape_report report = scrape_report(scrape, i);
		complete &= report.complete;
		images += report.accepted;
		without += report.refused + report.failed;
		if (quiet && !report.complete && !report.told)
			tool_say(report.class_name, "%d%s images, %d refused, %d failed: %s", report.accepted, wanted, report.refused,
				report.failed, report.ended);
	}
	if (without && !quiet)
		tool_say(wants->folder, "manifest.tsv says why %d %s refused or failed", without, without == 1 ? "was" : "were");
	if (before && !complete && !quiet)
		tool_say(wants->folder, "%d refused by an earlier run %s not asked for again (--retry-refused)", before,
			before == 1 ? "was" : "were");
	return tool_status(!complete, (size_t)images);
}

/* Collects what the request asks for. Returns the exit status. */
static int run(char *const *operands)
{
	struct scrape *scrape = NULL;
	struct error error;
	int status = EXIT_DONE;
	if (scrape_create(&scrape, &request.options, &error) || scrape_request_add(&request, scrape, operands, &error))
		status = tool_error(&error);
	else if (run_interruptibly(scrape, &error)) {
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

/* Of the files in the folder one alone has a name that is known. */
static void check_files(void)
{
	char *manifest = file_join(request.options.folder, "manifest.tsv");
	tool_add_output("--output", manifest);
	free(manifest);
	tool_check_files(NULL, 0, TOOL_WHOLE_FOLDERS);
}

int main(int argc, char **argv)
{
	struct scrape_options *collect = &request.options;
	struct fetch_options *fetch = &collect->fetch;
	int first = tool_start(&options, argc, argv), status = EXIT_DONE;
	char **operands = argv + first;
	struct error error;
	if (scrape_request_check(&request, operands, &error))
		tool_usage(error.object, "%s", error.reason);
	struct progress progress = tool_progress(quiet);
	collect->progress = &progress;
	fetch->image_bytes = (size_t)image_bytes;
	const char *ca_file = getenv("SSL_CERT_FILE");
	if (!fetch->ca_file && ca_file && *ca_file)
		fetch->ca_file = ca_file;

	check_files();
	bool read = scrape_request_read(&request, &error) == 0;
	if (read && scrape_request_settle(&request, operands, &error))
		tool_usage(error.object, "%s", error.reason);
	if (read)
		tool_sandbox_for(no_sandbox, "pages", "read", page_sandbox_start, page_sandbox_stop);
	if (!read || (explain && scrape_request_explain(&request, operands, stdout, &error)))
		status = tool_error(&error);
	else if (!explain) {
		tool_sandbox(no_sandbox);
		status = run(operands);
	}

	scrape_request_free(&request);
	status = tool_finish(status);
	if (interrupted)
		raise(SIGINT);
	return status;
}
