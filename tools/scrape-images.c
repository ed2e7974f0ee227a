/* scrape-images: images of classes from sites, pages and lists of addresses into class folders. */
#include "base/text.h"
#include "common/sandbox.h"
#include "common/tool.h"
#include "scrape/request.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_NO_NETWORK = 3 };

/* Says how each class went, in a table. Returns whether all are complete. */
static bool summarize(const struct scrape *scrape, bool quiet)
{
	char name[256];
	int width = (int)strlen("class");
	bool complete = scrape_bad_lines(scrape) == 0;
	for (size_t i = 0; i < scrape_classes(scrape); i++) {
		struct scrape_report report = scrape_report(scrape, i);
		int length = (int)strlen(text_printable(name, sizeof name, report.class_name));
		width = length > width ? length : width;
		complete &= report.complete;
	}
	if (quiet)
		return complete;
	fprintf(stderr, "%-*s  images     new refused  failed  ended\n", width, "class");
	for (size_t i = 0; i < scrape_classes(scrape); i++) {
		struct scrape_report report = scrape_report(scrape, i);
		fprintf(stderr, "%-*s %7d %7d %7d %7d  %s\n", width, text_printable(name, sizeof name, report.class_name),
			report.accepted, report.added, report.refused, report.failed, report.ended);
	}
	return complete;
}

/* Collects what the request asks for. Returns the exit status. */
static int run(const struct scrape_request *request, char *const *operands, bool quiet)
{
	struct scrape *scrape = NULL;
	struct error error;
	int status = EXIT_DONE;
	if (scrape_create(&scrape, &request->options, &error) ||
		scrape_request_add(request, scrape, operands, &error) || scrape_run(scrape, &error))
		status = tool_error(&error);
	else if (scrape_unreachable(scrape)) {
		tool_say("network", "no server can be reached (%s)", scrape_unreachable(scrape));
		status = EXIT_NO_NETWORK;
	} else if (!summarize(scrape, quiet))
		status = EXIT_FAILED;
	scrape_destroy(scrape);
	return status;
}

int main(int argc, char **argv)
{
	struct scrape_request request = {
		.options = {.folder = "images", .limits.side_minimum = 64, .hamming = IMAGE_HASH_HAMMING, .pages_maximum = 100, .report = tool_report,
			.fetch = {.rate = 2, .connections = 4, .transfers = 256, .retries = 4, .backoff = 1, .wait_maximum = 120,
				.timeout = 60, .page_bytes = 16 << 20}},
	};
	struct scrape_options *collect = &request.options;
	struct fetch_options *fetch = &collect->fetch;
	int image_bytes = 20 << 20;
	bool quiet = false, explain = false, no_sandbox = false;
	const struct option_row rows[] = {
		{'o', "output", OPTION_TEXT, &collect->folder, "DIR", "where CLASS folders and manifest.tsv go", 0, 0, NULL},
		{'n', "count", OPTION_INTEGER, &collect->wanted, "N", "images per class, 0 for all (or the data set's count)", 0, INT_MAX, NULL},
		{0, "min-size", OPTION_INTEGER, &collect->limits.side_minimum, "N", "least width and height in pixels", 1, 65535, NULL},
		{0, "max-bytes", OPTION_INTEGER, &image_bytes, "N", "most bytes of one image", 1024, INT_MAX, NULL},
		{0, "max-aspect", OPTION_REAL, &collect->limits.aspect_maximum, "F", "how many times as long the longer side may be, from 1; 0 for any", 0, 65535, NULL},
		{0, "hamming", OPTION_INTEGER, &collect->hamming, "N", "refuse look-alikes, whose hashes differ in up to N bits; 0 keeps them", 0, IMAGE_HASH_HAMMING_MAXIMUM, NULL},
		{0, "retry-refused", OPTION_FLAG, &collect->retry_refused, NULL, "ask again for what an earlier run refused", 0, 0, NULL},
		TOOL_QUIET(quiet),
		{0, NULL, OPTION_TITLE, NULL, NULL, "where images come from", 0, 0, NULL},
		{0, "site", OPTION_LIST, &request.sites, "RECIPE", "a recipe in data/sites, or a path; may be repeated", 0, 0, NULL},
		{0, "api", OPTION_LIST, &request.apis, "[SITE=]URL", "interface of a site whose recipe names none, or in place of it", 0, 0, NULL},
		{0, "key", OPTION_LIST, &request.keys, "NAME=VALUE", "a key that a recipe asks for, instead of from the environment", 0, 0, NULL},
		{0, "dataset", OPTION_TEXT, &request.dataset_path, "FILE", "classes, queries and sites from a data set's recipe", 0, 0, NULL},
		{0, "url", OPTION_TEXT, &request.url, "URL", "a page of the class's images", 0, 0, NULL},
		{0, "page", OPTION_TEXT, &request.page_file, "FILE", "a saved page of them, - for stdin", 0, 0, NULL},
		{0, "follow", OPTION_TEXT, &collect->follow, "PATTERN", "follow links that this regular expression matches", 0, 0, NULL},
		{0, "depth", OPTION_INTEGER, &collect->depth_maximum, "N", "how many of them after each other, 0 for any number", 0, INT_MAX, NULL},
		{0, "max-pages", OPTION_INTEGER, &collect->pages_maximum, "N", "most pages per query", 1, INT_MAX, NULL},
		{0, "urls", OPTION_TEXT, &request.list, "FILE", "lines of image URL, tab, class; - for stdin", 0, 0, NULL},
		{0, "explain", OPTION_FLAG, &explain, NULL, "only show requests, or what selectors find on --page", 0, 0, NULL},
		{0, NULL, OPTION_TITLE, NULL, NULL, "how servers are asked", 0, 0, NULL},
		{0, "contact", OPTION_TEXT, &fetch->contact, "TEXT", "mail address or page, told to servers", 0, 0, NULL},
		{0, "rate", OPTION_REAL, &fetch->rate, "R", "requests per second and host, unless it is loopback", 0.001, 1000, NULL},
		{0, "connections", OPTION_INTEGER, &fetch->connections, "N", "at once to one host, unless it is loopback", 1, 1000, NULL},
		{0, "transfers", OPTION_INTEGER, &fetch->transfers, "N", "at once in all", 1, 1000, NULL},
		{0, "retries", OPTION_INTEGER, &fetch->retries, "N", "further attempts after a failure that may pass", 0, 20, NULL},
		{0, "backoff", OPTION_REAL, &fetch->backoff, "S", "seconds before the first of them, then doubled", 0.001, 600, NULL},
		{0, "max-wait", OPTION_REAL, &fetch->wait_maximum, "S", "longest pause that a host may ask for", 0, 3600, NULL},
		{0, "timeout", OPTION_REAL, &fetch->timeout, "S", "seconds for one transfer", 1, 3600, NULL},
		{0, "ca-file", OPTION_TEXT, &fetch->ca_file, "FILE", "certificates to trust (PEM), not those of the machine", 0, 0, NULL},
		{0, "allow-private", OPTION_FLAG, &fetch->allow_private, NULL, "talk to private and loopback addresses", 0, 0, NULL},
		{0, "ignore-robots", OPTION_FLAG, &fetch->ignore_robots, NULL, "do not ask for robots.txt", 0, 0, NULL},
		TOOL_NO_SANDBOX(no_sandbox),
		TOOL_END,
	};
	const struct options options = {"scrape-images", "[CLASS[=QUERY]...]",
		"Collect images of classes from sites, pages and lists of addresses.", rows, NULL};

	int first = tool_start(&options, argc, argv), status = EXIT_DONE;
	char **operands = argv + first;
	struct error error;
	if (scrape_request_check(&request, operands, &error))
		tool_usage(error.object, "%s", error.reason);
	struct progress progress = tool_progress(quiet);
	collect->progress = &progress;
	fetch->image_bytes = (size_t)image_bytes;
	if (!fetch->ca_file)
		fetch->ca_file = getenv("SSL_CERT_FILE");

	bool read = scrape_request_read(&request, &error) == 0;
	if (read && scrape_request_settle(&request, operands, &error))
		tool_usage(error.object, "%s", error.reason);
	if (!read || (explain && scrape_request_explain(&request, operands, stdout, &error)))
		status = tool_error(&error);
	else if (!explain) {
		tool_sandbox(no_sandbox);
		status = run(&request, operands, quiet);
	}

	scrape_request_free(&request);
	return tool_finish(status);
}
