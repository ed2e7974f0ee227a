/* Pages read in confined workers, where there are some. */
#include "recipe/page_here.h"

#include "base/sandbox.h"
#include "fetch/url.h"
#include "recipe/page_bytes.h"

#include <iconv.h>
#include <jansson.h>
#include <libxml/parser.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	SECONDS_MAXIMUM = 5,
	CALLS_MAXIMUM = 1000,      /* what a page left behind in memory is soon gone */
	MEMORY_MAXIMUM = 512 << 20,
	INPUT_MAXIMUM = 64 << 20,
	OUTPUT_MAXIMUM = 32 << 20, /* a page of 100,000 addresses gives 10 */
	CHARSET_MAXIMUM = 64,
};

/* The program and its workers have the same recipes at the same place. */
struct request {
	bool explain;
	const struct recipe *recipe;
	const char *follow;
	int side_minimum;
	bool is_file;
	char charset[CHARSET_MAXIMUM];
	char name[URL_LENGTH_MAXIMUM + 1]; /* the page's address, or the file's name */
};

struct answer {
	int failed;
	struct error error;
};

_Static_assert(sizeof(struct request) <= SANDBOX_MESSAGE_MAXIMUM && sizeof(struct answer) <= SANDBOX_MESSAGE_MAXIMUM,
	"a message holds them");

static struct sandbox *readers;

/* ---- in a worker ---- */

/* A parser without memory goes on with less than the page, or calls it no page. */
static void *allocate(size_t size)
{
	void *memory = malloc(size);
	if (!memory && size)
		_exit(SANDBOX_OUT_OF_MEMORY);
	return memory;
}

static void *allocate_again(void *memory, size_t size)
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

static void read_into(const struct page *page, struct answer *answer, unsigned char *output, size_t *used)
{
	struct page_findings findings;
	answer->failed = page_read_here(page, &findings, &answer->error);
	*used = answer->failed ? 0 : page_bytes_write(page, &findings, output, OUTPUT_MAXIMUM);
	if (!answer->failed && !*used)
		answer->failed = error_set(&answer->error, page->name, "more addresses on it than a page may have");
	page_findings_free(&findings);
}

static void explain_into(const struct page *page, struct answer *answer, unsigned char *output, size_t *used)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);
	answer->failed = stream ? page_explain_here(page, stream, &answer->error) : error_memory(&answer->error, page->name);
	if (stream && fclose(stream))
		answer->failed = error_memory(&answer->error, page->name);
	else if (stream) {
		*used = size < OUTPUT_MAXIMUM ? size : OUTPUT_MAXIMUM;
		memcpy(output, text, *used);
	}
	free(text);
}

static size_t answer_request(const void *message, const unsigned char *bytes, size_t size, void *reply,
	unsigned char *output)
{
	const struct request *request = message;
	struct answer *answer = reply;
	const struct page page = {.recipe = request->recipe, .follow = request->follow,
		.url = request->is_file ? NULL : request->name, .name = request->name, .charset = request->charset,
		.side_minimum = request->side_minimum, .bytes = bytes, .size = size};
	size_t used = 0;
	xmlMemSetup(free, allocate, allocate_again, copy_text);
	json_set_alloc_funcs(allocate, free);
	(request->explain ? explain_into : read_into)(&page, answer, output, &used);
	if (answer->failed && answer->error.kind == ERROR_MACHINE)
		_exit(SANDBOX_OUT_OF_MEMORY); /* all that a worker needs of the machine */
	return used;
}

/* ---- in the program ---- */

/* The encodings of the web (Encoding Standard, section 4) by the names of the C library, which reads how to convert one from
 * a file when it is asked for first, as a worker may not. */
static void load_encodings(void)
{
	static const char *const names[] = {"IBM866", "ISO-8859-2", "ISO-8859-3", "ISO-8859-4", "ISO-8859-5", "ISO-8859-6",
		"ISO-8859-7", "ISO-8859-8", "ISO-8859-9", "ISO-8859-10", "ISO-8859-13", "ISO-8859-14", "ISO-8859-15", "ISO-8859-16",
		"KOI8-R", "KOI8-U", "MACINTOSH", "CP874", "CP1250", "CP1251", "CP1252", "CP1253", "CP1254", "CP1255", "CP1256",
		"CP1257", "CP1258", "MAC-CYRILLIC", "GBK", "GB2312", "GB18030", "BIG5", "BIG5-HKSCS", "EUC-JP", "ISO-2022-JP",
		"SHIFT_JIS", "CP932", "EUC-KR", "CP949", "TIS-620", "UTF-32"};
	static iconv_t opened[sizeof names / sizeof *names];
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!opened[i])
			opened[i] = iconv_open("UTF-8", names[i]);
	/* For names that the C library does not know libxml2 may ask another, which gets ready when it is asked first. */
	xmlCharEncCloseFunc(xmlFindCharEncodingHandler("x-sjis"));
	xmlCharEncCloseFunc(xmlFindCharEncodingHandler("none"));
}

int page_sandbox_start(struct error *error)
{
	static const struct sandbox_work work = {answer_request, "page reader", sizeof(struct request), sizeof(struct answer),
		INPUT_MAXIMUM, OUTPUT_MAXIMUM, MEMORY_MAXIMUM, SECONDS_MAXIMUM, CALLS_MAXIMUM};
	xmlInitParser();
	load_encodings();
	json_object_seed(0); /* it reads a file when it is called first */
	return sandbox_start(&readers, &work, error);
}

void page_sandbox_stop(void)
{
	sandbox_stop(readers);
	readers = NULL;
}

static int ask(bool explain, const struct page *page, struct answer *answer, struct sandbox_result *result,
	struct error *error)
{
	struct request request = {.explain = explain, .recipe = page->recipe, .follow = page->follow,
		.side_minimum = page->side_minimum, .is_file = !page->url};
	if (strlen(page->name) > URL_LENGTH_MAXIMUM)
		return error_set(error, page->name, "a name of more than %d bytes", URL_LENGTH_MAXIMUM);
	strcpy(request.name, page->name);
	snprintf(request.charset, sizeof request.charset, "%s", page->charset);
	if (sandbox_run(readers, page->name, &request, page->bytes, page->size, answer, result, error))
		return -1;
	answer->error.object[sizeof answer->error.object - 1] = answer->error.reason[sizeof answer->error.reason - 1] = 0;
	if (answer->failed)
		error_set(error, answer->error.object, "%s", answer->error.reason);
	return 0;
}

/* The output as it is now; a worker may still change what it wrote. Fresh memory, with a NUL behind it. */
static char *take_output(struct sandbox_result *result)
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
	struct answer answer;
	struct sandbox_result result;
	if (!readers)
		return page_read_here(page, findings, error);
	*findings = (struct page_findings){0};
	if (ask(false, page, &answer, &result, error))
		return -1;
	size_t size = result.size;
	char *bytes = answer.failed ? NULL : take_output(&result);
	sandbox_release(readers, &result);
	if (answer.failed)
		return -1;
	if (!bytes)
		return error_memory(error, page->name);
	bool possible = page_bytes_read(page, findings, (unsigned char *)bytes, size);
	free(bytes);
	return possible ? 0 : error_set(error, page->name, "the page reader's answer makes no sense");
}

/* Lines that no terminal obeys. */
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
	struct answer answer;
	struct sandbox_result result;
	if (!readers)
		return page_explain_here(page, stream, error);
	if (ask(true, page, &answer, &result, error))
		return -1;
	char *text = take_output(&result);
	sandbox_release(readers, &result);
	if (!text)
		return error_memory(error, page->name);
	write_lines(stream, text);
	free(text);
	return answer.failed ? -1 : 0;
}
