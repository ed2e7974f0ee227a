/* A site's recipe; a valid one makes URLs. */
#include "common/fuzz.h"

#include "recipe/recipe.h"

#include <stdlib.h>

bool fuzz_try(const unsigned char *bytes, size_t size)
{
	static const char key[] = "secret";
	struct recipe recipe;
	struct error error = {0};
	struct text_list urls = {0};
	double seconds = 5;
	bool known;
	if (recipe_read(&recipe, fuzz_file(bytes, size), &error))
		return fuzz_refused(&error);
	for (size_t i = 0; i < recipe.key_count; i++)
		if (recipe_set_key(&recipe, recipe.keys[i].name, key, &known, &error))
			abort();
	if (recipe_fill_headers(&recipe, &error))
		(void)fuzz_refused(&error);
	char *page =
		recipe_page_url(&recipe, "http://example.org/api", "Category:a query", 1, &error);
	if (page)
		free(recipe_hide_keys(&recipe, page));
	free(page);
	for (size_t i = 0; i < recipe.item_count; i++)
		if (recipe_image_urls(&recipe, &recipe.items[i],
			    "http://example.org/thumb/a.png?size=100", &seconds, &urls, &error))
			(void)fuzz_refused(&error);
	text_list_free(&urls);
	recipe_free(&recipe);
	return true;
}
