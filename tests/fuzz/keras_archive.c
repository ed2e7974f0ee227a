/* Zip archives of models, such as .keras. What is stored without compression gets the checksum of
 * its bytes first, so that changes of it reach its parser. */
#include "base/bytes.h"
#include "common/fuzz.h"
#include "common/parsed.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* Sizes of the headers of an entry: in the archive's directory, and before its bytes (APPNOTE.TXT
 * 4.3.12 and 4.3.7). */
enum { DIRECTORY_HEADER = 46, LOCAL_HEADER = 30 };

/* The entry that the directory has at `header`. */
static void fix_entry(unsigned char *archive, size_t size, unsigned char *header)
{
	size_t count = load_u32(header + 20), at = load_u32(header + 42);
	if (load_u16(header + 10) != 0 || at > size || size - at < LOCAL_HEADER)
		return;
	size_t begin =
		at + LOCAL_HEADER + load_u16(archive + at + 26) + load_u16(archive + at + 28);
	if (begin <= size && count <= size - begin)
		store_u32(header + 16, (uint32_t)crc32(0, archive + begin, (uInt)count));
}

static void fix_checksums(unsigned char *archive, size_t size)
{
	unsigned char *header = archive;
	while ((header = memmem(header, size - (size_t)(header - archive), "PK\1\2", 4))) {
		if (size - (size_t)(header - archive) < DIRECTORY_HEADER)
			return;
		fix_entry(archive, size, header);
		header += 4;
	}
}

bool fuzz_try(const unsigned char *bytes, size_t size)
{
	struct error error = {0};
	unsigned char *archive = malloc(size + !size);
	if (!archive)
		abort();
	memcpy(archive, bytes, size);
	fix_checksums(archive, size);
	int result = fuzz_parse("model.keras", archive, size, &error);
	free(archive);
	return result == 0 || fuzz_refused(&error);
}
