/* The binary format of chunks, for reader and writer (tens.5). */
#ifndef STREAM_FORMAT_H
#define STREAM_FORMAT_H

#include "stream/stream.h"

enum {
	CHUNK_HEADER_SIZE = 64,
	CHUNK_ALIGNMENT = 64,
	CHUNK_MAJOR = 1,
	CHUNK_MINOR = 0,
	INDEX_ENTRY_SIZE = 16, /* u64 offset in the segment, u64 records before it */
	END_SIZE = 80, /* u64 records, u64 data chunks, SHA-256 of the head, SHA-256 of the data */
	DESCRIPTOR_FIXED_SIZE =
		28, /* after the label: u64 id, u32 name offset, 16 bytes of digest */
};

/* Chunk types as load_u32 reads them. */
enum {
	CHUNK_HEAD = 'H' | 'E' << 8 | 'A' << 16 | 'D' << 24,
	CHUNK_DATA = 'D' | 'A' << 8 | 'T' << 16 | 'A' << 24,
	CHUNK_INDEX = 'I' | 'N' << 8 | 'D' << 16 | 'X' << 24,
	CHUNK_END = 'E' | 'N' << 8 | 'D' << 16 | 'S' << 24,
};

/* Compatible feature of an end: another segment of the run follows. */
enum { CHUNK_MORE = 1 };

/* The variable fields of a chunk header. */
struct chunk {
	uint32_t type;
	uint64_t sequence; /* number of the chunk in its segment; that of the head is 0 */
	uint64_t stored_size,
		raw_size; /* bytes of the payload as stored, and after decompression */
	uint32_t records;
	uint32_t codec;    /* enum stream_codec */
	uint32_t features; /* compatible ones: CHUNK_MORE in an end */
	uint32_t checksum; /* CRC-32 of the stored payload */
};

/* Encodes a header, with its own checksum. */
void chunk_store(const struct chunk *chunk, unsigned char out[CHUNK_HEADER_SIZE]);

/* Decodes and checks a header: magic, checksum, version, features, limits. Returns NULL, or the
 * reason of an error. */
const char *chunk_load(struct chunk *chunk, const unsigned char bytes[CHUNK_HEADER_SIZE]);

/* Whether a chunk is ancillary, so that a reader that does not know its type skips it: its first
 * letter is lower-case. */
bool chunk_is_ancillary(uint32_t type);

/* Number of zero bytes between a payload and the next chunk. */
size_t chunk_padding(uint64_t stored_size);

/* Size of a descriptor in bytes. */
size_t descriptor_size(const struct stream_head *head);

/* Whether the byte order of tensors must be swapped: f32 on a big-endian machine. */
bool tensors_need_swap(const struct stream_head *head);

/* Reverses the bytes of each of `count` f32 values in place. */
void swap_values(unsigned char *values, size_t count);

#endif
