/* Evaluation of a network of known output: it predicts the class of the largest input. */
#include "base/file.h"
#include "explain/examine.h"
#include "tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct error error;
static struct network *network;
static struct text_list labels;
static char path[256];

/* Logits are the three values of the input themselves. */
static void build(void)
{
	struct graph graph = {.name = "identity", .input = {1, 1, 3, false}};
	struct layer flatten = layer_defaults(LAYER_FLATTEN, "flatten"),
		     dense = layer_defaults(LAYER_DENSE, "dense");
	dense.filters = 3;
	dense.activation.kind = ACTIVATION_SOFTMAX;
	if (graph_append(&graph, &flatten, &error) < 0 || graph_append(&graph, &dense, &error) < 0)
		exit(1);
	if (network_create(&network, &graph, NETWORK_EXPLAIN, 1, NULL, &error) ||
		text_list_add(&labels, "cat", &error) || text_list_add(&labels, "dog", &error) ||
		text_list_add(&labels, "eel", &error))
		exit(1);
	graph_free(&graph);
	float *weights = network_parameter_values(network, 0);
	for (int i = 0; i < 3; i++)
		weights[4 * i] = 1;
}

struct sample {
	unsigned char values[3];
	int label;
};

/* A stream of the classes eel, cat: in another order than the network's, and not all of them. */
static void write_stream(const struct sample *samples, int count, const char *second_class)
{
	struct stream_head head = {.type = STREAM_U8,
		.height = 1,
		.width = 1,
		.channels = 3,
		.maximum = 255,
		.label = STREAM_LABEL_INDEX,
		.history = json_array()};
	struct stream_writer *writer;
	struct output output;
	if (text_list_add(&head.classes, "eel", &error) ||
		text_list_add(&head.classes, second_class, &error) ||
		output_open(&output, path, &error) ||
		stream_begin(&writer, output.stream, path, &head, STREAM_RAW, &error))
		exit(1);
	for (int i = 0; i < count; i++) {
		char source[16];
		snprintf(source, sizeof source, "%d", i);
		struct stream_record record = {.tensor = samples[i].values,
			.label = samples[i].label,
			.id = (uint64_t)i,
			.source = source};
		if (stream_write(writer, &record, &error))
			exit(1);
	}
	if (stream_end(writer, &error) || output_commit(&output, &error))
		exit(1);
	stream_head_free(&head);
}

static int run_examination(struct examination *examination, int mistakes_maximum)
{
	const struct input_values unit = input_values_of_range(0, 1, INPUT_ASSUMED);
	struct stream_reader *reader;
	if (stream_open(&reader, path, &error))
		exit(1);
	struct progress silent = {0};
	const struct model model = {.network = network, .labels = labels};
	int result = examine(examination, &model, &unit, reader, mistakes_maximum, NULL, &silent,
		&error);
	stream_close(reader);
	return result;
}

static void counts(void)
{
	static const struct sample samples[] = {
		{{0, 0, 255}, 0},   /* eel, correct, margin 1 */
		{{255, 0, 0}, 1},   /* cat, correct, margin 1 */
		{{200, 100, 0}, 1}, /* cat, correct, smaller margin */
		{{255, 0, 51}, 0},  /* eel predicted as cat, margin 0.8 */
		{{0, 255, 0}, 1},   /* cat predicted as dog, margin 1 */
		{{0, 102, 51}, 0},  /* eel predicted as dog, margin 0.2 */
		{{9, 9, 9}, -1},    /* unknown */
	};
	struct examination examination;
	write_stream(samples, 7, "cat");
	if (run_examination(&examination, 2)) {
		ok(false, "%s: %s", error.object, error.reason);
		return;
	}
	static const uint64_t confusion[] = {2, 1, 0, 0, 0, 0, 1, 1, 1};
	ok(memcmp(examination.metrics.confusion, confusion, sizeof confusion) == 0,
		"the confusion matrix, by the network's classes");
	is_integer((long long)examination.metrics.records, 6, "records with a class");
	is_integer((long long)examination.unlabelled, 1, "and one without");
	is_integer((long long)examination.metrics.correct, 3, "correct ones");
	is_integer(examination.mistakes_count, 2, "two of the mistakes are stored");
	is_text(examination.mistakes[0].source, "4", "the worst first");
	is_text(examination.mistakes[1].source, "3", "then the next");
	is_near(examination.mistakes[1].margin, 0.8, 1e-6, "by the difference of logits");
	ok(examination.mistakes[1].predicted == 0 && examination.mistakes[1].label == 2,
		"cat instead of eel");
	is_near(examination.mistakes[0].probability, 0.5761169, 1e-5,
		"its probability: e / (e + 2)");
	ok(examination.mistakes[0].tensor[1] == 255, "and its pixels");
	is_text(examination.most_confident[0].source, "1", "the most confident cat");
	is_text(examination.most_confident[2].source, "0", "the most confident eel");
	ok(!examination.most_confident[1].source, "and no dog");
	examination_free(&examination);
	ok(run_examination(&examination, 0) == 0 && examination.mistakes_count == 0 &&
			examination.metrics.correct == 3,
		"storing no mistakes");
	examination_free(&examination);
}

static void refusals(void)
{
	struct examination examination;
	static const struct sample unknown = {{1, 2, 3}, -1};
	write_stream(&unknown, 1, "cat");
	ok(run_examination(&examination, 2) == -1 && !examination.metrics.confusion,
		"a stream without a labelled record");
	is_text(error.reason, "holds no labelled picture", "reason");
	write_stream(&unknown, 1, "ant");
	ok(run_examination(&examination, 2) == -1, "a class unknown to the model");
	is_text(error.reason, "class 'ant' is unknown to the model", "reason");
	unsigned char *bytes;
	size_t size;
	if (file_read(path, 1 << 20, &bytes, &size, &error) ||
		output_bytes(path, bytes, size - 64, &error))
		return;
	free(bytes);
	ok(run_examination(&examination, 2) == -1 && !examination.mistakes, "a truncated stream");
}

int main(void)
{
	snprintf(path, sizeof path, "%s/test.tens", scratch());
	build();
	counts();
	refusals();
	network_destroy(network);
	text_list_free(&labels);
	return done();
}
