/* A NumPy array: every value of it can be looked at. */
#include "common/fuzz.h"

#include "dataset/npy.h"

#include <assert.h>

bool fuzz_try(const unsigned char *bytes, size_t size)
{
	struct array array;
	struct error error = {0};
	double minimum, maximum;
	if (npy_read(&array, fuzz_file(bytes, size), &error))
		return fuzz_refused(&error);
	assert(array_count(&array) <= size && array.sizes[0] * array_row_count(&array) == array_count(&array));
	if (array_range(&array, &minimum, &maximum))
		assert(minimum <= maximum);
	(void)array_value(&array, array.sizes[0] - 1, array_row_count(&array) - 1);
	array_free(&array);
	return true;
}
