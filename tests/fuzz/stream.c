/* A tensor stream with correct checksums, mapped and through a pipe, with the same result.
 * Accepted: it is complete. */
#include "common/fuzz.h"

#include "base/bytes.h"
#include "base/digest.h"
#include "stream/format.h"

#include <assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

/* Corrects the checksums, as an attacker would. */
static void fix_checksums(unsigned char *bytes, size_t size)
{
	while (size >= CHUNK_HEADER_SIZE) {
		uint64_t stored = load_u64(bytes + 32), rest = size - CHUNK_HEADER_SIZE;
		if (stored <= rest)
			store_u32(bytes + 56,
				(uint32_t)crc32(0, bytes + CHUNK_HEADER_SIZE, (uInt)stored));
		store_u32(bytes + 60, (uint32_t)crc32(0, bytes, 60));
		if (stored > rest || chunk_padding(stored) > rest - stored)
			return;
		bytes += CHUNK_HEADER_SIZE + stored + chunk_padding(stored);
		size = (size_t)(rest - stored - chunk_padding(stored));
	}
}

/* Checksum of all records up to the end or an error. */
static unsigned long read_all(const char *path, bool *complete)
{
	struct stream_reader *reader;
	const struct stream_head *head;
	struct stream_record record;
	struct error error = {0};
	unsigned long sum = 0;
	int result = stream_open(&reader, path, &error);
	while (result == 0 && (result = stream_next_segment(reader, &head, &error)) == 1)
		while ((result = stream_next_record(reader, &record, &error)) == 1) {
			sum = crc32(sum, record.tensor, (uInt)stream_tensor_size(head));
			sum = crc32(sum, (const unsigned char *)record.source,
				(uInt)strlen(record.source));
			assert(record.weights || record.label == -1 ||
				(size_t)record.label < head->classes.count);
		}
	*complete = result == 0 || fuzz_refused(&error);
	stream_close(reader);
	return sum;
}

static unsigned long read_pipe(const unsigned char *bytes, size_t size, bool *complete)
{
	int ends[2];
	char path[32];
	if (pipe2(ends, O_CLOEXEC) || write(ends[1], bytes, size) != (ssize_t)size ||
		close(ends[1]))
		abort();
	snprintf(path, sizeof path, "/proc/self/fd/%d", ends[0]);
	unsigned long sum = read_all(path, complete);
	close(ends[0]);
	return sum;
}

bool fuzz_try(const unsigned char *bytes, size_t size)
{
	bool mapped, piped;
	unsigned char *fixed = malloc(size + 1);
	if (!fixed)
		abort();
	memcpy(fixed, bytes, size);
	fix_checksums(fixed, size);
	unsigned long sum = read_all(fuzz_file(fixed, size), &mapped);
	if (size <= 60000) /* capacity of a pipe */
		assert(read_pipe(fixed, size, &piped) == sum && piped == mapped);
	free(fixed);
	return mapped;
}
