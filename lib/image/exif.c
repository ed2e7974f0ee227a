#include "image/decoders.h"

#include <stdbool.h>
#include <string.h>

/* A TIFF block in either byte order; all reads are bounds-checked. */
struct tiff {
	const unsigned char *bytes;
	size_t size;
	bool big_endian;
};

static bool read_number(const struct tiff *tiff, size_t offset, int length, uint32_t *value)
{
	if (offset > tiff->size || tiff->size - offset < (size_t)length)
		return false;
	*value = 0;
	for (int i = 0; i < length; i++)
		*value = *value << 8 |
			tiff->bytes[offset + (size_t)(tiff->big_endian ? i : length - 1 - i)];
	return true;
}

int exif_orientation(const unsigned char *bytes, size_t size)
{
	enum { TAG_ORIENTATION = 0x0112, TYPE_SHORT = 3, ENTRY_SIZE = 12 };
	if (size < 8 || (memcmp(bytes, "II*\0", 4) && memcmp(bytes, "MM\0*", 4)))
		return 1;
	struct tiff tiff = {bytes, size, bytes[0] == 'M'};
	uint32_t directory, entries, tag, type, value;
	if (!read_number(&tiff, 4, 4, &directory) || !read_number(&tiff, directory, 2, &entries))
		return 1;
	for (uint32_t i = 0; i < entries; i++) {
		size_t entry = (size_t)directory + 2 + (size_t)i * ENTRY_SIZE;
		if (!read_number(&tiff, entry, 2, &tag))
			return 1;
		if (tag == TAG_ORIENTATION)
			return read_number(&tiff, entry + 2, 2, &type) && type == TYPE_SHORT &&
					read_number(&tiff, entry + 8, 2, &value) && value >= 1 &&
					value <= 8
				? (int)value
				: 1;
	}
	return 1;
}
