#include "image/png_source.h"

#include "base/bytes.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <libdeflate.h>

enum {
	SIGNATURE = 8,
	CHUNK_OVERHEAD = 12 /* bytes of length, type and CRC */,
	BLOCK_MAXIMUM = 65535,
	BLOCK_HEADER = 5
};

static bool is_kind(const unsigned char *chunk, const char *kind)
{
	return memcmp(chunk + 4, kind, 4) == 0;
}

/* Size of the inflated pixels, with a filter byte before each row (PNG 1.2, section 2.3); 0:
 * unsupported or invalid. */
static size_t inflated_size(const unsigned char *bytes, size_t size)
{
	static const unsigned char channels[7] = {1, 0, 3, 1, 2, 0, 4};
	if (size < SIGNATURE + 25 || load_u32_big(bytes + SIGNATURE) != 13 ||
		!is_kind(bytes + SIGNATURE, "IHDR"))
		return 0;
	const unsigned char *header = bytes + SIGNATURE + 8;
	size_t width = load_u32_big(header), height = load_u32_big(header + 4), depth = header[8];
	bool interlaced = header[12] != 0;
	if (header[9] > 6 || depth > 16 || interlaced || width > INT32_MAX || height > INT32_MAX)
		return 0;
	return ((width * channels[header[9]] * depth + 7) / 8 + 1) * height;
}

bool png_find_chunk(const unsigned char *bytes, size_t size, const char *kind,
	struct png_piece *content)
{
	for (size_t position = SIGNATURE; position < size && size - position >= CHUNK_OVERHEAD;) {
		size_t length = load_u32_big(bytes + position);
		if (length > size - position - CHUNK_OVERHEAD)
			return false;
		if (is_kind(bytes + position, kind)) {
			*content = (struct png_piece){bytes + position + 8, length};
			return true;
		}
		position += CHUNK_OVERHEAD + length;
	}
	return false;
}

/* The consecutive IDAT chunks. */
struct idat_run {
	size_t first, end; /* offsets in the file */
	size_t size;       /* of their contents */
};

/* Returns whether the file is complete, with correct CRCs. */
static bool find_run(const unsigned char *bytes, size_t size, struct idat_run *run)
{
	size_t position = SIGNATURE;
	*run = (struct idat_run){0};
	while (position < size && size - position >= CHUNK_OVERHEAD) {
		const unsigned char *chunk = bytes + position;
		size_t length = load_u32_big(chunk);
		if (length > size - position - CHUNK_OVERHEAD ||
			libdeflate_crc32(0, chunk + 4, length + 4) !=
				load_u32_big(chunk + 8 + length))
			return false;
		if (is_kind(chunk, "IEND"))
			return run->end > 0;
		if (is_kind(chunk, "IDAT")) {
			if (run->end && run->end != position)
				return false;
			run->first = run->end ? run->first : position;
			run->size += length;
			run->end = position + CHUNK_OVERHEAD + length;
		}
		position += CHUNK_OVERHEAD + length;
	}
	return false;
}

/* Inflates the pixels from one contiguous copy, as libdeflate needs. */
static bool inflate_run(const unsigned char *bytes, const struct idat_run *run,
	unsigned char *pixels, size_t size)
{
	struct libdeflate_decompressor *decompressor = libdeflate_alloc_decompressor();
	unsigned char *joined = malloc(run->size ? run->size : 1), *to = joined;
	bool inflated = false;
	if (decompressor && joined) {
		for (size_t position = run->first; position < run->end;) {
			size_t length = load_u32_big(bytes + position);
			memcpy(to, bytes + position + 8, length);
			to += length;
			position += CHUNK_OVERHEAD + length;
		}
		inflated = libdeflate_zlib_decompress(decompressor, joined, run->size, pixels, size,
				   NULL) == LIBDEFLATE_SUCCESS;
	}
	free(joined);
	libdeflate_free_decompressor(decompressor);
	return inflated;
}

/* Header of the single IDAT chunk and of zlib, with the smallest window, 256 bytes (RFC 1950). */
static void start_chunk(struct png_source *source)
{
	size_t blocks = (source->size + BLOCK_MAXIMUM - 1) / BLOCK_MAXIMUM;
	store_u32_big(source->header, (uint32_t)(2 + source->size + blocks * BLOCK_HEADER + 4));
	memcpy(source->header + 4, "IDAT\x08\x1d", 6);
	source->piece = (struct png_piece){source->header, 10};
}

void png_source_open(struct png_source *source, const unsigned char *bytes, size_t size)
{
	enum {
		SIZE_MAXIMUM = 1 << 30,
		EXPANSION_MAXIMUM = 1040
	}; /* the ratio of deflate is at most 1032 */
	struct idat_run run;
	*source = (struct png_source){.piece = {bytes, size}, .stage = PNG_END};
	size_t inflated = inflated_size(bytes, size);
	if (!inflated || inflated > SIZE_MAXIMUM || !find_run(bytes, size, &run) ||
		inflated / EXPANSION_MAXIMUM > run.size)
		return;
	unsigned char *pixels = malloc(inflated);
	if (!pixels || !inflate_run(bytes, &run, pixels, inflated)) {
		free(pixels);
		return;
	}
	*source = (struct png_source){.piece = {bytes, run.first},
		.inflated = true,
		.pixels = pixels,
		.size = inflated,
		.rest = {bytes + run.end, size - run.end},
		.stage = PNG_CHUNK};
}

/* Header of a stored block: whether it is the last, its length, and the complement of that. */
static void start_block(struct png_source *source, size_t length)
{
	unsigned char *header = source->header;
	header[0] = source->position + length == source->size;
	store_u16(header + 1, (uint16_t)length);
	store_u16(header + 3, (uint16_t)~length);
	source->piece = (struct png_piece){header, BLOCK_HEADER};
}

/* Moves to the next piece. Returns whether there is one. */
static bool next_piece(struct png_source *source)
{
	size_t remaining = source->size - source->position,
	       length = remaining < BLOCK_MAXIMUM ? remaining : BLOCK_MAXIMUM;
	switch (source->stage) {
	case PNG_CHUNK:
		start_chunk(source);
		source->stage = PNG_BLOCK;
		return true;
	case PNG_BLOCK:
		start_block(source, length);
		source->stage = PNG_PIXELS;
		return true;
	case PNG_PIXELS:
		source->piece = (struct png_piece){source->pixels + source->position, length};
		source->position += length;
		source->stage = source->position < source->size ? PNG_BLOCK : PNG_CHECKSUMS;
		return true;
	case PNG_CHECKSUMS:
		memset(source->header, 0, 8);
		source->piece = (struct png_piece){source->header, 8};
		source->stage = PNG_REST;
		return true;
	case PNG_REST:
		source->piece = source->rest;
		source->stage = PNG_END;
		return true;
	case PNG_END:
		break;
	}
	return false;
}

bool png_source_read(struct png_source *source, unsigned char *out, size_t size)
{
	while (size > 0) {
		if (source->piece.size == 0 && !next_piece(source))
			return false;
		size_t part = size < source->piece.size ? size : source->piece.size;
		memcpy(out, source->piece.bytes, part);
		source->piece.bytes += part;
		source->piece.size -= part;
		out += part;
		size -= part;
	}
	return true;
}

void png_source_close(struct png_source *source)
{
	free(source->pixels);
}
