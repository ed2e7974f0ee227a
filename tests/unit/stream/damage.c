/* A valid stream truncated at every byte or with any bit flipped is refused, mapped and through a
 * pipe. */
#include "sample.h"

#include <sys/mman.h>
#include <sys/stat.h>

/* Reads the rest of the stream. Returns the number of records, or -1. */
static int read_rest(struct stream_reader *reader, struct error *error)
{
	const struct stream_head *head;
	struct stream_record record;
	int records = 0, result;
	while ((result = stream_next_segment(reader, &head, error)) == 1) {
		while ((result = stream_next_record(reader, &record, error)) == 1)
			records++;
		if (result)
			break;
	}
	if (result && stream_next_record(reader, &record, error) != -1)
		note("a reader continues after a failure");
	return result ? -1 : records;
}

static int read_all(const char *path, struct error *error)
{
	struct stream_reader *reader;
	if (stream_open(&reader, path, error))
		return -1;
	int records = read_rest(reader, error);
	stream_close(reader);
	return records;
}

/* As read_all, from a single file in memory, which is faster than thousands of files on disk. */
static int read_mapped(const unsigned char *bytes, size_t size, struct error *error)
{
	static char path[32];
	static int file;
	if (!file)
		file = memfd_create("damaged", MFD_CLOEXEC);
	snprintf(path, sizeof path, "/dev/fd/%d", file);
	if (ftruncate(file, (off_t)size) || pwrite(file, bytes, size, 0) != (ssize_t)size)
		abort();
	return read_all(path, error);
}

/* A small stream fits into the buffer of a pipe, so that no second process is needed. */
static int read_piped(const unsigned char *bytes, size_t size, struct error *error)
{
	int ends[2];
	char path[32];
	if (pipe(ends) || write(ends[1], bytes, size) != (ssize_t)size || close(ends[1]))
		abort();
	snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
	int records = read_all(path, error);
	close(ends[0]);
	return records;
}

static void damage(const struct sample *sample, const char *name)
{
	unsigned char *bytes;
	size_t size, truncations = 0, flips = 0, unnamed = 0;
	FILE *memory = open_memstream((char **)&bytes, &size);
	sample_write(memory, sample, 0);
	sample_write(memory, sample, 100);
	fclose(memory);
	struct error error;
	is_integer(read_mapped(bytes, size, &error), 2 * sample->records, "complete: read");
	is_integer(read_piped(bytes, size, &error), 2 * sample->records,
		"complete: read through a pipe");

	size_t first_end = 0; /* a stream may end between two segments that are no run */
	for (size_t i = 64; i < size && !first_end; i += 64)
		if (memcmp(bytes + i + 8, "HEAD", 4) == 0)
			first_end = i;
	for (size_t cut = 0; cut < size; cut++) {
		int expected = cut == first_end ? sample->records : -1;
		error = (struct error){.reason = ""};
		truncations += read_mapped(bytes, cut, &error) != expected ||
			read_piped(bytes, cut, &error) != expected;
		unnamed += expected < 0 && !*error.reason;
	}
	is_integer((long long)truncations, 0, name);
	for (size_t bit = 0; bit < 8 * size; bit++) {
		bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
		error = (struct error){.reason = ""};
		flips += read_mapped(bytes, size, &error) != -1;
		if (bit % 16 == 0)
			flips += read_piped(bytes, size, &error) != -1;
		unnamed += !*error.reason;
		bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
	}
	is_integer((long long)flips, 0, "no flipped bit is accepted");
	is_integer((long long)unnamed, 0, "every failure has a reason");
	free(bytes);
}

/* A file that is truncated while it is open is an error, not a crash. */
static void shrinking_file(void)
{
	struct sample sample = {STREAM_U8, STREAM_LABEL_INDEX, STREAM_RAW, 300, 3, 2, 10};
	unsigned char *bytes;
	size_t size;
	FILE *memory = open_memstream((char **)&bytes, &size);
	sample_write(memory, &sample, 0);
	fclose(memory);
	struct stream_reader *reader;
	struct stream_record record;
	const struct stream_head *head;
	struct error error;
	const char *path = as_file(bytes, size);
	if (stream_open(&reader, path, &error) || stream_next_segment(reader, &head, &error) != 1 ||
		truncate(path, 4096))
		abort();
	is_integer(stream_next_record(reader, &record, &error), -1,
		"a file truncated while it is read");
	is_text(error.reason, "became shorter while it was read", "is the reason");
	stream_close(reader);
	free(bytes);
}

/* Writes a byte into the file, and sets its modification time to `seconds` after 1970. */
static void change_file(const char *path, size_t offset, int byte, time_t seconds)
{
	const struct timespec times[2] = {{.tv_sec = seconds}, {.tv_sec = seconds}};
	FILE *file = fopen(path, "r+b");
	if (!file || fseek(file, (long)offset, SEEK_SET) || fputc(byte, file) == EOF ||
		fclose(file) || utimensat(AT_FDCWD, path, times, 0))
		abort();
}

/* Verified segments are not verified again unless the modification time changed. */
static void rewind_after_change(void)
{
	struct sample sample = {STREAM_U8, STREAM_LABEL_INDEX, STREAM_RAW, 300, 3, 2, 10};
	unsigned char *bytes, digest[32];
	size_t size;
	FILE *memory = open_memstream((char **)&bytes, &size);
	sample_write(memory, &sample, 0);
	sample_write(memory, &sample, 100);
	fclose(memory);
	struct stream_reader *reader;
	struct error error;
	const char *path = as_file(bytes, size);
	size_t offset = size - size / 4; /* in a tensor of the second segment */
	change_file(path, offset, bytes[offset], 1000);
	if (stream_open(&reader, path, &error))
		abort();
	is_integer(read_rest(reader, &error), 20, "read");
	memcpy(digest, stream_data_digest(reader), sizeof digest);
	change_file(path, offset, bytes[offset] ^ 1, 1000);
	ok(stream_rewind(reader, &error) == 0 && read_rest(reader, &error) == 20,
		"read again, without checksums");
	ok(memcmp(digest, stream_data_digest(reader), sizeof digest) == 0, "with the same digest");
	change_file(path, offset, bytes[offset] ^ 1, 1001);
	ok(stream_rewind(reader, &error) == 0 && read_rest(reader, &error) == -1,
		"modified in between: verified again");
	is_text(error.reason, "checksum differs", "and refused");
	stream_close(reader);
	free(bytes);
}

static void missing_inputs(void)
{
	struct stream_reader *reader;
	struct error error;
	ok(stream_open(&reader, "/nonexistent/file", &error) == -1 && !reader, "missing file");
	is_text(error.object, "/nonexistent/file", "is the object");
	ok(stream_open(&reader, scratch(), &error) == -1 && !reader, "a folder");
	is_text(error.reason, "is a folder", "is the reason");
	stream_close(NULL);
}

int main(void)
{
	damage(&(struct sample){STREAM_U8, STREAM_LABEL_INDEX, STREAM_RAW, 2, 1, 2, 3},
		"raw: no truncation is accepted");
	damage(&(struct sample){STREAM_F32, STREAM_LABEL_WEIGHTS, STREAM_ZLIB, 4, 3, 2, 2},
		"zlib: no truncation is accepted");
	shrinking_file();
	rewind_after_change();
	missing_inputs();
	return done();
}
