/* Inside lib/image: a PNG file for libpng to read, inflated already.
 *
 * Most of the time that libpng takes goes to zlib's inflate. libdeflate does that five times as fast, but only all at
 * once, and libpng cannot be given other inflaters. So the pixels are inflated first, and what libpng then reads is the
 * same file with them in blocks that are merely stored (RFC 1951, 3.2.4), which zlib copies. libpng still does all the rest:
 * filters, palettes, depths, every other chunk. */
#ifndef IMAGE_PNG_SOURCE_H
#define IMAGE_PNG_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes that lie together. */
struct png_piece {
	const unsigned char *bytes;
	size_t size;
};

struct png_source {
	struct png_piece piece; /* what is read now */
	enum { PNG_CHUNK, PNG_BLOCK, PNG_PIXELS, PNG_CHECKSUMS, PNG_REST, PNG_END } stage; /* what is read next */
	bool inflated;          /* all checksums of the file were right; those of the stored pixels are not, and not to be looked at */
	unsigned char *pixels;  /* NULL: the file is read as it is */
	size_t size, position;  /* of the pixels, bytes, and where those begin that were no piece yet */
	struct png_piece rest;  /* of the file, behind its pixels */
	unsigned char header[16];
};

/* Begins to read a file. Where anything in it is unusual or wrong it is read as it is, and libpng says what is wrong. The
 * caller ends with png_source_close; `bytes` must stay until then. */
void png_source_open(struct png_source *source, const unsigned char *bytes, size_t size);

/* Reads exactly `size` bytes. Returns false where there are not so many. */
bool png_source_read(struct png_source *source, unsigned char *out, size_t size);

void png_source_close(struct png_source *source);

/* Finds the first chunk of a kind anywhere in a file. Returns whether there is one; its checksum is not looked at. */
bool png_find_chunk(const unsigned char *bytes, size_t size, const char *kind, struct png_piece *content);

#endif
