#include "scrape/explain.h"

#include "base/file.h"
#include "recipe/page.h"
#include "scrape/page_source.h"

#include <stdlib.h>

static void write_images(FILE *stream, const struct page_findings *findings)
{
	fprintf(stream, "  images: %zu, too small: %zu, without a usable URL: %zu\n",
		findings->image_count, findings->small_count, findings->unusable_count);
	for (size_t i = 0; i < findings->image_count && i < EXPLAIN_EXAMPLES; i++)
		for (size_t j = 0; j < findings->images[i].urls.count; j++) {
			fputs(j ? "      or " : "    ", stream);
			explain_text(stream, findings->images[i].urls.items[j]);
			fputc('\n', stream);
		}
}

/* Pages that a run would fetch next. */
static void write_further(FILE *stream, const struct page_findings *findings)
{
	if (!findings->link_count)
		return;
	fprintf(stream, "  further pages: %zu\n", findings->link_count);
	for (size_t i = 0; i < findings->link_count && i < EXPLAIN_EXAMPLES; i++) {
		fprintf(stream, "    for %s: ", findings->links[i].page_recipe->name);
		explain_text(stream, findings->links[i].url);
		fputc('\n', stream);
	}
}

static int write_findings(FILE *stream, const struct page *page, struct error *error)
{
	struct page_findings findings;
	struct page_source source;
	int result = page_read(page, &findings, error);
	if (result == 0) {
		write_images(stream, &findings);
		write_further(stream, &findings);
		result = page_source_init(&source, page->recipe, "", NULL, page->name, error);
	}
	if (result == 0) {
		result = page_source_add(&source, &findings, error) ||
				page_source_check_first(&source, &findings, error)
			? -1
			: 0;
		page_source_free(&source);
	}
	page_findings_free(&findings);
	return result;
}

int explain_page(const struct recipe_explanation *explanation, const struct request_source *source,
	struct error *error)
{
	const struct scrape_options *options = &explanation->request->options;
	FILE *stream = explanation->stream;
	unsigned char *bytes = NULL;
	struct page page = {.recipe = source->recipe,
		.follow = options->follow,
		.name = source->file,
		.charset = "",
		.side_minimum = options->limits.side_minimum};
	if (file_read(source->file, options->fetch.page_bytes, &bytes, &page.size, error))
		return -1;
	page.bytes = bytes;
	fputs("  page: ", stream);
	explain_text(stream, source->file);
	fputc('\n', stream);
	int result = page_explain(&page, stream, error);
	if (result == 0)
		result = write_findings(stream, &page, error);
	free(bytes);
	return result;
}
