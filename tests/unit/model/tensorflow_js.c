/* Models of TensorFlow.js: what it predicts for its own files (tests/fixtures/model/tensorflow_js),
 * and files that are refused. */
#include "format/tensorflow_js.h"

#include "base/json.h"
#include "keras_files.h"

#include <math.h>
#include <string.h>

/* A folder in memory; its files may be changed. */
struct opened {
	json_t *root;
	struct model_file items[16];
	struct model_files files;
};

static const char *fixture_of(const char *name, const char *file)
{
	static char path[4096];
	snprintf(path, sizeof path, "%s/%s/%s", fixture("model/tensorflow_js"), name, file);
	return path;
}

static void open_fixture(struct opened *opened, const char *name)
{
	struct text_list names = {0};
	*opened = (struct opened){.files = {.path = "MODEL", .items = opened->items}};
	if (file_list(fixture_of(name, ""), FILE_REGULAR, &names, NULL) || names.count > 16)
		exit(1);
	for (size_t i = 0; i < names.count; i++) {
		struct model_file *file = &opened->items[opened->files.count++];
		unsigned char *bytes;
		snprintf(file->name, sizeof file->name, "%s", names.items[i]);
		if (file_read(fixture_of(name, file->name), 1 << 20, &bytes, &file->size, NULL))
			exit(1);
		file->bytes = bytes;
	}
	text_list_free(&names);
	const struct model_file *model = model_files_find(&opened->files, "model.json");
	opened->root = json_parse(model->bytes, model->size, 0, "model.json", NULL);
	if (!opened->root)
		exit(1);
}

static void close_fixture(struct opened *opened)
{
	for (int i = 0; i < opened->files.count; i++)
		free((void *)opened->items[i].bytes);
	json_decref(opened->root);
}

/* Replaces the first `old` in model.json. */
static void edit(struct opened *opened, const char *old, const char *new)
{
	const struct model_file *model = model_files_find(&opened->files, "model.json");
	const unsigned char *found = memmem(model->bytes, model->size, old, strlen(old));
	if (!ok(found != NULL, "%s becomes %s", old, new))
		return;
	int before = (int)(found - model->bytes), after = (int)(model->size - strlen(old)) - before;
	char *text = text_format("%.*s%s%.*s", before, (const char *)model->bytes, new, after,
		(const char *)found + strlen(old));
	json_decref(opened->root);
	opened->root = json_parse(text, strlen(text), 0, "model.json", NULL);
	free(text);
}

/* Gives a file bytes more or less. */
static void resize(struct opened *opened, const char *name, int by)
{
	struct model_file *file = (struct model_file *)model_files_find(&opened->files, name);
	unsigned char *bytes = calloc(1, file->size + 2);
	memcpy(bytes, file->bytes, file->size);
	free((void *)file->bytes);
	file->bytes = bytes;
	file->size += (size_t)by;
}

/* NULL with an error. The values of its parameters are written. */
static struct network *make_network(const struct opened *opened, struct error *error)
{
	struct graph graph;
	struct network *network = NULL;
	size_t count = 0;
	*error = (struct error){0};
	if (tensorflow_js_architecture(&graph, opened->root, "MODEL", NULL, error))
		return NULL;
	int result = network_create(&network, &graph, NETWORK_PREDICT, 4, NULL, error);
	graph_free(&graph);
	for (int i = 0; result == 0 && i < network_parameter_count(network); i++)
		count += network_parameter(network, i).count;
	float *values = malloc((count + 1) * sizeof *values), *next = values;
	if (result == 0)
		result =
			tensorflow_js_weights(opened->root, &opened->files, network, values, error);
	for (int i = 0; result == 0 && i < network_parameter_count(network); i++) {
		if (!network_set_parameter(network, i, next))
			result = error_set(error, "MODEL", "is not finite");
		next += network_parameter(network, i).count;
	}
	free(values);
	if (result == 0)
		return network;
	network_destroy(network);
	return NULL;
}

/* ---- predictions ---- */

/* The largest difference to what TensorFlow.js computes. */
static double compare(struct network *network, const char *name)
{
	size_t input_count, count;
	float *input = read_npy(fixture_of(name, "x.npy"), &input_count),
	      *expected = read_npy(fixture_of(name, "y.npy"), &count),
	      *got = malloc(count * sizeof *got);
	int samples = (int)count / network_outputs(network);
	double largest =
		samples == 2 && input_count == 2 * shape_count(network_graph(network)->input)
		? 0
		: INFINITY;
	if (largest == 0)
		network_forward(network, input, samples, NULL, got);
	for (size_t i = 0; largest < INFINITY && i < count; i++)
		largest = fmax(largest, fabs((double)got[i] - expected[i]));
	free(input);
	free(expected);
	free(got);
	return largest;
}

static void check_predictions(const struct opened *opened, const char *name, const char *what)
{
	struct error error;
	struct network *network = make_network(opened, &error);
	if (!ok(network != NULL, "%s is read", what)) {
		note("%s: %s", error.object, error.reason);
		return;
	}
	is_near(compare(network, name), 0, 1e-5, "its predictions are those of TensorFlow.js");
	network_destroy(network);
}

static void predictions(void)
{
	static const char *const names[] = {"cnn", "functional", "teachable", "grey", "float16",
		"quantized", "shards"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct opened opened;
		open_fixture(&opened, names[i]);
		ok(tensorflow_js_is_model(opened.root), "%s is a model", names[i]);
		check_predictions(&opened, names[i], names[i]);
		close_fixture(&opened);
	}
}

/* As tensorflowjs_converter has what Keras wrote; old ones said no format. */
static void wrap_topology(struct opened *opened)
{
	json_object_set_new(opened->root, "modelTopology",
		json_pack("{s:s, s:s, s:O}", "keras_version", "2.9.0", "backend", "tensorflow",
			"model_config", json_object_get(opened->root, "modelTopology")));
	json_object_del(opened->root, "format");
}

static void converted(void)
{
	struct opened opened;
	open_fixture(&opened, "functional");
	wrap_topology(&opened);
	check_predictions(&opened, "functional", "one with model_config and without format");
	close_fixture(&opened);
}

/* ---- refusals ---- */

static void is_refused(const struct opened *opened, const char *object, const char *reason)
{
	struct error error;
	struct network *network = make_network(opened, &error);
	is_text(error.object, object, "refused: the object");
	is_text(error.reason, reason, "... the reason");
	network_destroy(network);
}

/* In model.json of cnn, whose first array is conv1/kernel. */
static const struct refusal {
	const char *old, *new, *object, *reason;
} REFUSALS[] = {
	{"\"weightsManifest\"", "\"other\"", "MODEL", "has no weightsManifest"},
	{"\"paths\"", "\"other\"", "MODEL",
		"a group in its weightsManifest has no paths or no weights"},
	{"\"weights\"", "\"other\"", "MODEL",
		"a group in its weightsManifest has no paths or no weights"},
	{"\"weights.bin\"", "7", "MODEL", "a path in its weightsManifest is not a text"},
	{"weights.bin", "../weights.bin", "MODEL: ../weights.bin",
		"is not the name of a file beside it"},
	{"weights.bin", "a/weights.bin", "MODEL: a/weights.bin",
		"is not the name of a file beside it"},
	{"weights.bin", "/weights.bin", "MODEL: /weights.bin",
		"is not the name of a file beside it"},
	{"weights.bin", "..", "MODEL: ..", "is not the name of a file beside it"},
	{"weights.bin", "./", "MODEL: ./", "is not the name of a file beside it"},
	{"weights.bin", "other.bin", "MODEL: other.bin", "is missing"},
	{"[3,3,3,4]", "[3,3,4,3]", "MODEL: conv1/kernel",
		"has shape (3, 3, 4, 3); kernel of layer 'conv1' needs (3, 3, 3, 4)"},
	{"[3,3,3,4]", "[3,3,3,4,1]", "MODEL: conv1/kernel",
		"has shape (3, 3, 3, 4, 1); kernel of layer 'conv1' needs (3, 3, 3, 4)"},
	{"[3,3,3,4]", "[3,-3,3,-4]", "MODEL: conv1/kernel",
		"its shape is not a list of whole numbers"},
	{"[3,3,3,4]", "[4611686018427387904,4,27,4]", "MODEL: conv1/kernel",
		"its values are not all in the files"},
	{"[3,3,3,4]", "7", "MODEL: conv1/kernel", "its shape is not a list of whole numbers"},
	{"[3,3,3,4],\"dtype\":\"float32\"", "[3,3,3,4],\"dtype\":\"int32\"", "MODEL: conv1/kernel",
		"has whole numbers, not floating-point numbers"},
	{"[3,3,3,4],\"dtype\":\"float32\"", "[3,3,3,4],\"dtype\":\"complex64\"",
		"MODEL: conv1/kernel", "is of type complex64, which is not supported"},
	{"[3,3,3,4],\"dtype\":\"float32\"", "[3,3,3,4]", "MODEL: conv1/kernel",
		"is of type (none), which is not supported"},
	{"[3,3,3,4],\"dtype\":\"float32\"",
		"[3,3,3,4],\"dtype\":\"float32\",\"quantization\":{\"dtype\":\"int4\"}",
		"MODEL: conv1/kernel",
		"is of type float32 quantized as int4, which is not supported"},
	{"[3,3,3,4],\"dtype\":\"float32\"", "[3,3,3,4],\"dtype\":\"float32\",\"quantization\":{}",
		"MODEL: conv1/kernel",
		"is of type float32 quantized as (none), which is not supported"},
	{"[3,3,3,4],\"dtype\":\"float32\"",
		"[3,3,3,4],\"dtype\":\"float32\",\"quantization\":{\"dtype\":\"uint8\"}",
		"MODEL: conv1/kernel", "is quantized without scale and min"},
	{"\"conv1/kernel\"", "7", "MODEL", "an array in its weightsManifest has no name"},
	{"conv1/kernel", "conv2/bias", "MODEL: conv2/bias", "occurs twice"},
	{"conv1/kernel", "conv3/kernel", "MODEL: conv1/kernel", "is missing"},
	{"\"weights\":[",
		"\"weights\":[{\"name\":\"conv1/extra\",\"shape\":[0],\"dtype\":\"float32\"},",
		"MODEL: conv1/extra", "is of no layer of the model"},
	{"layers-model", "graph-model", "MODEL",
		"is a graph-model of TensorFlow.js; only layers models are supported"},
	{"\"modelTopology\":{\"class_name\":\"Sequential\"", "\"modelTopology\":{\"class_name\":7",
		"MODEL", "is not a Keras model: it has no class_name"},
};

static void refusals(void)
{
	for (size_t i = 0; i < sizeof REFUSALS / sizeof *REFUSALS; i++) {
		struct opened opened;
		open_fixture(&opened, "cnn");
		edit(&opened, REFUSALS[i].old, REFUSALS[i].new);
		is_refused(&opened, REFUSALS[i].object, REFUSALS[i].reason);
		close_fixture(&opened);
	}
}

/* Old converters said no format. */
static void graph_model(void)
{
	struct opened opened;
	open_fixture(&opened, "cnn");
	json_object_del(opened.root, "format");
	json_object_set_new(opened.root, "modelTopology", json_pack("{s:[]}", "node"));
	is_refused(&opened, "MODEL",
		"is a graph-model of TensorFlow.js; only layers models are supported");
	close_fixture(&opened);
}

/* A file of several with a byte less or more: then the last array of its group lacks one, or the
 * last file of the group has one too many. */
static void sizes(void)
{
	static const struct {
		const char *name, *last_array, *last_file;
	} shards[] = {
		{"group1-shard1of3", "MODEL: conv2/kernel", "MODEL: group1-shard3of3"},
		{"group1-shard2of3", "MODEL: conv2/kernel", "MODEL: group1-shard3of3"},
		{"group1-shard3of3", "MODEL: conv2/kernel", "MODEL: group1-shard3of3"},
		{"group2-shard1of2", "MODEL: bn1/moving_variance", "MODEL: group2-shard2of2"},
		{"group2-shard2of2", "MODEL: bn1/moving_variance", "MODEL: group2-shard2of2"},
	};
	for (size_t i = 0; i < sizeof shards / sizeof *shards; i++) {
		struct opened opened;
		open_fixture(&opened, "shards");
		resize(&opened, shards[i].name, -1);
		is_refused(&opened, shards[i].last_array, "its values are not all in the files");
		resize(&opened, shards[i].name, 2);
		is_refused(&opened, shards[i].last_file, "has 1 bytes too many");
		close_fixture(&opened);
	}
}

static json_t *group_of(const struct opened *opened)
{
	return json_array_get(json_object_get(opened->root, "weightsManifest"), 0);
}

static void many_paths(void)
{
	struct opened opened;
	open_fixture(&opened, "cnn");
	snprintf(opened.items[opened.files.count++].name, MODEL_FILE_NAME_SIZE, "empty");
	for (int i = 0; i < MODEL_FILES_MAXIMUM; i++)
		json_array_append_new(json_object_get(group_of(&opened), "paths"),
			json_string("empty"));
	is_refused(&opened, "MODEL", "its weights are in more than 4096 files");
	close_fixture(&opened);
}

/* Layers of nested models have names that end alike. */
static void names(void)
{
	static const char project[] = "\"expanded_conv_project/kernel\"";
	struct opened opened;
	open_fixture(&opened, "teachable");
	edit(&opened, project, "\"project/kernel\"");
	json_t *array = json_array_get(json_object_get(group_of(&opened), "weights"), 15);
	json_object_set_new(array, "name", json_string("other/kernel"));
	is_refused(&opened, "MODEL: project/kernel", "is that of two layers");
	edit(&opened, project, "\"model2/expanded_conv_project/kernel\"");
	is_refused(&opened, "MODEL: sequential_2_model1_expanded_conv_project/kernel",
		"is missing");
	close_fixture(&opened);
}

/* TensorFlow.js has other pixels than Keras there. */
static void bilinear(void)
{
	struct opened opened;
	struct error error;
	open_fixture(&opened, "functional");
	edit(&opened, "\"interpolation\":\"nearest\"", "\"interpolation\":\"bilinear\"");
	is_refused(&opened, "MODEL: layer 'up_sampling2d_UpSampling2D1'",
		"TensorFlow.js computes it in another way than Keras, which is not supported");
	wrap_topology(&opened);
	struct network *network = make_network(&opened, &error);
	ok(network != NULL, "... but not if Keras made the model");
	network_destroy(network);
	close_fixture(&opened);
}

/* ---- hints ---- */

static void is_loss(const char *text, const char *loss)
{
	struct model_hints hints = {0};
	json_t *root = json_parse(text, strlen(text), 0, "model.json", NULL);
	tensorflow_js_hints(root, &hints);
	is_text(hints.loss, loss, "the loss");
	json_decref(root);
}

static void losses(void)
{
	struct opened opened;
	struct model_hints hints = {0};
	open_fixture(&opened, "grey");
	tensorflow_js_hints(opened.root, &hints);
	is_text(hints.loss, "categorical_crossentropy", "the loss of TensorFlow.js");
	close_fixture(&opened);
#define CONVERTED(loss) "{\"modelTopology\": {\"training_config\": {\"loss\": " loss "}}}"
	is_loss(CONVERTED("\"mse\""), "mse");
	is_loss(CONVERTED("[\"mse\"]"), "mse");
	is_loss(CONVERTED("{\"dense\": \"mse\"}"), "mse");
	is_loss(CONVERTED("[\"mse\", \"mae\"]"), "");
	is_loss(CONVERTED("{\"class_name\": \"BinaryCrossentropy\", \"config\": {\"from_logits\": "
			  "true}}"),
		"BinaryCrossentropy");
	is_loss(CONVERTED("null"), "");
	is_loss("{}", "");
}

static void metadata(void)
{
	struct opened opened;
	struct teachable_machine machine;
	struct error error;
	open_fixture(&opened, "teachable");
	const struct model_file *file = model_files_find(&opened.files, "metadata.json");
	if (ok(teachable_machine_read(&machine, file->bytes, file->size, "m", &error) == 0,
		    "Teachable Machine's metadata")) {
		ok(machine.is_image_model, "is of an image model");
		is_integer((long long)machine.labels.count, 3, "labels");
		is_text(machine.labels.items[2], "Class 3", "the last of them");
		text_list_free(&machine.labels);
	}
	close_fixture(&opened);
}

static void read_text_of(const char *text, const char *reason)
{
	struct teachable_machine machine;
	struct error error = {0};
	int result = teachable_machine_read(&machine, text, strlen(text), "metadata.json", &error);
	is_text(result ? error.reason : "", reason, text);
	ok(machine.labels.count == 0 && !machine.is_image_model, "... nothing is said");
}

static void other_metadata(void)
{
	read_text_of("{}", "");
	read_text_of("[1]", "");
	read_text_of("{\"keras_version\": \"3.1\", \"packageName\": \"@teachablemachine/pose\"}",
		"");
	read_text_of("{\"labels\": [\"a\", \"a/b\"]}", "label 2: 'a/b' is not a valid class name");
	read_text_of("{\"labels\": [\"a\", 7]}", "label 2: '' is not a valid class name");
	read_text_of("{\"labels\": [\"a\", \"a\"]}", "'a' occurs twice");
	read_text_of("{\"labels\": []}", "its labels are not a list of 1 to 65536 names");
	read_text_of("{\"labels\": {}}", "its labels are not a list of 1 to 65536 names");
}

int main(void)
{
	predictions();
	converted();
	refusals();
	graph_model();
	sizes();
	many_paths();
	names();
	bilinear();
	losses();
	metadata();
	other_metadata();
	return done();
}
