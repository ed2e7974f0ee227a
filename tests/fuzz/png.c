/* A PNG with right checksums: libpng reads it through the pixels that were inflated before. */
#include "common/fuzz.h"

#include "image/decoders.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { SIGNATURE_SIZE = 8, FRAME_SIZE = 12 };

/* Checksums keep nobody out who means harm. */
static void mend(unsigned char *bytes, size_t size)
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
	unsigned char *mended = malloc(size + 1);
	if (!mended)
		abort();
	memcpy(mended, bytes, size);
	mend(mended, size);
	bool taken = decode_here(mended, size, "picture", &options, &image, &error) == 0 || fuzz_refused(&error);
	assert(!taken || image.channels == 4);
	image_free(&image);
	free(mended);
	return taken;
}
