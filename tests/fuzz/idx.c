/* An IDX file, plain or compressed, of one to three dimensions. */
#include "common/fuzz.h"

#include "dataset/idx.h"

#include <assert.h>

bool fuzz_try(const unsigned char *bytes, size_t size)
{
	bool accepted = false;
	for (int dimensions = 1; dimensions <= 3; dimensions++) {
		struct ndarray array;
		struct error error = {0};
		double minimum, maximum;
		if (idx_read(&array, fuzz_file(bytes, size), dimensions, &error)) {
			(void)fuzz_refused(&error);
			continue;
		}
		assert(ndarray_range(&array, &minimum, &maximum) && minimum >= 0 && maximum <= 255);
		ndarray_free(&array);
		accepted = true;
	}
	return accepted;
}
