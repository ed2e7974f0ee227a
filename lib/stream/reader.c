#include "stream/chunks.h"
#include "stream/head.h"

#include "base/bytes.h"
#include "base/digest.h"

#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

enum reader_state { BETWEEN_SEGMENTS, IN_SEGMENT, FAILED };

struct stream_reader {
	struct chunks chunks;
	enum reader_state state;
	struct error failure; /* the error of the first failed call, which all later ones return */

	struct stream_head head;
	size_t tensor_size, descriptor_size;
	float *weights; /* of the current record */
	unsigned char
		*swapped; /* its tensor with swapped byte order; NULL if the order is the same */

	uint64_t next_segment; /* expected number of the next segment in its run; 0: a new run */

	uint64_t records, data_chunks; /* read in the segment */
	uint32_t index_checksum;       /* CRC-32 of the index expected from the data chunks */
	bool has_index;
	unsigned char head_digest[DIGEST_SIZE], data_digest[DIGEST_SIZE];
	struct digest *digest; /* of the data, incremental; NULL if the data was verified before */
	size_t verified; /* bytes from the start of a mapped file whose segments were verified */

	const unsigned char *tensors, *descriptors, *names; /* the current data chunk */
	size_t names_size;
	uint32_t count, next; /* number of its records, and index of the next one */
};

int stream_open(struct stream_reader **out, const char *path, struct error *error)
{
	*out = NULL;
	struct stream_reader *reader = calloc(1, sizeof *reader);
	if (!reader)
		return error_memory(error, path);
	if (input_open(&reader->chunks.input, path, error)) {
		free(reader);
		return -1;
	}
	*out = reader;
	return 0;
}

int stream_open_or_read(struct stream_reader **reader, const char *path, size_t limit,
	unsigned char **bytes, size_t *size, struct error *error)
{
	const unsigned char *start;
	size_t available;
	*bytes = NULL;
	if (stream_open(reader, path, error))
		return -1;
	struct input *input = &(*reader)->chunks.input;
	int result = input_peek(input, 8, &start, &available, error);
	if (result == 0 && stream_has_magic(start, available))
		return 0;
	if (result == 0)
		result = input_read_all(input, limit, bytes, size, error);
	stream_close(*reader);
	*reader = NULL;
	return result;
}

void stream_close(struct stream_reader *reader)
{
	if (!reader)
		return;
	digest_abandon(reader->digest);
	stream_head_free(&reader->head);
	chunks_close(&reader->chunks);
	free(reader->weights);
	free(reader->swapped);
	free(reader);
}

const char *stream_name(const struct stream_reader *reader)
{
	return reader->chunks.input.name;
}

bool stream_can_rewind(const struct stream_reader *reader)
{
	return reader->chunks.input.mapped;
}

int stream_rewind(struct stream_reader *reader, struct error *error)
{
	if (!stream_can_rewind(reader))
		return error_set(error, stream_name(reader), "can't be rewound");
	reader->chunks.input.position = 0;
	reader->chunks.segment = reader->next_segment = 0;
	reader->state = BETWEEN_SEGMENTS;
	return 0;
}

bool stream_tensor_offset(const struct stream_reader *reader, const struct stream_record *record,
	uint64_t *offset)
{
	const struct input *input = &reader->chunks.input;
	const unsigned char *tensor = record->tensor;
	if (!input->map || tensor < input->map || tensor >= input->map + input->size)
		return false;
	*offset = (uint64_t)(tensor - input->map);
	return true;
}

const unsigned char *stream_data_digest(const struct stream_reader *reader)
{
	return reader->data_digest;
}

static int reader_error(const struct stream_reader *reader, struct error *error, const char *reason)
{
	return chunks_error(&reader->chunks, error, "%s", reason);
}

/* Remembers a failure: all later calls fail too, so that no data after it is taken for valid. */
static int remember_failure(struct stream_reader *reader, int result, struct error *error)
{
	if (result >= 0)
		return result;
	if (reader->state != FAILED)
		reader->failure = *error;
	else
		*error = reader->failure;
	reader->state = FAILED;
	return -1;
}

/* ---- the chunks of a segment ---- */

static int begin_data(struct stream_reader *reader, struct error *error)
{
	reader->records = reader->data_chunks = 0;
	reader->count = reader->next = 0;
	reader->index_checksum = 0;
	reader->has_index = false;
	reader->tensor_size = stream_tensor_size(&reader->head);
	reader->descriptor_size = descriptor_size(&reader->head);
	memset(reader->data_digest, 0, sizeof reader->data_digest);
	digest_abandon(reader->digest);
	reader->digest = reader->chunks.skip_checksums ? NULL : digest_start();
	free(reader->weights);
	reader->weights = calloc(reader->head.classes.count + 1, sizeof *reader->weights);
	free(reader->swapped);
	bool swap = tensors_need_swap(&reader->head);
	reader->swapped = swap ? malloc(reader->tensor_size) : NULL;
	bool failed = (!reader->digest && !reader->chunks.skip_checksums) || !reader->weights ||
		(swap && !reader->swapped);
	return failed ? error_memory(error, stream_name(reader)) : 0;
}

/* Verified segments are not verified again unless the file was modified since. */
static bool was_verified(const struct stream_reader *reader)
{
	const struct input *input = &reader->chunks.input;
	return input->position < reader->verified && input_is_unchanged(input);
}

static int read_head(struct stream_reader *reader, struct error *error)
{
	struct chunk chunk;
	const unsigned char *payload;
	stream_head_free(&reader->head);
	chunks_begin_segment(&reader->chunks);
	reader->chunks.skip_checksums = was_verified(reader);
	int result = chunks_next(&reader->chunks, &chunk, &payload, error);
	if (result == 0 && reader->chunks.segment == 1)
		return error_set(error, stream_name(reader), "is empty, not a tensor stream");
	if (result == 0 && reader->next_segment)
		return error_set(error, stream_name(reader),
			"ends after segment %llu, which announces another one",
			(unsigned long long)reader->chunks.segment - 1);
	if (result <= 0)
		return result;
	if (chunk.type != CHUNK_HEAD)
		return reader_error(reader, error, "a segment begins without a head");
	size_t size = (size_t)chunk.raw_size;
	if (head_decode(&reader->head, payload, size, stream_name(reader), error))
		return -1;
	if (reader->head.segment != reader->next_segment)
		return chunks_error(&reader->chunks, error,
			"is segment %llu of its run where segment %llu should be",
			(unsigned long long)reader->head.segment + 1,
			(unsigned long long)reader->next_segment + 1);
	digest_of(payload, size, reader->head_digest);
	return begin_data(reader, error) ? -1 : 1;
}

static bool valid_label(const struct stream_reader *reader, const unsigned char *label)
{
	int count = (int)reader->head.classes.count;
	if (reader->head.label == STREAM_LABEL_INDEX) {
		int32_t index = (int32_t)load_u32(label);
		return index >= -1 && index < count;
	}
	for (int i = 0; i < count; i++) {
		float weight = load_f32(label + 4 * i);
		if (!(weight >= 0 && weight <= 1))
			return false;
	}
	return true;
}

/* Descriptors are checked when their chunk is read, so that those of skipped chunks are checked
 * too. */
static int check_descriptors(const struct stream_reader *reader, struct error *error)
{
	for (uint32_t i = 0; i < reader->count; i++) {
		const unsigned char *label = reader->descriptors + i * reader->descriptor_size;
		const unsigned char *fixed =
			label + reader->descriptor_size - DESCRIPTOR_FIXED_SIZE;
		if (!valid_label(reader, label))
			return reader_error(reader, error, "a label is out of range");
		size_t offset = load_u32(fixed + 8), limit = STREAM_SOURCE_MAXIMUM + 1;
		size_t left = offset < reader->names_size ? reader->names_size - offset : 0;
		if (left == 0 || !memchr(reader->names + offset, 0, left < limit ? left : limit))
			return reader_error(reader, error, "a source name is out of range");
	}
	return 0;
}

static void add_to_index(struct stream_reader *reader)
{
	unsigned char entry[INDEX_ENTRY_SIZE];
	store_u64(entry, reader->chunks.start);
	store_u64(entry + 8, reader->records);
	reader->index_checksum = libdeflate_crc32(reader->index_checksum, entry, sizeof entry);
}

static int enter_data(struct stream_reader *reader, const struct chunk *chunk,
	const unsigned char *payload, struct error *error)
{
	uint64_t needed =
		(uint64_t)chunk->records * (reader->tensor_size + reader->descriptor_size);
	if (reader->has_index)
		return reader_error(reader, error, "data after the index");
	if (needed > chunk->raw_size || (chunk->records == 0 && chunk->raw_size > 0))
		return reader_error(reader, error, "number of records does not fit the payload");
	if (reader->digest)
		digest_add(reader->digest, payload, (size_t)chunk->raw_size);
	add_to_index(reader);
	size_t tensors_size = chunk->records * reader->tensor_size;
	reader->tensors = payload;
	reader->descriptors = payload + tensors_size;
	reader->names = payload + needed;
	reader->names_size = (size_t)(chunk->raw_size - needed);
	reader->count = chunk->records;
	reader->next = 0;
	reader->records += chunk->records;
	reader->data_chunks++;
	return check_descriptors(reader, error);
}

static int check_index(struct stream_reader *reader, const struct chunk *chunk,
	const unsigned char *payload, struct error *error)
{
	if (reader->has_index)
		return reader_error(reader, error, "a second index");
	reader->has_index = true;
	if (chunk->raw_size != reader->data_chunks * INDEX_ENTRY_SIZE ||
		libdeflate_crc32(0, payload, (size_t)chunk->raw_size) != reader->index_checksum)
		return reader_error(reader, error, "index differs from the data");
	return 0;
}

static int check_end(struct stream_reader *reader, const struct chunk *chunk,
	const unsigned char *payload, struct error *error)
{
	const unsigned char *data_digest = payload + 16 + DIGEST_SIZE;
	if (chunk->raw_size != END_SIZE)
		return reader_error(reader, error, "end has a wrong size");
	if (load_u64(payload) != reader->records || load_u64(payload + 8) != reader->data_chunks)
		return reader_error(reader, error,
			"number of records or chunks differs from the end");
	if (memcmp(payload + 16, reader->head_digest, DIGEST_SIZE) != 0)
		return reader_error(reader, error, "digest of the head differs");
	if (reader->digest)
		digest_finish(reader->digest, reader->data_digest);
	else
		memcpy(reader->data_digest, data_digest, DIGEST_SIZE);
	reader->digest = NULL;
	if (memcmp(data_digest, reader->data_digest, DIGEST_SIZE) != 0)
		return reader_error(reader, error, "digest of the data differs");
	size_t position = reader->chunks.input.position;
	reader->verified = position > reader->verified ? position : reader->verified;
	reader->next_segment =
		chunk->features & CHUNK_MORE ? (uint64_t)reader->head.segment + 1 : 0;
	reader->state = BETWEEN_SEGMENTS;
	return 0;
}

/* Reads up to the next data chunk. Returns 1, 0 after a valid end, or -1. */
static int next_data(struct stream_reader *reader, struct error *error)
{
	for (;;) {
		struct chunk chunk;
		const unsigned char *payload;
		int result = chunks_next(&reader->chunks, &chunk, &payload, error);
		if (result == 0)
			return reader_error(reader, error, "ends too early");
		if (result < 0)
			return -1;
		switch (chunk.type) {
		case CHUNK_DATA:
			return enter_data(reader, &chunk, payload, error) ? -1 : 1;
		case CHUNK_END:
			return check_end(reader, &chunk, payload, error);
		case CHUNK_INDEX:
			if (check_index(reader, &chunk, payload, error))
				return -1;
			break;
		default:
			return reader_error(reader, error, "unknown type of chunk");
		}
	}
}

/* ---- segments and records ---- */

static int next_segment(struct stream_reader *reader, struct error *error)
{
	int result = reader->state == FAILED ? -1 : 1;
	while (reader->state == IN_SEGMENT && result > 0)
		result = next_data(reader, error);
	if (result < 0)
		return -1;
	result = read_head(reader, error);
	reader->state = result > 0 ? IN_SEGMENT : reader->state;
	return result;
}

int stream_next_segment(struct stream_reader *reader, const struct stream_head **head,
	struct error *error)
{
	struct error local;
	*head = &reader->head;
	return remember_failure(reader, next_segment(reader, error ? error : &local),
		error ? error : &local);
}

static const unsigned char *record_tensor(struct stream_reader *reader)
{
	const unsigned char *tensor = reader->tensors + reader->next * reader->tensor_size;
	if (!reader->swapped)
		return tensor;
	memcpy(reader->swapped, tensor, reader->tensor_size);
	swap_values(reader->swapped, reader->tensor_size / 4);
	return reader->swapped;
}

static void fill_record(struct stream_reader *reader, struct stream_record *record)
{
	const unsigned char *label = reader->descriptors + reader->next * reader->descriptor_size;
	const unsigned char *fixed = label + reader->descriptor_size - DESCRIPTOR_FIXED_SIZE;
	bool weights = reader->head.label == STREAM_LABEL_WEIGHTS;
	for (size_t i = 0; weights && i < reader->head.classes.count; i++)
		reader->weights[i] = load_f32(label + 4 * i);
	*record = (struct stream_record){
		.tensor = record_tensor(reader),
		.label = weights ? -1 : (int32_t)load_u32(label),
		.weights = weights ? reader->weights : NULL,
		.id = load_u64(fixed),
		.source = (const char *)reader->names + load_u32(fixed + 8),
	};
	memcpy(record->digest, fixed + 12, STREAM_DIGEST_SIZE);
	reader->next++;
}

static int next_record(struct stream_reader *reader, struct stream_record *record,
	struct error *error)
{
	if (reader->state == FAILED)
		return -1;
	while (reader->state == IN_SEGMENT && reader->next == reader->count) {
		int result = next_data(reader, error);
		if (result <= 0)
			return result;
	}
	if (reader->state == BETWEEN_SEGMENTS)
		return 0;
	fill_record(reader, record);
	return 1;
}

int stream_next_record(struct stream_reader *reader, struct stream_record *record,
	struct error *error)
{
	struct error local;
	return remember_failure(reader, next_record(reader, record, error ? error : &local),
		error ? error : &local);
}
