/* Invalid streams with valid checksums. */
#include "base/bytes.h"
#include "base/digest.h"
#include "sample.h"
#include "stream/format.h"

#include <zlib.h>

#define HEAD(dtype, shape, range, labels, classes, pass, history) \
	"{\"dtype\":" dtype ",\"shape\":" shape ",\"range\":" range ",\"labels\":" labels \
	",\"classes\":" classes ",\"pass\":" pass ",\"history\":" history "}"
#define GOOD_HEAD HEAD("\"u8\"", "[1,2,1]", "[0,255]", "\"index\"", "[\"a\",\"b\"]", "0", "[]")

static unsigned char bytes[1 << 16];
static size_t size;
static uint64_t sequence;
static unsigned char last_head[DIGEST_SIZE];

static void put(uint32_t type, uint32_t records, const void *payload, size_t length)
{
	struct chunk chunk = {.type = type,
		.sequence = sequence++,
		.stored_size = length,
		.raw_size = length,
		.records = records,
		.checksum = (uint32_t)crc32(0, payload, (uInt)length)};
	chunk_store(&chunk, bytes + size);
	memcpy(bytes + size + 64, payload, length);
	memset(bytes + size + 64 + length, 0, chunk_padding(length));
	size += 64 + length + chunk_padding(length);
}

static void put_head(const char *text)
{
	sequence = 0;
	digest_of(text, strlen(text), last_head);
	put(CHUNK_HEAD, 0, text, strlen(text));
}

/* Two records of 1x2x1: tensors, descriptors, names "p" and "". */
static void put_data_as(uint32_t records, int32_t label, uint32_t name_offset, size_t length)
{
	unsigned char payload[2 * 2 + 2 * 32 + 3] = {10, 20, 30, 40};
	store_u32(payload + 4, (uint32_t)label);
	store_u32(payload + 4 + 12, name_offset);
	store_u32(payload + 4 + 32 + 12, 2);
	payload[68] = 'p';
	put(CHUNK_DATA, records, payload, length);
}

static void put_data(void)
{
	put_data_as(2, 1, 0, 71);
}

static void put_end(uint64_t records, uint64_t chunks)
{
	unsigned char end[END_SIZE], data[71] = {10, 20, 30, 40, 1};
	data[4 + 32 + 12] = 2;
	data[68] = 'p';
	store_u64(end, records);
	store_u64(end + 8, chunks);
	memcpy(end + 16, last_head, DIGEST_SIZE);
	digest_of(data, records ? sizeof data : 0, end + 16 + DIGEST_SIZE);
	put(CHUNK_END, 0, end, sizeof end);
}

/* Changes a header field of the chunk at offset `start`, and updates its checksum. */
static void change(size_t start, size_t offset, uint32_t value)
{
	store_u32(bytes + start + offset, value);
	store_u32(bytes + start + 60, (uint32_t)crc32(0, bytes + start, 60));
}

static void start(void)
{
	size = 0;
	put_head(GOOD_HEAD);
}

/* Reads the stream that was put; `reason` is a part of the expected error, NULL for none. */
static void expect(const char *reason, const char *name)
{
	struct stream_reader *reader;
	const struct stream_head *head;
	struct stream_record record;
	struct error error = {.reason = "no error"};
	int result;
	if (stream_open(&reader, as_file(bytes, size), &error))
		abort();
	while ((result = stream_next_segment(reader, &head, &error)) == 1)
		while (stream_next_record(reader, &record, &error) == 1)
			continue;
	stream_close(reader);
	if (!ok(reason ? result == -1 && strstr(error.reason, reason) : result == 0, "%s", name))
		note("%d, %s: %s", result, error.object, error.reason);
	size = 0;
}

static void expect_head(const char *text, const char *reason, const char *name)
{
	size = 0;
	put_head(text);
	put_end(0, 0);
	expect(reason, name);
}

static void heads(void)
{
	expect_head(GOOD_HEAD, NULL, "a good head");
	expect_head("{}", "dtype", "an empty object");
	expect_head("[]", "head", "not an object");
	expect_head("", "not valid JSON", "an empty file");
	expect_head(GOOD_HEAD "x", "end of file", "trailing data after the JSON");
	expect_head("{\"dtype\":\"u8\","
		    "\"dtype\":\"u8\"}",
		"duplicate", "a key twice");
	expect_head(HEAD("\"u9\"", "[1,2,1]", "[0,255]", "\"index\"", "[]", "0", "[]"), "'u9'",
		"unknown type");
	expect_head(HEAD("3", "[1,2,1]", "[0,255]", "\"index\"", "[]", "0", "[]"), "head",
		"type is a number");
	expect_head(HEAD("\"u8\"", "[1,2]", "[0,255]", "\"index\"", "[]", "0", "[]"), "head",
		"two dimensions");
	expect_head(HEAD("\"u8\"", "[1,2,1,1]", "[0,255]", "\"index\"", "[]", "0", "[]"), "head",
		"four dimensions");
	expect_head(HEAD("\"u8\"", "[0,2,1]", "[0,255]", "\"index\"", "[]", "0", "[]"), "dimension",
		"a dimension of 0");
	expect_head(HEAD("\"u8\"", "[1,-2,1]", "[0,255]", "\"index\"", "[]", "0", "[]"),
		"dimension", "a negative one");
	expect_head(HEAD("\"u8\"", "[65536,2,1]", "[0,255]", "\"index\"", "[]", "0", "[]"),
		"dimension", "too large");
	expect_head(HEAD("\"u8\"", "[4294967297,1,1]", "[0,255]", "\"index\"", "[]", "0", "[]"),
		"dimension", "1 + 2^32");
	expect_head(HEAD("\"u8\"", "[65535,65535,1]", "[0,255]", "\"index\"", "[]", "0", "[]"),
		"tensor is larger", "4 GB");
	expect_head(HEAD("\"f32\"", "[65535,65535,65535]", "[0,255]", "\"index\"", "[]", "0", "[]"),
		"tensor is larger", "1 PB");
	expect_head(HEAD("\"u8\"", "[1,2,1]", "[0,0]", "\"index\"", "[]", "0", "[]"), "range",
		"an empty range");
	expect_head(HEAD("\"u8\"", "[1,2,1]", "[0,1e999]", "\"index\"", "[]", "0", "[]"),
		"not valid JSON", "an infinite range");
	expect_head(HEAD("\"u8\"", "[1,2,1]", "[0,1]", "\"name\"", "[]", "0", "[]"), "'name'",
		"unknown label kind");
	expect_head(HEAD("\"u8\"", "[1,2,1]", "[0,1]", "\"index\"", "[\"a\",\"a\"]", "0", "[]"),
		"twice", "a class twice");
	expect_head(HEAD("\"u8\"", "[1,2,1]", "[0,1]", "\"index\"", "[\"../a\"]", "0", "[]"),
		"name", "a path as class");
	expect_head(HEAD("\"u8\"", "[1,2,1]", "[0,1]", "\"index\"", "[\"\"]", "0", "[]"), "name",
		"a class without name");
	expect_head(HEAD("\"u8\"", "[1,2,1]", "[0,1]", "\"index\"", "[1]", "0", "[]"),
		"not a string", "a number as class");
	expect_head(HEAD("\"u8\"", "[1,2,1]", "[0,1]", "\"index\"", "{}", "0", "[]"), "array",
		"classes are an object");
	expect_head(HEAD("\"u8\"", "[1,2,1]", "[0,1]", "\"index\"", "[]", "4294967296", "[]"),
		"pass", "pass 2^32");
	expect_head(HEAD("\"u8\"", "[1,2,1]", "[0,1]", "\"index\"", "[]", "-1", "[]"), "pass",
		"pass -1");
	expect_head(HEAD("\"u8\"", "[1,2,1]", "[0,1]", "\"index\"", "[]", "0", "{}"), "history",
		"history is an object");
	expect_head(HEAD("\"u8\"", "[1,2,1]", "[0,1]", "\"index\"", "[]", "0", "[],\"segment\":0"),
		NULL, "segment 0");
	expect_head(HEAD("\"u8\"", "[1,2,1]", "[0,1]", "\"index\"", "[]", "0",
			    "[],\"segment\":4294967296"),
		"segment", "segment 2^32");
	expect_head(HEAD("\"u8\"", "[1,2,1]", "[0,1]", "\"index\"", "[]", "0", "[],\"passes\":-1"),
		"passes", "-1 passes");
	expect_head(HEAD("\"u8\"", "[1,2,1]", "[0,1]", "\"index\"", "[]", "0",
			    "[],\"passes\":\"3\""),
		"head", "passes are text");
	expect_head(HEAD("\"u8\"", "[1,2,1]", "[0,1]", "\"index\"", "[]", "0", "[],\"more\":1"),
		NULL, "an unknown key");
	char *deep = calloc(1, 60000);
	memset(deep, '[', 59999);
	expect_head(deep, "not valid JSON", "deeply nested arrays");
	free(deep);
}

static void many_classes(void)
{
	struct stream_head head = {.type = STREAM_U8,
		.height = 1,
		.width = 1,
		.channels = 1,
		.maximum = 255};
	struct stream_writer *writer;
	struct error error;
	char name[300];
	FILE *null = fopen("/dev/null", "wb");
	for (int i = 0; i < STREAM_CLASSES_MAXIMUM; i++) {
		snprintf(name, sizeof name, "%d", i);
		if (text_list_add(&head.classes, name, &error))
			abort();
	}
	ok(stream_begin(&writer, null, "null", &head, STREAM_RAW, &error) == 0,
		"65,536 classes are written");
	stream_abandon(writer);
	if (text_list_add(&head.classes, "one more", &error))
		abort();
	ok(stream_begin(&writer, null, "null", &head, STREAM_RAW, &error) == -1 && !writer,
		"65,537 are not");
	text_list_free(&head.classes);
	memset(name, 'x', 256);
	name[256] = 0;
	if (text_list_add(&head.classes, name, &error))
		abort();
	ok(stream_begin(&writer, null, "null", &head, STREAM_RAW, &error) == -1,
		"a name of 256 bytes is not written");
	head.classes.items[0][255] = 0;
	ok(stream_begin(&writer, null, "null", &head, STREAM_RAW, &error) == 0, "one of 255 is");
	struct stream_record record = {.tensor = "", .label = 1, .source = ""};
	ok(stream_write(writer, &record, &error) == -1,
		"a label that is not a class is not written");
	record.label = 0;
	char *source = malloc(4097);
	memset(source, 's', 4096);
	source[4096] = 0;
	record.source = source;
	ok(stream_write(writer, &record, &error) == -1, "a source of 4,096 bytes is not written");
	source[4095] = 0;
	ok(stream_write(writer, &record, &error) == 0, "one of 4,095 is");
	stream_abandon(writer);
	free(source);
	stream_head_free(&head);
	fclose(null);
}

static void segments(void)
{
	start(), put_data(), put_end(2, 1);
	expect(NULL, "a good segment");
	start(), put_data(), put_end(3, 1);
	expect("number of records", "another number of records");
	start(), put_data(), put_end(2, 2);
	expect("number of records", "another number of chunks");
	start(), last_head[0] ^= 1, put_data(), put_end(2, 1);
	expect("digest of the head", "another head");
	start(), put_data_as(2, 0, 0, 71), put_end(2, 1);
	expect("digest of the data", "other data");
	start(), put_data(), put(CHUNK_END, 0, bytes, 79);
	expect("wrong size", "a short end");
	start(), put_data();
	expect("ends too early", "no end");
	start(), put_data(), put_head(GOOD_HEAD), put_end(0, 0);
	expect("new head", "a head before the end");
	size = 0, sequence = 0, put_data(), put_end(2, 1);
	expect("without a head", "no head");
	start(), put_data(), put_end(2, 1), memset(bytes + size, 'x', 100), size += 100;
	expect("not a chunk", "something after the end");
	start(), put_data(), put_end(2, 1), memset(bytes + size, 0, 10), size += 10;
	expect("ends too early", "a few zeros after the end");
	expect("is empty", "an empty file");
	memset(bytes, 'x', 10), size = 10;
	expect("is not a tensor stream", "another short file");
	start(), sequence = 2, put_data(), put_end(2, 1);
	expect("is missing", "a missing chunk");
}

static void data_chunks(void)
{
	start(), put_data_as(2, 2, 0, 71);
	expect("label is out of range", "label 2 of 2 classes");
	start(), put_data_as(2, -2, 0, 71);
	expect("label is out of range", "label -2");
	start(), put_data_as(2, -1, 3, 71);
	expect("source name is out of range", "a name after the names");
	start(), put_data_as(2, -1, 0xFFFFFFFF, 71);
	expect("source name is out of range", "a name far beyond the end");
	start(), put_data_as(2, -1, 0, 69);
	expect("source name is out of range", "a name without a terminating NUL");
	start(), put_data_as(2, -1, 0, 68);
	expect("source name is out of range", "no names");
	start(), put_data_as(3, -1, 0, 71);
	expect("number of records", "more records than bytes");
	start(), put_data_as(0xFFFFFFFF, -1, 0, 71);
	expect("number of records", "4 billion records");
	start(), put_data_as(0, -1, 0, 71);
	expect("number of records", "bytes without records");
	start(), put(CHUNK_DATA, 0, "", 0), put_end(0, 1);
	expect(NULL, "an empty chunk is neither an end nor an error");
}

static void index_chunks(void)
{
	unsigned char entry[32] = {0};
	start();
	store_u64(entry, size);
	put_data(), put(CHUNK_INDEX, 0, entry, 16), put_end(2, 1);
	expect(NULL, "a good index");
	start(), put_data(), put(CHUNK_INDEX, 0, entry, 32), put_end(2, 1);
	expect("index differs", "an index of two chunks");
	start(), put_data(), put(CHUNK_INDEX, 0, entry, 16), put(CHUNK_INDEX, 0, entry, 16),
		put_end(2, 1);
	expect("second index", "two indices");
	start(), put(CHUNK_INDEX, 0, entry, 0), put_data(), put_end(2, 1);
	expect("data after the index", "data after the index");
	start(), entry[0]++, put_data(), put(CHUNK_INDEX, 0, entry, 16), put_end(2, 1);
	expect("index differs", "a wrong offset");
}

static void headers(void)
{
	start(), put_data(), put(load_u32((const unsigned char *)"note"), 0, "hello", 5),
		put_end(2, 1);
	expect(NULL, "an unknown chunk with a lower-case letter is skipped");
	start(), put_data(), put(load_u32((const unsigned char *)"Note"), 0, "hello", 5),
		put_end(2, 1);
	expect("unknown type of chunk", "with an upper-case letter it is refused");
	start(), put_data(), put_end(2, 1), change(0, 20, 0xFFFFFFFF);
	expect(NULL, "compatible feature bits are ignored");
	start(), put_data(), put_end(2, 1), change(0, 16, 0x80000000);
	expect("feature", "incompatible ones are refused");
	start(), put_data(), put_end(2, 1), change(0, 12, 1 | 9 << 16);
	expect(NULL, "a later minor version is read");
	start(), put_data(), put_end(2, 1), change(0, 12, 2);
	expect("version", "a later major version is not");
	start(), change(0, 48, 1), put_end(0, 0);
	expect("records outside", "records in a head");
	start(), change(0, 52, 2), put_end(0, 0);
	expect("codec", "an unknown codec");
	start(), change(0, 40, 1), put_end(0, 0);
	expect("two lengths", "a raw payload with two lengths");
	start(), change(0, 32, 1 << 30), put_end(0, 0);
	expect("larger than the format allows", "a head of 1 GiB");
	start(), change(0, 36, 1), put_end(0, 0);
	expect("larger than the format allows", "a head of more than 4 GiB");
	start(), bytes[size - 1] = 1, put_end(0, 0);
	expect("padding", "padding that is not zero");
}

static void compressed(void)
{
	uLongf packed = 1000;
	unsigned char payload[1000], plain[200] = {0};
	start();
	compress2(payload, &packed, plain, sizeof plain, 9);
	size_t at = size;
	put(CHUNK_DATA, 1, payload, packed), put_end(0, 0);
	change(at, 52, STREAM_ZLIB), change(at, 40, 199);
	expect("compressed payload is damaged", "more bytes than in the header");
	start(), put(CHUNK_DATA, 1, payload, packed), put_end(0, 0), change(at, 52, STREAM_ZLIB),
		change(at, 40, 201);
	expect("compressed payload is damaged", "fewer bytes than in the header");
	start(), put(CHUNK_DATA, 1, payload, packed), put_end(0, 0), change(at, 52, STREAM_ZLIB),
		change(at, 40, 200 << 20);
	expect("claims more", "a decompression bomb");
	start(), put(CHUNK_DATA, 1, payload, packed + 1), put_end(0, 0),
		change(at, 52, STREAM_ZLIB), change(at, 40, 200);
	expect("compressed payload is damaged", "a trailing byte");
	start(), put(CHUNK_DATA, 1, "nonsense", 8), put_end(0, 0), change(at, 52, STREAM_ZLIB),
		change(at, 40, 200);
	expect("compressed payload is damaged", "not zlib data");
}

int main(void)
{
	heads();
	many_classes();
	segments();
	data_chunks();
	index_chunks();
	headers();
	compressed();
	return done();
}
