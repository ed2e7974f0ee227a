/* The bytes of a chunk, which reader and writer share (tens.5). */
#ifndef STREAM_FORMAT_H
#define STREAM_FORMAT_H

#include "stream/stream.h"

enum {
	CHUNK_HEADER_SIZE = 64,
	CHUNK_ALIGNMENT = 64,
	CHUNK_MAJOR = 1,
	CHUNK_MINOR = 0,
	INDEX_ENTRY_SIZE = 16,      /* u64 offset in the segment, u64 records before it */
	END_SIZE = 80,              /* u64 records, u64 data chunks, SHA-256 of the head, SHA-256 of the data */
	DESCRIPTOR_FIXED_SIZE = 28, /* after the label: u64 id, u32 name offset, 16 bytes of digest */
};

/* Chunk types as load_u32 reads them. */
enum {
	CHUNK_HEAD = 'H' | 'E' << 8 | 'A' << 16 | 'D' << 24,
	CHUNK_DATA = 'D' | 'A' << 8 | 'T' << 16 | 'A' << 24,
	CHUNK_INDEX = 'I' | 'N' << 8 | 'D' << 16 | 'X' << 24,
	CHUNK_END = 'E' | 'N' << 8 | 'D' << 16 | 'S' << 24,
};

/* In the features of an end: the next segment of the run follows. */
enum { CHUNK_MORE = 1 };

/* A chunk header, less what is the same in all of them. */
struct chunk {
	uint32_t type;
	uint64_t sequence;              /* number of the chunk in its segment, the head's is 0 */
	uint64_t stored_size, raw_size; /* bytes of the payload as stored, and after decompression */
	uint32_t records;
	uint32_t codec;                 /* enum stream_codec */
	uint32_t features;              /* compatible ones: CHUNK_MORE in an end */
	uint32_t checksum;              /* CRC-32 of the stored payload */
};

/* Writes the header's bytes, its own checksum included. */
void chunk_store(const struct chunk *chunk, unsigned char out[CHUNK_HEADER_SIZE]);

/* Reads and checks a header alone: magic, checksum, version, features, limits. Returns NULL, or what is wrong. */
const char *chunk_load(struct chunk *chunk, const unsigned char bytes[CHUNK_HEADER_SIZE]);

/* Whether a reader that does not know the type may pass over it: its first letter is lower-case. */
bool chunk_may_be_skipped(uint32_t type);

/* Zero bytes from the end of a payload to the next chunk. */
size_t chunk_padding(uint64_t stored_size);

/* Bytes of one descriptor. */
size_t descriptor_size(const struct stream_head *head);

/* Whether tensors in memory differ from the file's: f32 on a machine that is not little-endian. */
bool tensors_need_swap(const struct stream_head *head);

/* Reverses the bytes of each of `count` f32 values in place. */
void swap_values(unsigned char *values, size_t count);

#endif
