/* Usage errors that the command line alone shows, before any file is read or request is made. */
#include "fetch/url.h"
#include "recipe/pattern.h"
#include "scrape/manifest.h"
#include "scrape/request.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

int request_operand(struct request_operand *operand, const char *text, struct error *error)
{
	const char *equals = strchr(text, '=');
	size_t length = equals ? (size_t)(equals - text) : strlen(text);
	*operand = (struct request_operand){.query = equals ? equals + 1 : NULL};
	if (length >= sizeof operand->class_name)
		return error_set(error, text, "a class name of more than 255 bytes");
	memcpy(operand->class_name, text, length);
	const char *name_error = manifest_class_name_error(operand->class_name);
	return name_error ? error_set(error, text, "%s", name_error) : 0;
}

static int check_url(const char *option, const char *url, struct error *error)
{
	char *absolute = url_resolve(NULL, url, error);
	free(absolute);
	return absolute ? 0 : error_within(error, option);
}

static int check_operand(const struct scrape_request *request, const char *text,
	struct error *error)
{
	struct request_operand operand;
	bool page = request->url || request->page_file;
	if (request_operand(&operand, text, error))
		return -1;
	if (operand.query && !*operand.query)
		return error_set(error, text, "nothing after '='");
	if (page && operand.query)
		return error_set(error, request->url ? "--url" : "--page",
			"takes a class without =QUERY");
	if (operand.query && url_is_http(operand.query))
		return check_url(operand.class_name, operand.query, error);
	if (!page && !request->sites.count)
		return error_set(error, text,
			"no --site for this query, and no page URL (%s=https://...)",
			operand.class_name);
	return 0;
}

static int check_operands(const struct scrape_request *request, char *const *operands,
	struct error *error)
{
	size_t count = 0;
	while (operands[count])
		count++;
	if (!count && !request->list && !request->dataset_path)
		return error_set(error, "operand", "name a class, or use --dataset or --urls");
	if (count && request->dataset_path)
		return error_set(error, "operand", "the data set's recipe names the classes");
	if ((request->url || request->page_file) && count != 1)
		return error_set(error, request->url ? "--url" : "--page", "takes one class");
	for (; *operands; operands++)
		if (check_operand(request, *operands, error))
			return -1;
	return 0;
}

static int check_follow(const struct scrape_request *request, struct error *error)
{
	regex_t pattern;
	const struct scrape_options *options = &request->options;
	if (!options->follow)
		return options->depth_maximum ? error_set(error, "--depth", "is only for --follow")
					      : 0;
	if (pattern_compile(&pattern, options->follow, error))
		return error_within(error, "--follow");
	regfree(&pattern);
	return 0;
}

static int check_standard_input(const struct scrape_request *request, struct error *error)
{
	const char *paths[] = {request->dataset_path, request->page_file, request->list};
	int count = 0;
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
		count += paths[i] && strcmp(paths[i], "-") == 0;
	return count > 1 ? error_set(error, "standard input", "can be read only once") : 0;
}

/* It becomes part of a header of each request. */
static int check_contact(const char *contact, struct error *error)
{
	if (strlen(contact) > FETCH_CONTACT_MAXIMUM)
		return error_set(error, "--contact", "of more than %d bytes",
			FETCH_CONTACT_MAXIMUM);
	for (const char *p = contact; *p; p++)
		if (iscntrl((unsigned char)*p))
			return error_set(error, "--contact", "has a control character");
	return 0;
}

/* The value is secret: no message shows it, even if it is invalid. */
static int check_key(const char *pair, struct error *error)
{
	const char *equals = strchr(pair, '=');
	return equals && equals > pair && equals[1]
		? 0
		: error_set(error, "--key", "is not of the form NAME=VALUE");
}

int scrape_request_check(const struct scrape_request *request, char *const *operands,
	struct error *error)
{
	double aspect = request->options.limits.aspect_maximum;
	if (aspect > 0 && aspect < 1)
		return error_set(error, "--max-aspect", "'%g' is neither 0 nor at least 1", aspect);
	if (check_operands(request, operands, error) || check_follow(request, error) ||
		check_standard_input(request, error))
		return -1;
	if (request->url && check_url("--url", request->url, error))
		return -1;
	if (request->options.fetch.contact && check_contact(request->options.fetch.contact, error))
		return -1;
	for (size_t i = 0; i < request->apis.count; i++)
		if (check_url("--api", request_api(request->apis.items[i]), error))
			return -1;
	for (size_t i = 0; i < request->keys.count; i++)
		if (check_key(request->keys.items[i], error))
			return -1;
	return 0;
}
