#include "stream/format.h"
#include "stream/head.h"

#include "base/array.h"
#include "base/bytes.h"
#include "base/digest.h"

#include <errno.h>
#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* A chunk is written before it would exceed this; a larger record has a chunk of its own. */
enum { CHUNK_TARGET_SIZE = 1 << 20 };

struct stream_writer {
	FILE *stream;
	char *name;
	enum stream_codec codec;
	struct stream_head head;
	size_t tensor_size;
	struct buffer tensors, descriptors, names; /* of the chunk being built */
	uint32_t count;                            /* of its records */
	unsigned char *compressed;                 /* a payload */
	size_t compressed_capacity;
	struct buffer index;
	uint64_t offset, sequence;     /* in the segment, of the next chunk */
	uint64_t records, data_chunks; /* written */
	unsigned char head_digest[DIGEST_SIZE];
	struct digest *digest; /* of the data */
	bool more;             /* another segment follows */
};

void stream_abandon(struct stream_writer *writer)
{
	if (!writer)
		return;
	digest_abandon(writer->digest);
	stream_head_free(&writer->head);
	free(writer->tensors.bytes);
	free(writer->descriptors.bytes);
	free(writer->names.bytes);
	free(writer->compressed);
	free(writer->index.bytes);
	free(writer->name);
	free(writer);
}

/* ---- chunks ---- */

static unsigned char *reserve_compressed(struct stream_writer *writer, size_t size)
{
	if (size <= writer->compressed_capacity)
		return writer->compressed;
	free(writer->compressed);
	writer->compressed = malloc(size);
	writer->compressed_capacity = writer->compressed ? size : 0;
	return writer->compressed;
}

/* Compresses `payload` if that makes it smaller. Returns the payload to store, NULL without
 * memory. */
static const unsigned char *compress_payload(struct stream_writer *writer, struct chunk *chunk,
	const unsigned char *payload)
{
	uLongf size = compressBound((uLong)chunk->raw_size);
	unsigned char *compressed = reserve_compressed(writer, size);
	if (!compressed ||
		compress2(compressed, &size, payload, (uLong)chunk->raw_size,
			Z_DEFAULT_COMPRESSION) != Z_OK)
		return NULL;
	if (size >= chunk->raw_size)
		return payload;
	chunk->codec = STREAM_ZLIB;
	chunk->stored_size = size;
	return compressed;
}

static int put_chunk(struct stream_writer *writer, uint32_t type, uint32_t records,
	const unsigned char *payload, size_t size, struct error *error)
{
	static const unsigned char zeros[CHUNK_ALIGNMENT];
	struct chunk chunk = {.type = type,
		.sequence = writer->sequence,
		.stored_size = size,
		.raw_size = size,
		.records = records,
		.codec = STREAM_RAW,
		.features = type == CHUNK_END && writer->more ? CHUNK_MORE : 0};
	if (type == CHUNK_DATA && writer->codec == STREAM_ZLIB)
		payload = compress_payload(writer, &chunk, payload);
	if (!payload)
		return error_memory(error, writer->name);
	unsigned char header[CHUNK_HEADER_SIZE];
	size_t stored = (size_t)chunk.stored_size, padding = chunk_padding(stored);
	chunk.checksum = libdeflate_crc32(0, payload, stored);
	chunk_store(&chunk, header);
	errno = EIO;
	if (fwrite(header, 1, sizeof header, writer->stream) != sizeof header ||
		fwrite(payload, 1, stored, writer->stream) != stored ||
		fwrite(zeros, 1, padding, writer->stream) != padding)
		return error_system(error, writer->name);
	writer->sequence++;
	writer->offset += CHUNK_HEADER_SIZE + stored + padding;
	return 0;
}

static int put_data(struct stream_writer *writer, struct error *error)
{
	if (writer->count == 0)
		return 0;
	struct buffer *payload = &writer->tensors;
	unsigned char entry[INDEX_ENTRY_SIZE];
	store_u64(entry, writer->offset);
	store_u64(entry + 8, writer->records);
	if (!buffer_append(&writer->index, entry, sizeof entry) ||
		!buffer_append(payload, writer->descriptors.bytes, writer->descriptors.size) ||
		!buffer_append(payload, writer->names.bytes, writer->names.size))
		return error_memory(error, writer->name);
	digest_add(writer->digest, payload->bytes, payload->size);
	if (put_chunk(writer, CHUNK_DATA, writer->count, payload->bytes, payload->size, error))
		return -1;
	writer->records += writer->count;
	writer->data_chunks++;
	writer->tensors.size = writer->descriptors.size = writer->names.size = 0;
	writer->count = 0;
	return 0;
}

/* ---- a segment ---- */

static int put_head(struct stream_writer *writer, struct error *error)
{
	char *text;
	size_t size;
	if (head_encode(&writer->head, writer->name, &text, &size, error))
		return -1;
	digest_of(text, size, writer->head_digest);
	int result = put_chunk(writer, CHUNK_HEAD, 0, (const unsigned char *)text, size, error);
	free(text);
	return result;
}

int stream_begin(struct stream_writer **out, FILE *stream, const char *name,
	const struct stream_head *head, enum stream_codec codec, struct error *error)
{
	*out = NULL;
	if (head_check(head, name, error))
		return -1;
	struct stream_writer *writer = calloc(1, sizeof *writer);
	if (!writer)
		return error_memory(error, name);
	writer->stream = stream;
	writer->codec = codec;
	writer->tensor_size = stream_tensor_size(head);
	writer->name = text_format("%s", name);
	writer->digest = digest_start();
	int result = writer->name && writer->digest ? 0 : error_memory(error, name);
	if (result == 0)
		result = stream_head_copy(&writer->head, head, error);
	if (result == 0)
		result = put_head(writer, error);
	if (result) {
		stream_abandon(writer);
		return -1;
	}
	*out = writer;
	return 0;
}

static int check_record(const struct stream_writer *writer, const struct stream_record *record,
	struct error *error)
{
	size_t classes = writer->head.classes.count;
	if (strlen(record->source) > STREAM_SOURCE_MAXIMUM)
		return error_set(error, writer->name, "source name longer than %d bytes",
			STREAM_SOURCE_MAXIMUM);
	if (writer->head.label == STREAM_LABEL_INDEX) {
		if (record->label < -1 || record->label >= (int)classes)
			return error_set(error, record->source,
				"label %d is not one of %zu classes", record->label, classes);
		return 0;
	}
	for (size_t i = 0; i < classes; i++)
		if (!(record->weights[i] >= 0 && record->weights[i] <= 1))
			return error_set(error, record->source,
				"weight of class %zu is not in 0..1", i);
	return 0;
}

/* Returns false without memory. */
static bool add_label(struct stream_writer *writer, const struct stream_record *record)
{
	unsigned char label[4];
	bool added = true;
	if (writer->head.label == STREAM_LABEL_INDEX) {
		store_u32(label, (uint32_t)record->label);
		return buffer_append(&writer->descriptors, label, sizeof label);
	}
	for (size_t i = 0; added && i < writer->head.classes.count; i++) {
		store_f32(label, record->weights[i]);
		added = buffer_append(&writer->descriptors, label, sizeof label);
	}
	return added;
}

/* Returns false without memory. */
static bool add_descriptor(struct stream_writer *writer, const struct stream_record *record)
{
	unsigned char fixed[DESCRIPTOR_FIXED_SIZE];
	store_u64(fixed, record->id);
	store_u32(fixed + 8, (uint32_t)writer->names.size);
	memcpy(fixed + 12, record->digest, STREAM_DIGEST_SIZE);
	return add_label(writer, record) &&
		buffer_append(&writer->descriptors, fixed, sizeof fixed) &&
		buffer_append(&writer->names, record->source, strlen(record->source) + 1);
}

int stream_write(struct stream_writer *writer, const struct stream_record *record,
	struct error *error)
{
	if (check_record(writer, record, error))
		return -1;
	size_t size =
		writer->tensor_size + descriptor_size(&writer->head) + strlen(record->source) + 1;
	if (writer->tensors.size + writer->descriptors.size + writer->names.size + size >
			CHUNK_TARGET_SIZE &&
		put_data(writer, error))
		return -1;
	size_t offset = writer->tensors.size;
	if (!buffer_append(&writer->tensors, record->tensor, writer->tensor_size) ||
		!add_descriptor(writer, record))
		return error_memory(error, writer->name);
	if (tensors_need_swap(&writer->head))
		swap_values(writer->tensors.bytes + offset, writer->tensor_size / 4);
	writer->count++;
	return 0;
}

static int put_end(struct stream_writer *writer, struct error *error)
{
	unsigned char end[END_SIZE];
	store_u64(end, writer->records);
	store_u64(end + 8, writer->data_chunks);
	memcpy(end + 16, writer->head_digest, DIGEST_SIZE);
	digest_finish(writer->digest, end + 16 + DIGEST_SIZE);
	writer->digest = NULL;
	return put_chunk(writer, CHUNK_END, 0, end, sizeof end, error);
}

void stream_announce_next(struct stream_writer *writer)
{
	writer->more = true;
}

int stream_end(struct stream_writer *writer, struct error *error)
{
	int result = put_data(writer, error);
	const struct buffer *index = &writer->index;
	if (result == 0 && index->size > 0 && index->size <= STREAM_CHUNK_MAXIMUM)
		result = put_chunk(writer, CHUNK_INDEX, 0, index->bytes, index->size, error);
	if (result == 0)
		result = put_end(writer, error);
	stream_abandon(writer);
	return result;
}
