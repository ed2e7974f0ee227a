#include "stream/format.h"

#include "base/bytes.h"

#include <libdeflate.h>

static const unsigned char magic[8] = {0x89, 'T', 'E', 'N', 'S', '\r', '\n', 0x1A};

bool stream_has_magic(const unsigned char *bytes, size_t size)
{
	return size >= sizeof magic && memcmp(bytes, magic, sizeof magic) == 0;
}

void chunk_store(const struct chunk *chunk, unsigned char out[CHUNK_HEADER_SIZE])
{
	memset(out, 0, CHUNK_HEADER_SIZE);
	memcpy(out, magic, sizeof magic);
	store_u32(out + 8, chunk->type);
	store_u16(out + 12, CHUNK_MAJOR);
	store_u16(out + 14, CHUNK_MINOR);
	store_u32(out + 20, chunk->features);
	store_u64(out + 24, chunk->sequence);
	store_u64(out + 32, chunk->stored_size);
	store_u64(out + 40, chunk->raw_size);
	store_u32(out + 48, chunk->records);
	store_u32(out + 52, chunk->codec);
	store_u32(out + 56, chunk->checksum);
	store_u32(out + 60, libdeflate_crc32(0, out, 60));
}

/* Upper bound of the decompressed size: deflate's maximum ratio is 1032 to 1 (zlib's technical
 * notes), plus the frame. */
static uint64_t inflated_maximum(uint64_t size)
{
	return size * 1032 + 64;
}

static const char *check_sizes(const struct chunk *chunk)
{
	uint64_t limit = chunk->type == CHUNK_HEAD ? STREAM_HEAD_MAXIMUM : STREAM_CHUNK_MAXIMUM;
	if (chunk->stored_size > limit || chunk->raw_size > limit)
		return "payload is larger than the format allows";
	if (chunk->codec == STREAM_RAW && chunk->stored_size != chunk->raw_size)
		return "raw payload has two lengths";
	if (chunk->codec == STREAM_ZLIB && chunk->raw_size > inflated_maximum(chunk->stored_size))
		return "payload claims more bytes than it can hold";
	return NULL;
}

const char *chunk_load(struct chunk *chunk, const unsigned char bytes[CHUNK_HEADER_SIZE])
{
	if (!stream_has_magic(bytes, CHUNK_HEADER_SIZE))
		return "is not a tensor stream";
	if (load_u32(bytes + 60) != libdeflate_crc32(0, bytes, 60))
		return "header checksum differs";
	if (load_u16(bytes + 12) != CHUNK_MAJOR)
		return "unknown version of the format";
	if (load_u32(bytes + 16) != 0)
		return "needs an unknown feature";
	*chunk = (struct chunk){
		.type = load_u32(bytes + 8),
		.features = load_u32(bytes + 20),
		.sequence = load_u64(bytes + 24),
		.stored_size = load_u64(bytes + 32),
		.raw_size = load_u64(bytes + 40),
		.records = load_u32(bytes + 48),
		.codec = load_u32(bytes + 52),
		.checksum = load_u32(bytes + 56),
	};
	if (chunk->codec != STREAM_RAW && chunk->codec != STREAM_ZLIB)
		return "unknown codec";
	if (chunk->type != CHUNK_DATA && chunk->records != 0)
		return "records outside a data chunk";
	return check_sizes(chunk);
}

bool chunk_is_ancillary(uint32_t type)
{
	unsigned char first = type & 0xFF;
	return first >= 'a' && first <= 'z';
}

size_t chunk_padding(uint64_t stored_size)
{
	return (size_t)(-stored_size % CHUNK_ALIGNMENT);
}

size_t descriptor_size(const struct stream_head *head)
{
	size_t label = head->label == STREAM_LABEL_INDEX ? 4 : 4 * head->classes.count;
	return label + DESCRIPTOR_FIXED_SIZE;
}

bool tensors_need_swap(const struct stream_head *head)
{
	const uint32_t one = 1;
	return head->type == STREAM_F32 && *(const unsigned char *)&one != 1;
}

void swap_values(unsigned char *values, size_t count)
{
	for (; count; count--, values += 4) {
		const unsigned char reversed[4] = {values[3], values[2], values[1], values[0]};
		memcpy(values, reversed, sizeof reversed);
	}
}
