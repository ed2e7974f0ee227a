/* A tensor stream with right checksums, mapped and through a pipe: both give the same. Taken: it is whole. */
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

/* Checksums keep nobody out who means harm. */
static void mend(unsigned char *bytes, size_t size)
{
	while (size >= CHUNK_HEADER_SIZE) {
		uint64_t stored = load_u64(bytes + 32), rest = size - CHUNK_HEADER_SIZE;
		if (stored <= rest)
			store_u32(bytes + 56, (uint32_t)crc32(0, bytes + CHUNK_HEADER_SIZE, (uInt)stored));
		store_u32(bytes + 60, (uint32_t)crc32(0, bytes, 60));
		if (stored > rest || chunk_padding(stored) > rest - stored)
			return;
		bytes += CHUNK_HEADER_SIZE + stored + chunk_padding(stored);
		size = (size_t)(rest - stored - chunk_padding(stored));
	}
}

/* Everything that is read up to the end or an error, as one number. */
static unsigned long read_all(const char *path, bool *whole)
{
	struct stream_reader *reader;
	const struct stream_head *head;
	struct stream_record record;
	struct error error = {0};
	unsigned long sum = 0;
	int left = stream_open(&reader, path, &error);
	while (left == 0 && (left = stream_next_segment(reader, &head, &error)) == 1)
		while ((left = stream_next_record(reader, &record, &error)) == 1) {
			sum = crc32(sum, record.tensor, (uInt)stream_tensor_size(head));
			sum = crc32(sum, (const unsigned char *)record.source, (uInt)strlen(record.source));
			assert(record.weights || record.label == -1 || (size_t)record.label < head->classes.count);
		}
	*whole = left == 0 || fuzz_refused(&error);
	stream_close(reader);
	return sum;
}

static unsigned long read_pipe(const unsigned char *bytes, size_t size, bool *whole)
{
	int ends[2];
	char path[32];
	if (pipe2(ends, O_CLOEXEC) || write(ends[1], bytes, size) != (ssize_t)size || close(ends[1]))
		abort();
	snprintf(path, sizeof path, "/proc/self/fd/%d", ends[0]);
	unsigned long sum = read_all(path, whole);
	close(ends[0]);
	return sum;
}

bool fuzz_try(const unsigned char *bytes, size_t size)
{
	bool mapped, piped;
	unsigned char *mended = malloc(size + 1);
	if (!mended)
		abort();
	memcpy(mended, bytes, size);
	mend(mended, size);
	unsigned long sum = read_all(fuzz_file(mended, size), &mapped);
	if (size <= 60000) /* what a pipe holds */
		assert(read_pipe(mended, size, &piped) == sum && piped == mapped);
	free(mended);
	return mapped;
}
