/* The recipe of a data set. */
#include "common/fuzz.h"

#include "scrape/dataset_recipe.h"

#include <assert.h>

bool fuzz_try(const unsigned char *bytes, size_t size)
{
	struct dataset_recipe dataset;
	struct error error = {0};
	if (dataset_recipe_read(&dataset, fuzz_file(bytes, size), &error))
		return fuzz_refused(&error);
	assert(dataset.classes.count && dataset.classes.count == dataset.queries.count &&
		dataset.sites.count);
	for (size_t i = 0; i < dataset.classes.count; i++)
		assert(text_is_class_name(dataset.classes.items[i]));
	dataset_recipe_free(&dataset);
	return true;
}
