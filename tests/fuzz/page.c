/* A page or API response, read by recipes that together use every kind of step. Accepted: one of
 * them finds an image. */
#include "common/fuzz.h"

#include "scrape/page_source.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static bool read_as(const struct recipe *recipe, const unsigned char *bytes, size_t size)
{
	struct page_source source;
	struct error error = {0};
	struct page_findings findings = {0};
	char *url = NULL;
	if (page_source_init(&source, recipe, "", "http://example.org/a/b", NULL, &error) ||
		page_source_next(&source, &url, &error) != 1)
		abort();
	struct page page = page_source_current(&source, url);
	page.side_minimum = 64;
	page.bytes = bytes;
	page.size = size;
	if (page_read(&page, &findings, &error) || page_source_add(&source, &findings, &error) ||
		page_source_check_first(&source, &findings, &error))
		(void)fuzz_refused(&error);
	for (size_t i = 0; i < findings.image_count; i++)
		for (size_t j = 0; j < findings.images[i].urls.count; j++)
			assert(strncmp(findings.images[i].urls.items[j], "http", 4) == 0);
	bool found = findings.image_count > 0;
	page_findings_free(&findings);
	free(url);
	page_source_free(&source);
	return found;
}

bool fuzz_try(const unsigned char *bytes, size_t size)
{
	static const char *const names[] = {"page", "bing", "google", "mediawiki", "safebooru",
		"openverse"};
	enum { RECIPES = sizeof names / sizeof *names };
	static struct recipe recipes[RECIPES];
	bool accepted = false;
	for (int i = 0; i < RECIPES; i++) {
		if (!recipes[i].name && recipe_read(&recipes[i], names[i], NULL))
			abort();
		accepted |= read_as(&recipes[i], bytes, size);
	}
	return accepted;
}
