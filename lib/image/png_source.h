/* Inside lib/image: input of libpng from a PNG file whose pixels are already inflated.
 *
 * libpng spends most of its time in zlib's inflate. libdeflate is five times as fast, but only for
 * a whole buffer, and libpng cannot use another library. So the pixels are inflated first, and
 * libpng reads the same file with them in stored blocks (RFC 1951, 3.2.4), which zlib copies.
 * libpng still does all the rest: filters, palettes, depths, every other chunk. */
#ifndef IMAGE_PNG_SOURCE_H
#define IMAGE_PNG_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

/* Contiguous bytes. */
struct png_piece {
	const unsigned char *bytes;
	size_t size;
};

struct png_source {
	struct png_piece piece; /* the current piece */
	enum {
		PNG_CHUNK,
		PNG_BLOCK,
		PNG_PIXELS,
		PNG_CHECKSUMS,
		PNG_REST,
		PNG_END
	} stage;       /* the next piece */
	bool inflated; /* the CRCs of the file were correct; those of the stored blocks are not set
	                  and must be ignored */
	unsigned char *pixels; /* NULL: the file is read unchanged */
	size_t size, position; /* of the pixels in bytes, and the start of the next piece */
	struct png_piece rest; /* of the file, after its pixels */
	unsigned char header[16];
};

/* Opens a file. If anything in it is unusual or wrong it is read unchanged, and libpng reports
 * errors. The caller ends with png_source_close; `bytes` must stay valid until then. */
void png_source_open(struct png_source *source, const unsigned char *bytes, size_t size);

/* Reads exactly `size` bytes. Returns false if there are fewer. */
bool png_source_read(struct png_source *source, unsigned char *out, size_t size);

void png_source_close(struct png_source *source);

/* Finds the first chunk of a kind anywhere in a file. Returns whether there is one; its CRC is not
 * checked. */
bool png_find_chunk(const unsigned char *bytes, size_t size, const char *kind,
	struct png_piece *content);

#endif
