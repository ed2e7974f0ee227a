/* Pages read in sandboxed worker processes, if they were started. */
#include "recipe/page_in_process.h"

#include "fetch/url.h"
#include "recipe/page_serialization.h"
#include "sandbox/sandbox.h"

#include <iconv.h>
#include <jansson.h>
#include <libxml/parser.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	SECONDS_MAXIMUM = 5,
	CALLS_MAXIMUM = 1000, /* then a worker is replaced, with whatever a page may have left in
	                         its memory */
	MEMORY_MAXIMUM = 512 << 20,
	INPUT_MAXIMUM = 64 << 20,
	OUTPUT_MAXIMUM = 32 << 20, /* a page of 100,000 URLs needs 10 MB */
	CHARSET_MAXIMUM = 64,
};

/* Pointers are valid in the workers too: they are forked with the same recipes at the same
 * addresses. */
struct page_request {
	bool explain;
	const struct recipe *recipe;
	const char *follow;
	int side_minimum;
	bool is_file;
	char charset[CHARSET_MAXIMUM];
	char name[URL_LENGTH_MAXIMUM + 1]; /* the page's URL, or the file's name */
};

struct page_response {
	int failed;
	struct error error;
};

_Static_assert(sizeof(struct page_request) <= SANDBOX_MESSAGE_MAXIMUM &&
		sizeof(struct page_response) <= SANDBOX_MESSAGE_MAXIMUM,
	"a message holds them");

static struct sandbox *sandbox;

/* ---- in a worker ---- */

/* Without memory a parser returns only part of the page, or a syntax error. */
static void *allocate(size_t size)
{
	void *memory = malloc(size);
	if (!memory && size)
		_exit(SANDBOX_OUT_OF_MEMORY);
	return memory;
}

static void *reallocate(void *memory, size_t size)
{
	memory = realloc(memory, size);
	if (!memory && size)
		_exit(SANDBOX_OUT_OF_MEMORY);
	return memory;
}

static char *copy_text(const char *text)
{
	size_t size = strlen(text) + 1;
	return memcpy(allocate(size), text, size);
}

static void read_into(const struct page *page, struct page_response *response,
	unsigned char *output, size_t *used)
{
	struct page_findings findings;
	response->failed = page_read_in_process(page, &findings, &response->error);
	*used = response->failed ? 0
				 : page_findings_serialize(page, &findings, output, OUTPUT_MAXIMUM);
	if (!response->failed && !*used)
		response->failed =
			error_set(&response->error, page->name, "too many URLs on the page");
	page_findings_free(&findings);
}

static void explain_into(const struct page *page, struct page_response *response,
	unsigned char *output, size_t *used)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);
	response->failed = stream ? page_explain_in_process(page, stream, &response->error)
				  : error_memory(&response->error, page->name);
	if (stream && fclose(stream))
		response->failed = error_memory(&response->error, page->name);
	else if (stream) {
		*used = size < OUTPUT_MAXIMUM ? size : OUTPUT_MAXIMUM;
		memcpy(output, text, *used);
	}
	free(text);
}

static size_t handle_request(const void *message, const unsigned char *bytes, size_t size,
	void *reply, unsigned char *output)
{
	const struct page_request *request = message;
	struct page_response *response = reply;
	const struct page page = {.recipe = request->recipe,
		.follow = request->follow,
		.url = request->is_file ? NULL : request->name,
		.name = request->name,
		.charset = request->charset,
		.side_minimum = request->side_minimum,
		.bytes = bytes,
		.size = size};
	size_t used = 0;
	xmlMemSetup(free, allocate, reallocate, copy_text);
	json_set_alloc_funcs(allocate, free);
	(request->explain ? explain_into : read_into)(&page, response, output, &used);
	if (response->failed && response->error.kind == ERROR_MACHINE)
		_exit(SANDBOX_OUT_OF_MEMORY); /* the only system error of a worker */
	return used;
}

/* ---- in the program ---- */

/* Loads the encodings of the web (Encoding Standard, section 4), by the C library's names: it reads
 * a file when an encoding is first used, which a worker may not do. */
static void load_encodings(void)
{
	static const char *const names[] = {"IBM866", "ISO-8859-2", "ISO-8859-3", "ISO-8859-4",
		"ISO-8859-5", "ISO-8859-6", "ISO-8859-7", "ISO-8859-8", "ISO-8859-9", "ISO-8859-10",
		"ISO-8859-13", "ISO-8859-14", "ISO-8859-15", "ISO-8859-16", "KOI8-R", "KOI8-U",
		"MACINTOSH", "CP874", "CP1250", "CP1251", "CP1252", "CP1253", "CP1254", "CP1255",
		"CP1256", "CP1257", "CP1258", "MAC-CYRILLIC", "GBK", "GB2312", "GB18030", "BIG5",
		"BIG5-HKSCS", "EUC-JP", "ISO-2022-JP", "SHIFT_JIS", "CP932", "EUC-KR", "CP949",
		"TIS-620", "UTF-32"};
	static iconv_t opened[sizeof names / sizeof *names];
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!opened[i])
			opened[i] = iconv_open("UTF-8", names[i]);
	/* For other names libxml2 may use another library, which initializes itself when it is
	 * first used. */
	xmlCharEncCloseFunc(xmlFindCharEncodingHandler("x-sjis"));
	xmlCharEncCloseFunc(xmlFindCharEncodingHandler("none"));
}

int page_sandbox_start(struct error *error)
{
	static const struct sandbox_config work = {handle_request, "page reader",
		sizeof(struct page_request), sizeof(struct page_response), INPUT_MAXIMUM,
		OUTPUT_MAXIMUM, MEMORY_MAXIMUM, SECONDS_MAXIMUM, CALLS_MAXIMUM};
	xmlInitParser();
	load_encodings();
	json_object_seed(0); /* it reads a file when it is first called */
	return sandbox_start(&sandbox, &work, error);
}

void page_sandbox_stop(void)
{
	sandbox_stop(sandbox);
	sandbox = NULL;
}

static int call_worker(bool explain, const struct page *page, struct page_response *response,
	struct sandbox_result *result, struct error *error)
{
	struct page_request request = {.explain = explain,
		.recipe = page->recipe,
		.follow = page->follow,
		.side_minimum = page->side_minimum,
		.is_file = !page->url};
	if (strlen(page->name) > URL_LENGTH_MAXIMUM)
		return error_set(error, page->name, "a name of more than %d bytes",
			URL_LENGTH_MAXIMUM);
	strcpy(request.name, page->name);
	snprintf(request.charset, sizeof request.charset, "%s", page->charset);
	if (sandbox_run(sandbox, page->name, &request, page->bytes, page->size, response, result,
		    error))
		return -1;
	response->error.object[sizeof response->error.object - 1] =
		response->error.reason[sizeof response->error.reason - 1] = 0;
	if (response->failed)
		error_set(error, response->error.object, "%s", response->error.reason);
	return 0;
}

/* A copy of the output with a NUL, as a worker may still change what it wrote. New memory. */
static char *copy_output(struct sandbox_result *result)
{
	char *copy = malloc(result->size + 1);
	if (copy) {
		memcpy(copy, result->output, result->size);
		copy[result->size] = 0;
	}
	return copy;
}

int page_read(const struct page *page, struct page_findings *findings, struct error *error)
{
	struct page_response response;
	struct sandbox_result result;
	if (!sandbox)
		return page_read_in_process(page, findings, error);
	*findings = (struct page_findings){0};
	if (call_worker(false, page, &response, &result, error))
		return -1;
	size_t size = result.size;
	char *bytes = response.failed ? NULL : copy_output(&result);
	sandbox_release(sandbox, &result);
	if (response.failed)
		return -1;
	if (!bytes)
		return error_memory(error, page->name);
	bool is_valid = page_findings_deserialize(page, findings, (unsigned char *)bytes, size);
	free(bytes);
	return is_valid ? 0 : error_set(error, page->name, "invalid response from the page reader");
}

/* Writes lines without control characters. */
static void write_lines(FILE *stream, const char *text)
{
	while (*text) {
		size_t length = strcspn(text, "\n");
		char *line = strndup(text, length), *shown = line ? malloc(4 * length + 1) : NULL;
		fputs(shown ? text_printable(shown, 4 * length + 1, line) : "", stream);
		free(shown);
		free(line);
		text += length;
		if (*text)
			fputc(*text++, stream);
	}
}

int page_explain(const struct page *page, FILE *stream, struct error *error)
{
	struct page_response response;
	struct sandbox_result result;
	if (!sandbox)
		return page_explain_in_process(page, stream, error);
	if (call_worker(true, page, &response, &result, error))
		return -1;
	char *text = copy_output(&result);
	sandbox_release(sandbox, &result);
	if (!text)
		return error_memory(error, page->name);
	write_lines(stream, text);
	free(text);
	return response.failed ? -1 : 0;
}
