/* Passes over streams: the result of a record depends neither on threads nor order nor shards nor
 * pipes. */
#include "augment/passes.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/version.h"
#include "tap.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SIDE = 13, CHANNELS = 3, SIZE = SIDE * SIDE * CHANNELS, RECORDS = 100 };

static struct error error;

static const char *path_of(const char *name)
{
	static char paths[8][256];
	static int next;
	char *path = paths[next++ % 8];
	snprintf(path, sizeof paths[0], "%s/%s", scratch(), name);
	return path;
}

static void make_head(struct stream_head *head, uint32_t pass, enum stream_label label)
{
	*head = (struct stream_head){.type = STREAM_U8,
		.height = SIDE,
		.width = SIDE,
		.channels = CHANNELS,
		.maximum = 255,
		.label = label,
		.pass = pass,
		.history = json_array()};
	if (text_list_add(&head->classes, "red shells", &error) ||
		text_list_add(&head->classes, "blue", &error))
		abort();
}

static void write_record(struct stream_writer *writer, int id, enum stream_label label)
{
	unsigned char tensor[SIZE];
	char source[32];
	float weights[2] = {(float)id / RECORDS, 1};
	for (int i = 0; i < SIZE; i++)
		tensor[i] = (unsigned char)((i * 7 + id * 31 + i / 39 * 11) % 256);
	snprintf(source, sizeof source, "red shells/%d.png", id);
	struct stream_record record = {.tensor = tensor,
		.label = label == STREAM_LABEL_INDEX ? id % 2 : 0,
		.id = (uint64_t)id,
		.source = source,
		.weights = label == STREAM_LABEL_WEIGHTS ? weights : NULL};
	record.digest[3] = (unsigned char)id;
	if (stream_write(writer, &record, &error))
		abort();
}

/* Appends a segment with records first, first + step, ... (count of them) to a file. */
static void add_segment(const char *path, const char *mode, uint32_t pass, enum stream_label label,
	int first, int step, int count)
{
	struct stream_head head;
	struct stream_writer *writer;
	FILE *file = fopen(path, mode);
	make_head(&head, pass, label);
	if (!file || stream_begin(&writer, file, path, &head, STREAM_RAW, &error))
		abort();
	for (int i = 0; i < count; i++)
		write_record(writer, first + i * step, label);
	if (stream_end(writer, &error) || fclose(file))
		abort();
	stream_head_free(&head);
}

static int run_passes(const struct augment_plan *plan, char *const *paths, int count, int threads,
	const char *out)
{
	struct input_streams *inputs = NULL;
	struct parallel *pool = NULL;
	struct progress progress = {0};
	FILE *file = fopen(out, "wb");
	int result = input_streams_open(&inputs, paths, count, augment_needs_rewind(plan), &error);
	if (result == 0)
		result = parallel_create(&pool, threads, &error);
	if (result == 0)
		result = augment_passes(plan, inputs, file, out, pool, &progress, &error);
	input_streams_close(inputs);
	parallel_destroy(pool);
	fclose(file);
	return result;
}

static bool same_files(const char *a, const char *b)
{
	unsigned char *left, *right;
	size_t left_size, right_size;
	if (file_read(a, 1 << 28, &left, &left_size, &error) ||
		file_read(b, 1 << 28, &right, &right_size, &error))
		abort();
	bool same = left_size == right_size && memcmp(left, right, left_size) == 0;
	free(left);
	free(right);
	return same;
}

/* The records of a stream by pass and id, as digests of tensor, label, source, weights. */
struct contents {
	int passes, records;
	unsigned char digests[8][RECORDS][DIGEST_SIZE];
	uint64_t order[8 * RECORDS];
};

static struct contents *read_contents(const char *path)
{
	struct contents *contents = calloc(1, sizeof *contents);
	struct stream_reader *reader;
	const struct stream_head *head;
	struct stream_record record;
	if (!contents || stream_open(&reader, path, &error))
		abort();
	while (stream_next_segment(reader, &head, &error) == 1) {
		contents->passes++;
		size_t size = stream_tensor_size(head), classes = head->classes.count;
		uint32_t pass = head->pass;
		while (stream_next_record(reader, &record, &error) == 1) {
			struct digest *digest = digest_start();
			digest_add(digest, record.tensor, size);
			digest_add(digest, &record.label, sizeof record.label);
			digest_add(digest, record.source, strlen(record.source));
			digest_add(digest, record.digest, sizeof record.digest);
			if (record.weights)
				digest_add(digest, record.weights,
					classes * sizeof *record.weights);
			digest_finish(digest, contents->digests[pass][record.id]);
			contents->order[contents->records++] = record.id;
		}
	}
	stream_close(reader);
	return contents;
}

static struct augment_plan strong(int passes)
{
	return (struct augment_plan){.options = augment_preset(AUGMENT_PRESET_STRONG),
		.passes = passes,
		.seed = 11};
}

static void threads_and_order(void)
{
	char *all[] = {(char *)path_of("all")}, *reversed[] = {(char *)path_of("reversed")},
	     *shards[] = {(char *)path_of("even"), (char *)path_of("odd")};
	const char *one = path_of("one"), *other = path_of("other");
	struct augment_plan plan = strong(3);
	add_segment(all[0], "wb", 0, STREAM_LABEL_INDEX, 0, 1, RECORDS);
	add_segment(reversed[0], "wb", 0, STREAM_LABEL_INDEX, RECORDS - 1, -1, RECORDS);
	add_segment(shards[0], "wb", 0, STREAM_LABEL_INDEX, 0, 2, RECORDS / 2);
	add_segment(shards[1], "wb", 0, STREAM_LABEL_INDEX, 1, 2, RECORDS / 2);
	is_integer(run_passes(&plan, all, 1, 1, one), 0, "three passes on one thread");
	is_integer(run_passes(&plan, all, 1, 2, other), 0, "  on two");
	ok(same_files(one, other), "  give the same bytes");
	is_integer(run_passes(&plan, all, 1, 7, other), 0, "  on seven");
	ok(same_files(one, other), "  give the same bytes");

	struct contents *expected = read_contents(one), *got;
	is_integer(expected->passes, 3, "as many segments as passes");
	is_integer(expected->records, 3 * RECORDS, "all records in each");
	bool in_order = true, differs = true;
	for (int i = 0; i < 3 * RECORDS; i++)
		in_order &= expected->order[i] == (uint64_t)(i % RECORDS);
	for (int i = 0; i < RECORDS; i++)
		differs &=
			memcmp(expected->digests[0][i], expected->digests[1][i], DIGEST_SIZE) != 0;
	ok(in_order, "records keep their order");
	ok(differs, "each pass augments each image differently");

	is_integer(run_passes(&plan, reversed, 1, 2, other), 0, "in reversed order");
	got = read_contents(other);
	ok(memcmp(expected->digests, got->digests, sizeof got->digests) == 0,
		"  each record comes out the same");
	free(got);
	is_integer(run_passes(&plan, shards, 2, 2, other), 0, "from two shards");
	got = read_contents(other);
	ok(memcmp(expected->digests, got->digests, sizeof got->digests) == 0,
		"  each record comes out the same");
	is_integer(got->passes, 3, "  in one segment for each pass");
	free(got);
	free(expected);
}

/* The mixing partner depends on ids alone; labels are mixed as images are. */
static void mixing(void)
{
	char *all[] = {(char *)path_of("all")}, *reversed[] = {(char *)path_of("reversed")},
	     *shards[] = {(char *)path_of("even"), (char *)path_of("odd")},
	     *weighted[] = {(char *)path_of("weighted")};
	const char *one = path_of("one"), *other = path_of("other");
	struct augment_plan plan = strong(2);
	*augment_setting(&plan.options, "mixup") = (struct augment_setting){0.4, 0.5};
	*augment_setting(&plan.options, "cutmix") = (struct augment_setting){1, 0.5};
	is_integer(run_passes(&plan, all, 1, 1, one), 0, "images mixed, on one thread");
	is_integer(run_passes(&plan, all, 1, 7, other), 0, "  on seven");
	ok(same_files(one, other), "  give the same bytes");
	struct contents *expected = read_contents(one), *got;
	is_integer(run_passes(&plan, reversed, 1, 2, other), 0, "in reversed order");
	got = read_contents(other);
	ok(memcmp(expected->digests, got->digests, sizeof got->digests) == 0,
		"  each record comes out the same, its labels too");
	free(got);
	is_integer(run_passes(&plan, shards, 2, 2, other), 0, "from two shards");
	got = read_contents(other);
	ok(memcmp(expected->digests, got->digests, sizeof got->digests) == 0,
		"  each record comes out the same, its labels too");
	free(got);
	free(expected);
	add_segment(weighted[0], "wb", 0, STREAM_LABEL_WEIGHTS, 0, 1, 40);
	is_integer(run_passes(&plan, weighted, 1, 2, other), 0, "labels that are weights already");
}

static void mixed_labels(void)
{
	char *all[] = {(char *)path_of("all")};
	const char *out = path_of("out");
	struct augment_plan plan = {.options = augment_preset(AUGMENT_PRESET_NONE), .passes = 1};
	struct stream_reader *reader;
	const struct stream_head *head;
	struct stream_record record;
	int mixed = 0, pure = 0, wrong = 0;
	*augment_setting(&plan.options, "mixup") = (struct augment_setting){1, 0.5};
	is_integer(run_passes(&plan, all, 1, 2, out), 0, "half of the images mixed");
	if (stream_open(&reader, out, &error) || stream_next_segment(reader, &head, &error) != 1)
		abort();
	ok(head->label == STREAM_LABEL_WEIGHTS, "  labels become weights");
	while (stream_next_record(reader, &record, &error) == 1) {
		float own = record.weights[record.id % 2],
		      foreign = record.weights[1 - record.id % 2];
		mixed += foreign > 0;
		pure += own == 1;
		wrong += own + foreign < 0.99999f || own + foreign > 1.00001f;
	}
	ok(mixed > 10 && pure > 50 && pure + mixed <= RECORDS && wrong == 0,
		"  whose sum is 1 (%d, %d)", mixed, pure);
	stream_close(reader);
}

/* A pipe that holds the file, as /proc/self/fd/N. */
static void pipes(struct augment_plan plan)
{
	char *all[] = {(char *)path_of("all")}, pipe_path[64], *from_pipe[] = {pipe_path};
	const char *one = path_of("one"), *other = path_of("other");
	unsigned char *bytes;
	size_t size;
	int ends[2];
	if (file_read(all[0], 1 << 20, &bytes, &size, &error) || pipe(ends))
		abort();
	if (run_passes(&plan, all, 1, 2, one))
		abort();
	fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);
	bool filled = write(ends[1], bytes, size) == (ssize_t)size;
	close(ends[1]);
	free(bytes);
	snprintf(pipe_path, sizeof pipe_path, "/proc/self/fd/%d", ends[0]);
	ok(filled && run_passes(&plan, from_pipe, 1, 2, other) == 0,
		"a pipe is read several times");
	ok(same_files(one, other), "  with the same result");
	close(ends[0]);
}

static void several_passes(void)
{
	char *two[] = {(char *)path_of("two")};
	const char *out = path_of("out");
	struct augment_plan plan = {.options = augment_preset(AUGMENT_PRESET_LIGHT), .passes = 2};
	add_segment(two[0], "wb", 0, STREAM_LABEL_WEIGHTS, 0, 1, 40);
	add_segment(two[0], "ab", 1, STREAM_LABEL_WEIGHTS, 0, 1, 40);
	is_integer(run_passes(&plan, two, 1, 2, out), 0,
		"two passes over two passes, labels as weights");
	struct contents *contents = read_contents(out);
	is_integer(contents->passes, 4, "  are four");
	is_integer(contents->records, 160, "  with all records");
	free(contents);
}

static void nothing_changes(void)
{
	char *all[] = {(char *)path_of("all")}, *empty[] = {(char *)path_of("empty")};
	const char *out = path_of("out");
	struct augment_plan plan = {.options = augment_preset(AUGMENT_PRESET_NONE), .passes = 1};
	is_integer(run_passes(&plan, all, 1, 2, out), 0, "no operation");
	struct contents *before = read_contents(all[0]), *after = read_contents(out);
	ok(memcmp(before->digests, after->digests, sizeof after->digests) == 0,
		"  changes nothing");
	free(before);
	free(after);
	add_segment(empty[0], "wb", 0, STREAM_LABEL_INDEX, 0, 1, 0);
	is_integer(run_passes(&plan, empty, 1, 2, out), 0, "a segment without records");
	after = read_contents(out);
	is_integer(after->passes, 1, "  gives a segment without records");
	free(after);
}

static void rescaled(void)
{
	char *all[] = {(char *)path_of("all")};
	const char *out = path_of("out");
	struct augment_plan plan = {.options = augment_preset(AUGMENT_PRESET_NONE),
		.passes = 1,
		.rescale = true,
		.seed = 3};
	struct stream_reader *reader;
	const struct stream_head *head;
	struct stream_record record;
	is_integer(run_passes(&plan, all, 1, 2, out), 0, "rescaled");
	bool opened = stream_open(&reader, out, &error) == 0 &&
		stream_next_segment(reader, &head, &error) == 1;
	ok(opened && head->type == STREAM_F32 && head->maximum == 1, "  to floats from 0 to 1");
	char *history = opened ? json_dumps(head->history, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
	is_text(history,
		"[{\"arguments\":\"--passes 1 --rescale --fill "
		"nearest\",\"seed\":\"3\",\"tool\":\"augment\","
		"\"version\":\"" MILLRACE_VERSION "\"}]",
		"  recorded in the history");
	free(history);
	ok(opened && stream_next_record(reader, &record, &error) == 1, "  with records");
	is_near((double)((const float *)record.tensor)[1], 7 / 255.0, 1e-7, "  of v / 255");
	stream_close(reader);
}

static void expect_failure(char *const *paths, int count, const char *reason, const char *name)
{
	struct augment_plan plan = strong(2);
	struct stream_reader *reader;
	const struct stream_head *head;
	struct stream_record record;
	const char *out = path_of("out");
	int result, records = 1;
	ok(run_passes(&plan, paths, count, 2, out) == -1 && strstr(error.reason, reason), "%s: %s",
		name, error.reason);
	if (stream_open(&reader, out, &error))
		return;
	while ((result = stream_next_segment(reader, &head, &error)) == 1 && records >= 0)
		while ((records = stream_next_record(reader, &record, &error)) == 1)
			;
	ok(result < 0 || records < 0, "  and the output has no end");
	stream_close(reader);
}

static void failures(void)
{
	char *cut[] = {(char *)path_of("cut")},
	     *mixed[] = {(char *)path_of("all"), (char *)path_of("two")},
	     *missing[] = {(char *)path_of("missing")};
	add_segment(cut[0], "wb", 0, STREAM_LABEL_INDEX, 0, 1, RECORDS);
	if (truncate(cut[0], 40000))
		abort();
	expect_failure(cut, 1, "ends too early", "a truncated stream");
	expect_failure(mixed, 2, "label", "streams that differ");
	expect_failure(missing, 1, "No such file", "a missing file");
}

int main(void)
{
	struct augment_plan mixed = strong(1);
	*augment_setting(&mixed.options, "cutmix") = (struct augment_setting){1, 1};
	threads_and_order();
	pipes(strong(3));
	mixing();
	mixed_labels();
	pipes(mixed);
	several_passes();
	nothing_changes();
	rescaled();
	failures();
	return done();
}
