/* A Keras model's JSON. */
#include "common/fuzz.h"

#include "model/model.h"

#include <assert.h>

bool fuzz_try(const unsigned char *bytes, size_t size)
{
	struct architecture architecture;
	struct shape shapes[LAYERS_MAXIMUM];
	struct error error = {0};
	if (architecture_read(&architecture, fuzz_file(bytes, size), &error))
		return fuzz_refused(&error);
	assert(architecture.layer_count >= 1 && architecture.layer_count <= LAYERS_MAXIMUM);
	assert(architecture_shapes(&architecture, shapes, &error) == 0);
	architecture_free(&architecture);
	return true;
}
