#include "stream/chunks.h"

#include <libdeflate.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

int chunks_error(const struct chunks *chunks, struct error *error, const char *format, ...)
{
	char object[80], reason[400];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(reason, sizeof reason, format, arguments);
	va_end(arguments);
	if (chunks->segment > 1)
		snprintf(object, sizeof object, "segment %llu, chunk %llu",
			(unsigned long long)chunks->segment, (unsigned long long)chunks->sequence);
	else
		snprintf(object, sizeof object, "chunk %llu", (unsigned long long)chunks->sequence);
	error_set(error, object, "%s", reason);
	return error_within(error, chunks->input.name);
}

void chunks_begin_segment(struct chunks *chunks)
{
	chunks->segment++;
	chunks->sequence = chunks->next = 0;
	chunks->start = chunks->end = 0;
}

/* If the input doesn't begin with a stream, the object of the error is the input alone, not its
 * first chunk. */
static int not_a_stream(const struct chunks *chunks, bool first, struct error *error)
{
	return first ? error_set(error, chunks->input.name, "is not a tensor stream")
		     : chunks_error(chunks, error, "is not a chunk of a tensor stream");
}

static int next_header(struct chunks *chunks, struct chunk *chunk, struct error *error)
{
	const unsigned char *bytes;
	size_t available;
	int result = input_next(&chunks->input, CHUNK_HEADER_SIZE, &bytes, &available, error);
	if (result < 0 || (result == 0 && available == 0))
		return result;
	bool first = chunks->segment == 1 && chunks->sequence == 0;
	if (!stream_has_magic(bytes, available) && (first || result == 1))
		return not_a_stream(chunks, first, error);
	if (result == 0)
		return chunks_error(chunks, error, "ends too early");
	const char *problem = chunk_load(chunk, bytes);
	if (problem)
		return chunks_error(chunks, error, "%s", problem);
	if (chunk->type == CHUNK_HEAD && chunks->sequence > 0)
		return chunks_error(chunks, error, "a new head before the end of the segment");
	if (chunk->sequence != chunks->sequence)
		return chunks_error(chunks, error, "is missing: found chunk %llu instead",
			(unsigned long long)chunk->sequence);
	return 1;
}

static bool all_zero(const unsigned char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (bytes[i])
			return false;
	return true;
}

static int next_payload(struct chunks *chunks, const struct chunk *chunk,
	const unsigned char **stored, struct error *error)
{
	size_t size = (size_t)chunk->stored_size, padding = chunk_padding(size), available;
	int result = input_next(&chunks->input, size + padding, stored, &available, error);
	if (result <= 0)
		return result ? result : chunks_error(chunks, error, "ends too early");
	if (!chunks->skip_checksums && libdeflate_crc32(0, *stored, size) != chunk->checksum)
		return chunks_error(chunks, error, "checksum differs");
	if (padding &&
		!all_zero(*stored + size,
			padding)) /* an empty payload without padding has no address */
		return chunks_error(chunks, error, "padding is not zero");
	return 1;
}

static unsigned char *reserve(struct chunks *chunks, size_t size)
{
	if (size <= chunks->unpacked_capacity)
		return chunks->unpacked;
	free(chunks->unpacked);
	chunks->unpacked = malloc(size);
	chunks->unpacked_capacity = chunks->unpacked ? size : 0;
	return chunks->unpacked;
}

static int unpack(struct chunks *chunks, const struct chunk *chunk, const unsigned char *stored,
	const unsigned char **payload, struct error *error)
{
	*payload = stored;
	if (chunk->codec == STREAM_RAW)
		return 1;
	uLong consumed = (uLong)chunk->stored_size;
	uLongf produced = (uLongf)chunk->raw_size;
	unsigned char *unpacked = reserve(chunks, (size_t)chunk->raw_size + 1);
	if (!unpacked)
		return error_memory(error, chunks->input.name);
	if (uncompress2(unpacked, &produced, stored, &consumed) != Z_OK ||
		produced != chunk->raw_size || consumed != chunk->stored_size)
		return chunks_error(chunks, error, "compressed payload is damaged");
	*payload = unpacked;
	return 1;
}

int chunks_next(struct chunks *chunks, struct chunk *chunk, const unsigned char **payload,
	struct error *error)
{
	const unsigned char *stored;
	do {
		chunks->sequence = chunks->next;
		int result = next_header(chunks, chunk, error);
		if (result > 0)
			result = next_payload(chunks, chunk, &stored, error);
		if (result <= 0)
			return result;
		chunks->next++;
		chunks->start = chunks->end;
		chunks->end +=
			CHUNK_HEADER_SIZE + chunk->stored_size + chunk_padding(chunk->stored_size);
	} while (chunk_is_ancillary(chunk->type));
	return unpack(chunks, chunk, stored, payload, error);
}

void chunks_close(struct chunks *chunks)
{
	input_close(&chunks->input);
	free(chunks->unpacked);
	chunks->unpacked = NULL;
}
