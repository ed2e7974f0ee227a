/* Models in every form that Keras, Teachable Machine and TensorFlow.js leave them in: opened, they
 * predict what Keras or TensorFlow.js predicts; and their labels. */
#include "model_files.h"

#include <math.h>
#include <unistd.h>

enum { FILES = 3, SAMPLES = 3 };

/* ---- the folder in which forms are made ---- */

/* A file of it, or itself (NULL). */
static const char *in_folder(const char *name)
{
	char path[300];
	snprintf(path, sizeof path, "folder%s%s", name ? "/" : "", name ? name : "");
	return scratch_path(path);
}

static void empty_folder(void)
{
	struct text_list names = {0};
	struct error error;
	if (file_make_folder(in_folder(NULL), &error) ||
		file_list(in_folder(NULL), FILE_REGULAR, &names, &error))
		exit(1);
	for (size_t i = 0; i < names.count; i++)
		unlink(in_folder(names.items[i]));
	text_list_free(&names);
}

static void put(const struct content *content)
{
	char name[300];
	snprintf(name, sizeof name, "folder/%s", content->name);
	write_content(&(struct content){name, content->bytes, content->size});
}

static void put_text(const char *name, const char *text)
{
	put(&(struct content){name, (void *)text, strlen(text)});
}

static void put_archive(const char *name, const struct content *contents, int count, int method)
{
	char path[300];
	snprintf(path, sizeof path, "folder/%s", name);
	write_archive(path, contents, count, method);
}

/* ---- predictions ---- */

/* What the outputs of a file are to those of the opened model. */
enum outputs { PROBABILITIES, LOGITS, SECOND_OF_TWO };

static bool open_model(struct model *model, const char *path, const char *what)
{
	struct error error;
	bool is_open = model_load(model, path,
			       &(struct model_options){.mode = NETWORK_PREDICT, .batch = SAMPLES},
			       &error) == 0;
	if (!ok(is_open, "%s is opened", what))
		note("%s: %s", error.object, error.reason);
	return is_open;
}

/* The largest difference to the predictions in file y for the inputs in file x. */
static double compare(struct network *network, const char *x, const char *y, enum outputs outputs)
{
	size_t input_count, count;
	int width = network_outputs(network);
	float *input = read_npy(x, &input_count), *expected = read_npy(y, &count);
	size_t samples = input_count / shape_count(network_graph(network)->input);
	float *got = malloc(2 * (count + 1) * sizeof *got);
	double largest = 0;
	if (!got || samples < 1 || samples > SAMPLES ||
		count * (outputs == SECOND_OF_TWO ? 2 : 1) != samples * (size_t)width)
		largest = INFINITY;
	else
		network_forward(network, input, (int)samples, outputs == LOGITS ? got : NULL,
			outputs == LOGITS ? NULL : got);
	for (size_t i = 0; largest < INFINITY && i < count; i++) {
		double value = (double)expected[i];
		if (outputs == SECOND_OF_TWO)
			largest = fmax(largest, fabs((double)got[2 * i] - (1 - value)));
		largest = fmax(largest,
			fabs((double)got[outputs == SECOND_OF_TWO ? 2 * i + 1 : i] - value));
	}
	free(input);
	free(expected);
	free(got);
	return largest;
}

/* ---- Keras ---- */

/* Of tests/fixtures/model/graphs: NAME.y.npy is what Keras predicts for x.npy. */
static const struct keras_model {
	const char *name;
	enum outputs outputs;
	bool is_whole; /* there are NAME.h5 and NAME.keras beside NAME.json and NAME.weights.h5 */
} KERAS[] = {
	{"concatenate", PROBABILITIES, true},
	{"functional_add", PROBABILITIES, true},
	{"functional_chain", PROBABILITIES, true},
	{"logits", LOGITS, true},
	{"nested_like_teachable", PROBABILITIES, true},
	{"one_sigmoid", SECOND_OF_TWO, true},
	{"plain", PROBABILITIES, true},
	{"rescaling_minus1_1", PROBABILITIES, true},
	{"shared_twice", PROBABILITIES, true},
	{"squeeze_excite", PROBABILITIES, true},
	{"windows", PROBABILITIES, false},
	{"windows_weights", PROBABILITIES, false},
};

enum packing { LOOSE, STORED, DEFLATED };

static const struct form {
	const char *title;
	struct {
		const char *ending, *name; /* of the fixture; here */
	} files[FILES];
	const char *opened; /* in the folder; NULL: the folder itself */
	const char *archive;
	enum packing packing;
} FORMS[] = {
	{"whole .h5", {{".h5", "net.h5"}}, "net.h5", 0, 0},
	{"whole .hdf5", {{".h5", "net.hdf5"}}, "net.hdf5", 0, 0},
	{"whole HDF5 without an ending", {{".h5", "net"}}, "net", 0, 0},
	{".keras", {{".keras", "net.keras"}}, "net.keras", 0, 0},
	{".json with .weights.h5", {{".json", "net.json"}, {".weights.h5", "net.weights.h5"}},
		"net.json", 0, 0},
	{".weights.h5 with .json", {{".json", "net.json"}, {".weights.h5", "net.weights.h5"}},
		"net.weights.h5", 0, 0},
	{".json with .h5", {{".json", "net.json"}, {".weights.h5", "net.h5"}}, "net.json", 0, 0},
	{".h5 with .json", {{".json", "net.json"}, {".weights.h5", "net.h5"}}, "net.h5", 0, 0},
	{".json with .hdf5", {{".json", "net.json"}, {".weights.h5", "net.hdf5"}}, "net.json", 0,
		0},
	{"folder", {{".json", "architecture.json"}, {".weights.h5", "poids.h5"}}, 0, 0, 0},
	{"folder of other names", {{".json", "net.json"}, {".weights.h5", "w.weights.h5"}}, 0, 0,
		0},
	{"folder with a whole .h5", {{".h5", "net.h5"}}, 0, 0, 0},
	{"folder with a .keras", {{".keras", "net.keras"}}, 0, 0, 0},
	{"folder with .json and a whole .h5", {{".json", "net.json"}, {".h5", "net.h5"}}, 0, 0, 0},
	{"archive of a .h5, deflated", {{".h5", "keras_model.h5"}}, "converted_keras.zip",
		"converted_keras.zip", DEFLATED},
	{"archive of a .h5, stored", {{".h5", "keras_model.h5"}}, "converted_keras.zip",
		"converted_keras.zip", STORED},
	{"archive of .json and .weights.h5",
		{{".json", "config.json"}, {".weights.h5", "model.weights.h5"}}, "net.keras",
		"net.keras", DEFLATED},
	{"folder with an archive", {{".h5", "keras_model.h5"}}, 0, "converted_keras.zip", DEFLATED},
};

/* Makes the form of a model; an archive has labels as Teachable Machine writes them. */
static void put_form(const struct keras_model *model, const struct form *form)
{
	struct content contents[FILES + 1];
	char name[256];
	int count = 0;
	empty_folder();
	for (; count < FILES && form->files[count].name; count++) {
		snprintf(name, sizeof name, "graphs/%s%s", model->name, form->files[count].ending);
		contents[count] = fixture_content(form->files[count].name, name);
		if (!form->archive)
			put(&contents[count]);
	}
	if (form->archive) {
		contents[count++] = text_content("labels.txt",
			model->outputs == SECOND_OF_TWO ? "0 a\n1 b\n" : "0 a\n1 b\n2 c\n3 d\n");
		put_archive(form->archive, contents, count,
			form->packing == STORED ? ZIP_CM_STORE : ZIP_CM_DEFLATE);
	}
	free_contents(contents, count);
}

/* Whether the form has files that there are of the model. */
static bool is_possible(const struct keras_model *model, const struct form *form)
{
	return model->is_whole ||
		(form->files[1].name && strcmp(form->files[1].ending, ".weights.h5") == 0);
}

static void check_form(const struct keras_model *keras, const struct form *form)
{
	struct model model;
	char what[256], x[4096], y[4096];
	snprintf(what, sizeof what, "%s: %s", keras->name, form->title);
	snprintf(x, sizeof x, "%s", model_fixture("graphs/x.npy"));
	snprintf(y, sizeof y, "%s/graphs/%s.y.npy", fixture("model"), keras->name);
	put_form(keras, form);
	if (!open_model(&model, in_folder(form->opened), what))
		return;
	is_near(compare(model.network, x, y, keras->outputs), 0, 1e-5,
		"... and predicts what Keras does");
	is_text(model.labels.items[1], form->archive ? "b" : "class 1", "... labels");
	is_integer((long long)model.assumptions.count, !form->archive + (keras->outputs == LOGITS),
		"... what is taken for granted");
	model_free(&model);
}

/* Every form of half of the models, to save time. Returns how many were opened. */
static int keras_models(void)
{
	int count = 0;
	for (size_t i = 0; i < sizeof KERAS / sizeof *KERAS; i++)
		for (size_t k = 0; k < sizeof FORMS / sizeof *FORMS; k++)
			if ((i + k) % 2 == 0 && is_possible(&KERAS[i], &FORMS[k])) {
				check_form(&KERAS[i], &FORMS[k]);
				count++;
			}
	return count;
}

/* ---- TensorFlow.js ---- */

static const struct tensorflow_js_model {
	const char *name;
	enum outputs outputs;
	const char *label; /* the first */
} TENSORFLOW_JS[] = {
	{"cnn", PROBABILITIES, "class 0"},
	{"functional", SECOND_OF_TWO, "class 0"},
	{"teachable", PROBABILITIES, "Flask"},
	{"grey", PROBABILITIES, "class 0"},
	{"float16", PROBABILITIES, "class 0"},
	{"quantized", PROBABILITIES, "class 0"},
	{"shards", PROBABILITIES, "class 0"},
};

static const char *tensorflow_js_path(const char *name, const char *file)
{
	static char path[2][4096];
	static int which;
	which = !which;
	snprintf(path[which], sizeof path[which], "%s/tensorflow_js/%s%s%s", fixture("model"), name,
		file ? "/" : "", file ? file : "");
	return path[which];
}

/* Makes an archive of a folder's files, those of the model alone. */
static void archive_fixture(const char *name)
{
	struct text_list names = {0};
	struct content contents[16] = {0};
	int count = 0;
	char path[300];
	empty_folder();
	if (file_list(tensorflow_js_path(name, NULL), FILE_REGULAR, &names, NULL))
		exit(1);
	for (size_t i = 0; i < names.count && count < 16; i++) {
		snprintf(path, sizeof path, "tensorflow_js/%s/%s", name, names.items[i]);
		if (!strstr(path, ".npy"))
			contents[count++] = fixture_content(names.items[i], path);
	}
	put_archive("tm-my-image-model.zip", contents, count, ZIP_CM_DEFLATE);
	free_contents(contents, count);
	text_list_free(&names);
}

static void check_tensorflow_js(const struct tensorflow_js_model *row, const char *path,
	const char *form)
{
	struct model model;
	char what[256];
	snprintf(what, sizeof what, "TensorFlow.js' %s: %s", row->name, form);
	if (!open_model(&model, path, what))
		return;
	is_near(compare(model.network, tensorflow_js_path(row->name, "x.npy"),
			tensorflow_js_path(row->name, "y.npy"), row->outputs),
		0, 1e-5, "... and predicts what TensorFlow.js does");
	is_text(model.labels.items[0], row->label, "... labels");
	model_free(&model);
}

static int tensorflow_js_models(void)
{
	int count = sizeof TENSORFLOW_JS / sizeof *TENSORFLOW_JS;
	for (int i = 0; i < count; i++) {
		const struct tensorflow_js_model *row = &TENSORFLOW_JS[i];
		check_tensorflow_js(row, tensorflow_js_path(row->name, NULL), "folder");
		check_tensorflow_js(row, tensorflow_js_path(row->name, "model.json"), "model.json");
		archive_fixture(row->name);
		check_tensorflow_js(row, in_folder("tm-my-image-model.zip"), "archive");
	}
	return 3 * count;
}

/* ---- labels ---- */

static const struct labels {
	const char *title;
	const char *archived, *beside,
		*option;          /* labels.txt in the archive and beside it, --labels */
	const char *first, *last; /* NULL: refused */
	const char *reason;       /* of the refusal, or an assumption */
} LABELS[] = {
	{"none", 0, 0, 0, "class 0", "class 3",
		"has no labels: its classes are called class 0, class 1 and so on; see --labels"},
	{"of the archive", "a\nb\nc\nd\n", 0, 0, "a", "d", 0},
	{"with indices", "0 a b\r\n1 b\r\n2 c\r\n3 d\r\n", 0, 0, "a b", "d", 0},
	{"with indices, without a last newline", "0 a\n1 b\n2 c\n3 d", 0, 0, "a", "d", 0},
	{"not every line with its index", "0 a\n1 b\n2 c\nd\n", 0, 0, "0 a", "d", 0},
	{"indices in another order", "1 a\n0 b\n2 c\n3 d\n", 0, 0, "1 a", "3 d", 0},
	{"indices from 1", "1 a\n2 b\n3 c\n4 d\n", 0, 0, "1 a", "4 d", 0},
	{"an index alone", "0 a\n1 b\n2 c\n3\n", 0, 0, "0 a", "3", 0},
	{"beside the archive", 0, "a\nb\nc\nd\n", 0, "a", "d", 0},
	{"those beside it come first", "a\nb\nc\nd\n", "0 e\n1 f\n2 g\n3 h\n", 0, "e", "h", 0},
	{"those that are named come first", "a\nb\nc\nd\n", "e\nf\ng\nh\n", "0 i\n1 j\n2 k\n3 l\n",
		"i", "l", 0},
	{"too few in the archive", "a\nb\nc\n", 0, 0, 0, 0,
		"has 3 labels; the network has 4 outputs"},
	{"too many beside it", 0, "a\nb\nc\nd\ne\n", 0, 0, 0,
		"has 5 labels; the network has 4 outputs"},
	{"too few in those that are named", 0, 0, "a\nb\n", 0, 0,
		"has 2 labels; the network has 4 outputs"},
	{"twice", "0 a\n1 b\n2 a\n3 d\n", 0, 0, 0, 0, "'a' occurs twice"},
	{"a path", "a\nb\n../c\nd\n", 0, 0, 0, 0, "line 3: '../c' is not a valid class name"},
	{"none in the file", "", 0, 0, 0, 0, "has no labels"},
};

static void put_labels(const struct labels *row)
{
	struct content contents[] = {fixture_content("keras_model.h5", "graphs/plain.h5"),
		text_content("labels.txt", row->archived ? row->archived : "")};
	empty_folder();
	put_archive("net.zip", contents, row->archived ? 2 : 1, ZIP_CM_DEFLATE);
	if (row->beside)
		put_text("labels.txt", row->beside);
	if (row->option)
		put_text("named", row->option);
	free_contents(contents, 2);
}

static void check_labels(const struct labels *row)
{
	struct model model;
	struct error error;
	char named[4096];
	put_labels(row);
	snprintf(named, sizeof named, "%s", in_folder("named"));
	struct model_options options = {.mode = NETWORK_PREDICT,
		.batch = 1,
		.labels = row->option ? named : NULL};
	int result = model_load(&model, in_folder("net.zip"), &options, &error);
	is_integer(result, row->first ? 0 : -1, row->title);
	if (result)
		is_text(error.reason, row->reason ? row->reason : "", "... is the reason");
	else if (row->first) {
		is_text(model.labels.items[0], row->first, "... the first");
		is_text(model.labels.items[3], row->last, "... the last");
		is_text(model.assumptions.count ? model.assumptions.items[0] : "",
			row->reason ? row->reason : "", "... what is said");
	}
	model_free(&model);
}

/* labels.txt beside metadata.json. */
static void metadata(void)
{
	struct model model;
	archive_fixture("teachable");
	put_text("labels.txt", "0 x\n1 y\n2 z\n");
	if (open_model(&model, in_folder("tm-my-image-model.zip"), "one with both")) {
		is_text(model.labels.items[2], "z", "labels.txt comes before metadata.json");
		ok(model.hints.is_teachable_machine, "which says that it is Teachable Machine's");
		model_free(&model);
	}
}

/* As h5py writes numpy's strings, and other programs all of theirs. */
static void fixed_strings(void)
{
	struct model model;
	char y[4096];
	snprintf(y, sizeof y, "%s/graphs/functional_chain.y.npy", fixture("model"));
	if (open_model(&model, model_fixture("fixed_strings.h5"), "strings of fixed length")) {
		is_near(compare(model.network, model_fixture("graphs/x.npy"), y, PROBABILITIES), 0,
			1e-5, "... and predicts what Keras does");
		model_free(&model);
	}
}

static void bad_card(void)
{
	struct content file = fixture_content("net.h5", "graphs/plain.h5");
	struct model_options options = {.mode = NETWORK_PREDICT, .batch = 1};
	struct model model;
	struct error error = {0};
	empty_folder();
	put(&file);
	put_text("training.json", "[]");
	is_integer(model_load(&model, in_folder(NULL), &options, &error), -1,
		"a card that is none");
	is_text(error.reason, "is not a JSON object", "... is refused");
	ok(!model.card && !model.network && !model.labels.count, "... and the model is empty");
	free(file.bytes);
}

int main(void)
{
	int count = keras_models() + tensorflow_js_models();
	ok(count >= 60, "%d models in their forms", count);
	for (size_t i = 0; i < sizeof LABELS / sizeof *LABELS; i++)
		check_labels(&LABELS[i]);
	metadata();
	fixed_strings();
	bad_card();
	return done();
}
