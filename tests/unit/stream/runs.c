/* Runs of segments: a stream truncated between two segments of a run is refused, streams joined by
 * cat are not. */
#include "sample.h"

enum { SEGMENTS = 3, RECORDS = 2 };

static const struct sample small = {STREAM_U8, STREAM_LABEL_INDEX, STREAM_RAW, 4, 1, 2, RECORDS};

/* A run of three segments, and the offset of each. */
static unsigned char *run;
static size_t begin[SEGMENTS + 1];

static void write_segment(FILE *stream, uint32_t number, bool more)
{
	struct error error;
	struct stream_writer *writer;
	struct stream_head head = sample_head(&small);
	head.segment = number;
	head.passes = SEGMENTS;
	if (stream_begin(&writer, stream, "run", &head, STREAM_RAW, &error))
		abort();
	for (uint64_t i = 0; i < RECORDS; i++) {
		struct stream_record record = sample_record(&small, i);
		if (stream_write(writer, &record, &error))
			abort();
	}
	if (more)
		stream_announce_next(writer);
	if (stream_end(writer, &error))
		abort();
	stream_head_free(&head);
}

static void write_run(void)
{
	FILE *memory = open_memstream((char **)&run, &begin[SEGMENTS]);
	for (uint32_t i = 0; i < SEGMENTS; i++) {
		begin[i] = (size_t)ftell(memory);
		write_segment(memory, i, i + 1 < SEGMENTS);
	}
	fclose(memory);
}

/* Reads all. Returns the number of records, or -1. */
static int read_all(const char *path, struct error *error)
{
	struct stream_reader *reader;
	const struct stream_head *head;
	struct stream_record record;
	int records = 0, result;
	if (stream_open(&reader, path, error))
		abort();
	while ((result = stream_next_segment(reader, &head, error)) == 1)
		while (stream_next_record(reader, &record, error) == 1)
			records++;
	stream_close(reader);
	return result ? -1 : records;
}

/* Reads a stream of the segments of the run whose numbers are the digits of `numbers`. */
static void expect(const char *numbers, const char *reason, const char *name)
{
	unsigned char bytes[1 << 16];
	size_t size = 0;
	struct error error = {.reason = ""}, piped = {.reason = ""};
	for (const char *p = numbers; *p; p++) {
		int number = *p - '0';
		memcpy(bytes + size, run + begin[number], begin[number + 1] - begin[number]);
		size += begin[number + 1] - begin[number];
	}
	int expected = reason ? -1 : (int)strlen(numbers) * RECORDS;
	is_integer(read_all(as_file(bytes, size), &error), expected, name);
	is_text(error.reason, reason ? reason : "", "  with the reason");
	struct pipe_sample pipe_sample = pipe_open(bytes, size);
	ok(read_all(pipe_sample.path, &piped) == expected &&
			strcmp(piped.reason, error.reason) == 0,
		"  the same through a pipe");
	pipe_close(&pipe_sample);
}

static void heads(void)
{
	struct stream_reader *reader;
	const struct stream_head *head;
	struct error error;
	if (stream_open(&reader, as_file(run, begin[SEGMENTS]), &error))
		abort();
	for (int round = 0; round < 2; round++) {
		for (uint32_t i = 0; stream_next_segment(reader, &head, &error) == 1; i++)
			ok(head->segment == i && head->passes == SEGMENTS,
				"round %d: segment %u is number %u of 3", round, i, head->segment);
		ok(stream_rewind(reader, &error) == 0, "rewind");
	}
	stream_close(reader);
}

int main(void)
{
	write_run();
	heads();
	expect("012", NULL, "a complete run");
	expect("012012", NULL, "two complete runs, as joined by cat");
	expect("0", "ends after segment 1, which announces another one",
		"truncated after the first segment");
	expect("01", "ends after segment 2, which announces another one",
		"truncated after the second");
	expect("0120", "ends after segment 4, which announces another one",
		"the second of two truncated");
	expect("01201", "ends after segment 5, which announces another one",
		"the second of two truncated later");
	expect("0012", "is segment 1 of its run where segment 2 should be",
		"the first of two truncated");
	expect("01012", "is segment 1 of its run where segment 3 should be",
		"the first of two truncated later");
	expect("02", "is segment 3 of its run where segment 2 should be",
		"one in the middle is missing");
	expect("12", "is segment 2 of its run where segment 1 should be", "the first is missing");
	expect("2", "is segment 3 of its run where segment 1 should be",
		"all but the last are missing");
	expect("0112", "is segment 2 of its run where segment 3 should be", "one occurs twice");
	free(run);
	return done();
}
