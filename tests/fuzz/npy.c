/* A NumPy array: all its values can be accessed. */
#include "common/fuzz.h"

#include "dataset/npy.h"

#include <assert.h>

bool fuzz_try(const unsigned char *bytes, size_t size)
{
	struct ndarray array;
	struct error error = {0};
	double minimum, maximum;
	if (npy_read(&array, fuzz_file(bytes, size), &error))
		return fuzz_refused(&error);
	assert(ndarray_count(&array) <= size &&
		array.sizes[0] * ndarray_row_count(&array) == ndarray_count(&array));
	if (ndarray_range(&array, &minimum, &maximum))
		assert(minimum <= maximum);
	(void)ndarray_value(&array, array.sizes[0] - 1, ndarray_row_count(&array) - 1);
	ndarray_free(&array);
	return true;
}
