/* An independent reader in Python, written from tens(5) alone, reads the same from all kinds of
 * streams. */
#include "sample.h"
#include "stream/summary.h"

static char *list_records(const char *path)
{
	struct stream_reader *reader;
	const struct stream_head *head;
	struct stream_record record;
	struct error error;
	char *text;
	size_t size;
	FILE *memory = open_memstream(&text, &size);
	if (stream_open(&reader, path, &error))
		abort();
	while (stream_next_segment(reader, &head, &error) == 1)
		while (stream_next_record(reader, &record, &error) == 1)
			stream_record_print(head, &record, memory);
	stream_close(reader);
	fclose(memory);
	return text;
}

static char *list_in_python(const char *path)
{
	char command[4400], piece[4096];
	char *text;
	size_t size, got;
	snprintf(command, sizeof command, "PYTHONIOENCODING=utf-8 python3 %s %s",
		fixture("../tens_reader.py"), path);
	FILE *memory = open_memstream(&text, &size), *listing = popen(command, "r");
	while ((got = fread(piece, 1, sizeof piece, listing)) > 0)
		fwrite(piece, 1, got, memory);
	if (pclose(listing))
		note("tens_reader.py failed");
	fclose(memory);
	return text;
}

static void compare(const struct sample *sample, int segments, const char *name)
{
	char *bytes;
	size_t size;
	FILE *memory = open_memstream(&bytes, &size);
	for (int i = 0; i < segments; i++)
		sample_write(memory, sample, (uint64_t)(i * sample->records));
	fclose(memory);
	const char *path = as_file((unsigned char *)bytes, size);
	char *expected = list_records(path), *got = list_in_python(path);
	size_t lines = 0;
	for (const char *p = got; *p; p++)
		lines += *p == '\n';
	ok(strcmp(got, expected) == 0 && lines == (size_t)(segments * sample->records), "%s", name);
	free(expected);
	free(got);
	free(bytes);
}

int main(void)
{
	if (system("python3 -c 'import zlib'") != 0)
		return ok(true, "# SKIP there is no python3"), done();
	sample_every_kind(compare, 2);
	compare(&(struct sample){STREAM_U8, STREAM_LABEL_INDEX, STREAM_RAW, 3, 1, 2, 0}, 2,
		"no records");
	compare(&(struct sample){STREAM_F32, STREAM_LABEL_WEIGHTS, STREAM_RAW, 600, 3, 2, 2}, 1,
		"large records");
	return done();
}
