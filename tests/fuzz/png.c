/* A PNG with correct checksums: libpng reads it through the pixels that were inflated before. */
#include "common/fuzz.h"

#include "image/decoders.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { SIGNATURE_SIZE = 8, FRAME_SIZE = 12 };

/* Corrects the checksums, as an attacker would. */
static void fix_checksums(unsigned char *bytes, size_t size)
{
	for (size_t at = SIGNATURE_SIZE; size >= at + FRAME_SIZE;) {
		uint32_t length, sum;
		memcpy(&length, bytes + at, 4);
		length = ntohl(length);
		if (length > size - at - FRAME_SIZE)
			return;
		sum = htonl((uint32_t)crc32(0, bytes + at + 4, length + 4));
		memcpy(bytes + at + 8 + length, &sum, 4);
		at += FRAME_SIZE + length;
	}
}

bool fuzz_try(const unsigned char *bytes, size_t size)
{
	struct image image;
	struct error error = {0};
	struct image_decode_options options = {.keep_alpha = 1, .pixels_maximum = 1 << 16};
	unsigned char *fixed = malloc(size + 1);
	if (!fixed)
		abort();
	memcpy(fixed, bytes, size);
	fix_checksums(fixed, size);
	bool accepted = decode_in_process(fixed, size, "picture", &options, &image, &error) == 0 ||
		fuzz_refused(&error);
	assert(!accepted || image.channels == 4);
	image_free(&image);
	free(fixed);
	return accepted;
}
