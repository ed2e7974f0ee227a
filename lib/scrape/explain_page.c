#include "scrape/explain.h"

#include "base/file.h"
#include "recipe/page.h"
#include "scrape/source.h"

#include <stdlib.h>

static void write_images(FILE *stream, const struct page_findings *findings)
{
	fprintf(stream, "  images: %zu, too small: %zu, without an address of use: %zu\n", findings->image_count,
		findings->small, findings->unusable);
	for (size_t i = 0; i < findings->image_count && i < EXPLAIN_EXAMPLES; i++)
		for (size_t j = 0; j < findings->images[i].addresses.count; j++) {
			fputs(j ? "      or " : "    ", stream);
			explain_text(stream, findings->images[i].addresses.items[j]);
			fputc('\n', stream);
		}
}

/* Pages that a run would go on to. */
static void write_further(FILE *stream, const struct page_findings *findings)
{
	if (!findings->link_count)
		return;
	fprintf(stream, "  further pages: %zu\n", findings->link_count);
	for (size_t i = 0; i < findings->link_count && i < EXPLAIN_EXAMPLES; i++) {
		fprintf(stream, "    for %s: ", findings->links[i].reader->name);
		explain_text(stream, findings->links[i].url);
		fputc('\n', stream);
	}
}

static int write_findings(FILE *stream, const struct page *page, struct error *error)
{
	struct page_findings findings;
	struct source source;
	int result = page_read(page, &findings, error);
	if (result == 0) {
		write_images(stream, &findings);
		write_further(stream, &findings);
		result = source_start(&source, page->recipe, "", NULL, page->name, error);
	}
	if (result == 0) {
		result = source_take(&source, &findings, error) || source_check_first(&source, &findings, error) ? -1 : 0;
		source_free(&source);
	}
	page_findings_free(&findings);
	return result;
}

int explain_page(const struct explanation *explanation, const struct request_source *wanted, struct error *error)
{
	const struct scrape_options *options = &explanation->request->options;
	FILE *stream = explanation->stream;
	unsigned char *bytes = NULL;
	struct page page = {.recipe = wanted->recipe, .follow = options->follow, .name = wanted->file, .charset = "",
		.side_minimum = options->limits.side_minimum};
	if (file_read(wanted->file, options->fetch.page_bytes, &bytes, &page.size, error))
		return -1;
	page.bytes = bytes;
	fputs("  page: ", stream);
	explain_text(stream, wanted->file);
	fputc('\n', stream);
	int result = page_explain(&page, stream, error);
	if (result == 0)
		result = write_findings(stream, &page, error);
	free(bytes);
	return result;
}
