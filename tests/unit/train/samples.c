/* Samples: passes from files, pipes and shards, in every encoding; invalid training data is
 * refused. */
#include "train/samples.h"

#include "tap.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { RECORDS = 5, PASSES = 3, CLASSES = 3 };

/* Specification of a test stream: record `id` of pass `pass` is 2x2 pixels of pass * 50 + id. */
struct plan {
	enum stream_type type;
	enum stream_label label;
	enum stream_codec codec;
	int passes, records;
	int first_id;
	int label_offset; /* label of record id is (id + offset) % CLASSES; -2 makes one -1 */
	uint32_t announced;
};

static const char *path_of(const char *name)
{
	static char paths[4][4096];
	static int next;
	char *path = paths[next++ % 4];
	snprintf(path, sizeof paths[0], "%s/%s", scratch(), name);
	return path;
}

static void write_record(struct stream_writer *writer, const struct plan *plan, int pass, int id)
{
	struct error error;
	uint8_t bytes[4];
	float numbers[4], weights[CLASSES] = {0};
	for (int i = 0; i < 4; i++) {
		bytes[i] = (uint8_t)(pass * 50 + id);
		numbers[i] = (float)bytes[i];
	}
	int label = (id + plan->label_offset) % CLASSES;
	weights[label < 0 ? 0 : label] = 1;
	weights[(label + 1) % CLASSES] = 0.5f;
	struct stream_record record = {
		.tensor = plan->type == STREAM_U8 ? (const void *)bytes : (const void *)numbers,
		.label = label,
		.weights = plan->label == STREAM_LABEL_WEIGHTS ? weights : NULL,
		.id = (uint64_t)id,
		.source = "x",
	};
	if (stream_write(writer, &record, &error))
		note("%s: %s", error.object, error.reason);
}

static void write_stream(const char *path, const struct plan *plan)
{
	FILE *stream = fopen(path, "wb");
	struct error error;
	struct stream_head head = {.type = plan->type,
		.height = 2,
		.width = 2,
		.channels = 1,
		.minimum = 0,
		.maximum = 255,
		.label = plan->label};
	if (text_list_add(&head.classes, "a", &error) ||
		text_list_add(&head.classes, "b", &error) ||
		text_list_add(&head.classes, "c", &error))
		return;
	for (int pass = 0; pass < plan->passes; pass++) {
		struct stream_writer *writer;
		head.pass = (uint32_t)pass;
		head.passes = plan->announced;
		if (stream_begin(&writer, stream, path, &head, plan->codec, &error))
			note("%s: %s", error.object, error.reason);
		for (int i = 0; i < plan->records; i++)
			write_record(writer, plan, pass, plan->first_id + i);
		if (stream_end(writer, &error))
			note("%s: %s", error.object, error.reason);
	}
	fclose(stream);
	stream_head_free(&head);
}

static const struct plan usual = {STREAM_U8, STREAM_LABEL_INDEX, STREAM_RAW, PASSES, RECORDS, 0, 0,
	0};

/* Whether sample `index` is record `id` of `pass`, as written by write_record. */
static bool is_record(const struct samples *samples, uint32_t index, int pass, int id, bool weights)
{
	float input[4], target[CLASSES], tensor[4];
	struct error error;
	if (samples_read(samples, index, input, target, tensor, &error)) {
		note("%s: %s", error.object, error.reason);
		return false;
	}
	bool good = true;
	for (int i = 0; i < 4; i++)
		good = good && input[i] == (float)((pass * 50 + id) / 255.0);
	for (int i = 0; i < CLASSES; i++) {
		float expected = i == id % CLASSES           ? 1
			: weights && i == (id + 1) % CLASSES ? 0.5f
							     : 0;
		good = good && target[i] == expected;
	}
	return good;
}

static void check_pass(const struct samples *samples, int pass, bool weights, const char *name)
{
	bool good = samples_count(samples) == RECORDS;
	for (uint32_t i = 0; i < samples_count(samples) && good; i++)
		good = is_record(samples, i, pass, (int)i, weights);
	ok(good, "%s: the records of pass %d", name, pass);
}

static struct samples *open_one(const char *path, enum samples_order order)
{
	struct samples *samples;
	struct error error;
	if (!ok(samples_open(&samples, &path, 1, order, &error) == 0, "open %s",
		    text_base_name(path)))
		note("%s: %s", error.object, error.reason);
	return samples;
}

static void select_epoch(struct samples *samples, int epoch, bool expected)
{
	struct error error;
	bool repeated = !expected;
	ok(samples_begin_epoch(samples, epoch, &repeated, &error) == 0 && repeated == expected,
		"epoch %d %s", epoch, expected ? "repeats a pass" : "has a pass of its own");
}

static void files(void)
{
	static const struct {
		const char *name;
		struct plan plan;
	} cases[] = {
		{"raw.tens", {STREAM_U8, STREAM_LABEL_INDEX, STREAM_RAW, PASSES, RECORDS, 0, 0, 0}},
		{"zlib.tens",
			{STREAM_U8, STREAM_LABEL_INDEX, STREAM_ZLIB, PASSES, RECORDS, 0, 0, 0}},
		{"f32.tens",
			{STREAM_F32, STREAM_LABEL_INDEX, STREAM_RAW, PASSES, RECORDS, 0, 0, 0}},
		{"weights.tens",
			{STREAM_F32, STREAM_LABEL_WEIGHTS, STREAM_ZLIB, PASSES, RECORDS, 0, 0, 0}},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		bool weights = cases[i].plan.label == STREAM_LABEL_WEIGHTS;
		write_stream(path_of(cases[i].name), &cases[i].plan);
		struct samples *samples = open_one(path_of(cases[i].name), SAMPLES_BY_PASS);
		is_integer((long long)samples_passes(samples), PASSES, "passes");
		for (int epoch = 0; epoch < PASSES + 1; epoch++) {
			select_epoch(samples, epoch, epoch >= PASSES);
			check_pass(samples, epoch % PASSES, weights, cases[i].name);
		}
		samples_close(samples);
	}
}

static void joined_and_shards(void)
{
	struct plan second = usual;
	second.first_id = RECORDS;
	write_stream(path_of("raw.tens"), &usual);
	write_stream(path_of("second.tens"), &second);
	struct samples *samples = open_one(path_of("raw.tens"), SAMPLES_JOINED);
	is_integer(samples_count(samples), PASSES * RECORDS, "joined: the records of all passes");
	ok(is_record(samples, 12, 2, 2, false), "... in order");
	samples_close(samples);

	const char *paths[] = {path_of("raw.tens"), path_of("second.tens")};
	struct error error;
	double totals[CLASSES];
	ok(samples_open(&samples, paths, 2, SAMPLES_BY_PASS, &error) == 0, "two shards");
	is_integer((long long)samples_passes(samples), PASSES, "passes of two shards");
	is_integer(samples_count(samples), 2 * RECORDS, "records of a pass in two shards");
	ok(is_record(samples, 7, 0, 7, false), "... those of the second after those of the first");
	samples_class_totals(samples, totals);
	ok(totals[0] == 4 && totals[1] == 3 && totals[2] == 3, "images of each class");
	samples_close(samples);
}

/* Opens a named pipe into which a child copies `path`. */
static struct samples *open_pipe(const char *path, pid_t *child)
{
	const char *pipe_path = path_of("pipe");
	unlink(pipe_path);
	ok(mkfifo(pipe_path, 0600) == 0, "a named pipe");
	*child = fork();
	if (*child == 0) {
		char command[9000];
		snprintf(command, sizeof command, "exec cat '%s' >'%s'", path, pipe_path);
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	return open_one(pipe_path, SAMPLES_BY_PASS);
}

static void ended_well(pid_t child)
{
	int status = -1;
	waitpid(child, &status, 0);
	is_integer(status, 0, "the pipe's writer exited with 0");
}

static void pipes(void)
{
	pid_t child;
	struct error error;
	unsigned char from_pipe[DIGEST_SIZE], from_file[DIGEST_SIZE];
	struct samples *samples = open_pipe(path_of("raw.tens"), &child);
	for (int epoch = 0; epoch < PASSES; epoch++) {
		select_epoch(samples, epoch, false);
		check_pass(samples, epoch, false, "pipe");
		ok(samples_is_complete(samples) == (epoch == PASSES - 1),
			"its end is seen with the last pass");
	}
	select_epoch(samples, PASSES, true);
	check_pass(samples, PASSES - 1, false, "the last again");
	samples_digest(samples, from_pipe);
	samples_close(samples);
	ended_well(child);

	samples = open_one(path_of("raw.tens"), SAMPLES_BY_PASS);
	samples_digest(samples, from_file);
	ok(memcmp(from_pipe, from_file, DIGEST_SIZE) == 0, "pipe and file have one digest");
	samples_close(samples);

	samples = open_pipe(path_of("raw.tens"), &child);
	ok(!samples_is_complete(samples), "not complete");
	ok(samples_finish(samples, &error) == 0 && samples_is_complete(samples),
		"the rest is read and discarded");
	samples_digest(samples, from_pipe);
	ok(memcmp(from_pipe, from_file, DIGEST_SIZE) == 0, "... and counts in the digest");
	samples_close(samples);
	ended_well(child);
}

/* The digest of a pass is that of its records, from wherever it comes. */
static void pass_digests(void)
{
	pid_t child;
	unsigned char digests[PASSES][DIGEST_SIZE];
	struct samples *samples = open_one(path_of("raw.tens"), SAMPLES_BY_PASS);
	for (int epoch = 0; epoch < PASSES; epoch++) {
		select_epoch(samples, epoch, false);
		memcpy(digests[epoch], samples_pass_digest(samples), DIGEST_SIZE);
	}
	ok(memcmp(digests[0], digests[1], DIGEST_SIZE) &&
			memcmp(digests[1], digests[2], DIGEST_SIZE),
		"other passes have other digests");
	select_epoch(samples, PASSES, true);
	ok(memcmp(digests[0], samples_pass_digest(samples), DIGEST_SIZE) == 0,
		"a pass that is repeated has the same");
	samples_close(samples);
	samples = open_pipe(path_of("raw.tens"), &child);
	for (int epoch = 0; epoch < PASSES; epoch++) {
		select_epoch(samples, epoch, false);
		ok(memcmp(digests[epoch], samples_pass_digest(samples), DIGEST_SIZE) == 0,
			"pass %d of a pipe has that of the file", epoch);
	}
	samples_close(samples);
	ended_well(child);
}

static void announced_passes(void)
{
	struct plan plan = usual;
	for (plan.announced = 0; plan.announced < 5; plan.announced += 4) {
		pid_t child;
		write_stream(path_of("announced.tens"), &plan);
		struct samples *samples = open_pipe(path_of("announced.tens"), &child);
		is_integer(samples_announced_passes(samples), plan.announced, "announced passes");
		samples_close(samples);
		waitpid(child, NULL, 0);
	}
}

/* A corrupt pass that was prefetched is an error when it is selected. */
static void damaged_pass(void)
{
	const char *path = path_of("damaged.tens");
	pid_t child;
	struct error error = {0};
	bool repeated;
	write_stream(path, &usual);
	FILE *file = fopen(path, "r+b");
	ok(file && fseek(file, -300, SEEK_END) == 0 && fputc(0x5A, file) != EOF &&
			fclose(file) == 0,
		"the last pass is corrupted");
	struct samples *samples = open_pipe(path, &child);
	for (int epoch = 0; epoch < PASSES - 1; epoch++) {
		select_epoch(samples, epoch, false);
		check_pass(samples, epoch, false, "before the damage");
	}
	ok(samples_begin_epoch(samples, PASSES - 1, &repeated, &error) < 0,
		"the corrupt pass is refused");
	ok(strstr(error.reason, "differs"), "... with the reason: %s", error.reason);
	ok(samples_finish(samples, &error) < 0, "... and the stream with it");
	samples_close(samples);
	waitpid(child, NULL, 0);
}

/* Closing does not wait for a writer that has stalled. */
static void stalled_pipe(void)
{
	const char *path = path_of("raw.tens"), *pipe_path = path_of("stalled");
	ok(mkfifo(pipe_path, 0600) == 0, "a named pipe");
	pid_t child = fork();
	if (child == 0) {
		char command[9000];
		snprintf(command, sizeof command, "exec >'%s'; head -c 1500 '%s'; exec sleep 60",
			pipe_path, path);
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	alarm(30);
	struct samples *samples = open_one(pipe_path, SAMPLES_BY_PASS);
	check_pass(samples, 0, false, "stalled in the second pass");
	samples_close(samples);
	ok(kill(child, SIGTERM) == 0 && waitpid(child, NULL, 0) == child,
		"closed before its writer");
	alarm(0);
}

static void refuses(const char *const *paths, size_t count, const char *object, const char *reason)
{
	struct samples *samples;
	struct error error = {0};
	ok(samples_open(&samples, paths, count, SAMPLES_BY_PASS, &error) < 0 && !samples,
		"refused: %s", reason);
	is_text(error.object, object, "... by name");
	ok(strstr(error.reason, reason), "... with the reason");
	if (!strstr(error.reason, reason))
		note("got '%s'", error.reason);
}

static void refusals(void)
{
	struct plan unlabelled = usual, empty = usual, numbers = usual;
	unlabelled.passes = 1;
	unlabelled.label_offset = -1;
	empty.records = 0;
	numbers.type = STREAM_F32;
	const char *path = path_of("refused.tens");
	write_stream(path, &unlabelled);
	refuses(&path, 1, path, "record 0 (x) has no label");
	write_stream(path, &empty);
	refuses(&path, 1, path, "has no records");
	write_stream(path, &numbers);
	const char *both[] = {path_of("raw.tens"), path};
	char object[4200];
	snprintf(object, sizeof object, "%s: head", path);
	refuses(both, 2, object, "differ");
	const char *missing = path_of("missing.tens");
	refuses(&missing, 1, missing, "No such file");
	ok(truncate(path, 1000) == 0, "cut");
	struct samples *samples;
	struct error error;
	ok(samples_open(&samples, &path, 1, SAMPLES_BY_PASS, &error) < 0,
		"a cut stream is refused");
}

static void shrinking_file(void)
{
	const char *path = path_of("shrinks.tens");
	write_stream(path, &usual);
	struct samples *samples = open_one(path, SAMPLES_BY_PASS);
	float input[4], target[CLASSES], tensor[4];
	struct error error;
	ok(truncate(path, 0) == 0, "the file is cut while it is in use");
	ok(samples_read(samples, 0, input, target, tensor, &error) < 0, "reading fails");
	is_text(error.reason, "has become shorter while it was in use", "... with a message");
	samples_close(samples);
}

int main(void)
{
	files();
	joined_and_shards();
	pipes();
	pass_digests();
	announced_passes();
	damaged_pass();
	stalled_pipe();
	refusals();
	shrinking_file();
	return done();
}
