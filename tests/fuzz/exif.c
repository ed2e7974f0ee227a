/* An EXIF block. Accepted: the orientation is not upright. */
#include "common/fuzz.h"

#include "image/decoders.h"

#include <assert.h>

bool fuzz_try(const unsigned char *bytes, size_t size)
{
	int orientation = exif_orientation(bytes, size);
	assert(orientation >= 1 && orientation <= 8);
	return orientation > 1;
}
