/* Round trips of all kinds of streams, mapped and through a pipe. */
#include "sample.h"

static bool same_record(const struct sample *sample, const struct stream_record *got, uint64_t id)
{
	struct stream_record expected = sample_record(sample, id);
	size_t size = sample_values(sample) * (sample->type == STREAM_F32 ? 4 : 1);
	bool same = memcmp(got->tensor, expected.tensor, size) == 0 &&
		got->label == expected.label && got->id == id &&
		strcmp(got->source, expected.source) == 0 &&
		memcmp(got->digest, expected.digest, sizeof got->digest) == 0 &&
		!got->weights == !expected.weights;
	for (int i = 0; same && got->weights && i < sample->classes; i++)
		same = got->weights[i] == expected.weights[i];
	return same;
}

static bool same_head(const struct sample *sample, const struct stream_head *got)
{
	struct stream_head expected = sample_head(sample);
	bool same = stream_head_match(got, &expected, NULL) == 0 && got->pass == expected.pass &&
		json_equal(got->history, expected.history);
	stream_head_free(&expected);
	return same;
}

/* Reads `segments` segments of the sample, ids from 0. Returns the number of correct records, or
 * -1. */
static int read_sample(struct stream_reader *reader, const struct sample *sample, int segments)
{
	const struct stream_head *head;
	struct stream_record record;
	struct error error;
	int good = 0, result = 0;
	uint64_t id = 0;
	for (int segment = 0; segment < segments; segment++) {
		if (stream_next_segment(reader, &head, &error) != 1 || !same_head(sample, head))
			return -1;
		while ((result = stream_next_record(reader, &record, &error)) == 1)
			good += same_record(sample, &record, id++);
		if (result)
			note("%s: %s", error.object, error.reason);
		if (result || stream_next_record(reader, &record, &error) != 0)
			return -1;
	}
	return stream_next_segment(reader, &head, &error) == 0 &&
			stream_next_segment(reader, &head, &error) == 0
		? good
		: -1;
}

static void round_trip(const struct sample *sample, int segments, const char *name)
{
	char *bytes;
	size_t size;
	FILE *memory = open_memstream(&bytes, &size);
	for (int i = 0; i < segments; i++)
		sample_write(memory, sample, (uint64_t)(i * sample->records));
	fclose(memory);
	ok(size % 64 == 0, "%s: a multiple of 64 bytes", name);

	struct stream_reader *reader;
	struct error error;
	int expected = segments * sample->records;
	if (ok(stream_open(&reader, as_file((unsigned char *)bytes, size), &error) == 0, "%s: open",
		    name)) {
		ok(stream_can_rewind(reader), "%s: a file can be rewound", name);
		is_integer(read_sample(reader, sample, segments), expected, "all records, mapped");
		ok(stream_rewind(reader, &error) == 0, "%s: rewind", name);
		is_integer(read_sample(reader, sample, segments), expected, "all records again");
		stream_close(reader);
	}
	struct pipe_sample piped = pipe_open((unsigned char *)bytes, size);
	if (ok(stream_open(&reader, piped.path, &error) == 0, "%s: open pipe", name)) {
		ok(!stream_can_rewind(reader) && stream_rewind(reader, &error) == -1,
			"%s: no rewind", name);
		is_integer(read_sample(reader, sample, segments), expected,
			"all records, through a pipe");
		stream_close(reader);
	}
	pipe_close(&piped);
	free(bytes);
}

/* stream_next_segment reads and verifies the rest of the current segment. */
static void skip_rest(void)
{
	struct sample sample = {STREAM_U8, STREAM_LABEL_INDEX, STREAM_RAW, 300, 3, 2, 10};
	char *bytes;
	size_t size;
	FILE *memory = open_memstream(&bytes, &size);
	sample_write(memory, &sample, 0);
	sample_write(memory, &sample, 10);
	fclose(memory);
	struct stream_reader *reader;
	struct stream_record record;
	const struct stream_head *head;
	struct error error;
	ok(stream_open(&reader, as_file((unsigned char *)bytes, size), &error) == 0, "open");
	ok(stream_next_record(reader, &record, &error) == 0, "no record before the first segment");
	ok(stream_next_segment(reader, &head, &error) == 1, "first segment");
	ok(stream_next_record(reader, &record, &error) == 1 && record.id == 0, "its first record");
	ok(stream_next_segment(reader, &head, &error) == 1, "second segment");
	ok(stream_next_record(reader, &record, &error) == 1 && record.id == 10, "its first record");
	ok(stream_next_segment(reader, &head, &error) == 0, "end");
	stream_close(reader);
	free(bytes);
}

static void data_digest(void)
{
	unsigned char digests[2][32];
	for (int codec = 0; codec < 2; codec++) {
		struct sample sample = {STREAM_U8, STREAM_LABEL_INDEX, (enum stream_codec)codec, 40,
			3, 2, 300};
		char *bytes;
		size_t size;
		FILE *memory = open_memstream(&bytes, &size);
		sample_write(memory, &sample, 0);
		fclose(memory);
		struct stream_reader *reader;
		const struct stream_head *head;
		struct stream_record record;
		struct error error;
		if (stream_open(&reader, as_file((unsigned char *)bytes, size), &error) ||
			stream_next_segment(reader, &head, &error) != 1)
			abort();
		while (stream_next_record(reader, &record, &error) == 1)
			continue;
		memcpy(digests[codec], stream_data_digest(reader), 32);
		if (codec)
			ok(size < 40 * 41 * 3 * 300 / 2, "zlib makes it smaller");
		stream_close(reader);
		free(bytes);
	}
	ok(memcmp(digests[0], digests[1], 32) == 0,
		"the same data has the same digest under both codecs");
	ok(memcmp(digests[0], (unsigned char[32]){0}, 32) != 0, "and it is not zero");
}

int main(void)
{
	sample_every_kind(round_trip, 3);
	round_trip(&(struct sample){STREAM_U8, STREAM_LABEL_INDEX, STREAM_RAW, 3, 1, 2, 0}, 1,
		"no records");
	round_trip(&(struct sample){STREAM_U8, STREAM_LABEL_INDEX, STREAM_RAW, 3, 1, 2, 0}, 2,
		"two segments without records");
	round_trip(&(struct sample){STREAM_F32, STREAM_LABEL_INDEX, STREAM_ZLIB, 1, 1, 1, 1}, 1,
		"one value");
	round_trip(&(struct sample){STREAM_U8, STREAM_LABEL_INDEX, STREAM_RAW, 1, 1, 1, 70000}, 1,
		"many tiny records");
	round_trip(&(struct sample){STREAM_U8, STREAM_LABEL_WEIGHTS, STREAM_RAW, 1100, 3, 2, 3}, 1,
		"records larger than the target size of a chunk");
	round_trip(&(struct sample){STREAM_U8, STREAM_LABEL_INDEX, STREAM_RAW, 5, 1, 0, 3}, 1,
		"no classes");
	skip_rest();
	data_digest();
	return done();
}
