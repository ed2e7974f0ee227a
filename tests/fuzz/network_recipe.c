/* The recipe of a network. */
#include "common/fuzz.h"

#include "architectures/architectures.h"
#include "networks/network_recipe.h"

#include <assert.h>
#include <string.h>

bool fuzz_try(const unsigned char *bytes, size_t size)
{
	struct network_recipe recipe;
	struct error error = {0};
	if (network_recipe_read(&recipe, fuzz_file(bytes, size), &error))
		return fuzz_refused(&error);
	assert(architecture_is_builtin(recipe.architecture) && recipe.title);
	assert(recipe.input.width > 0 && recipe.input.height > 0 && recipe.input.channels == 3);
	assert(recipe.values.scale[0] > 0);
	assert(strspn(recipe.published.md5, "0123456789abcdef") == strlen(recipe.published.md5));
	network_recipe_free(&recipe);
	return true;
}
