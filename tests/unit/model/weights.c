/* Weights: files of Keras give Keras' predictions; written files are read back; damaged files are
 * refused. */
#include "graph_text.h"

#include <hdf5.h>
#include <math.h>
#include <string.h>

static struct network *make_network(const char *json, int batch)
{
	struct graph graph;
	struct network *network = NULL;
	struct error error;
	if (architecture_read(&graph, json, NULL, &error) ||
		network_create(&network, &graph, NETWORK_PREDICT, batch, NULL, &error))
		note("%s: %s", error.object, error.reason);
	graph_free(&graph);
	return network;
}

/* Largest absolute difference from Keras' predictions for `model`, with the weights of
 * `weights`. */
static double difference(const char *model, const char *weights)
{
	char name[64], path[4096];
	snprintf(path, sizeof path, "%s", weights);
	size_t input_count, output_count;
	snprintf(name, sizeof name, "%s_input.npy", model);
	float *input = read_npy(model_fixture(name), &input_count);
	snprintf(name, sizeof name, "%s_output.npy", model);
	float *expected = read_npy(model_fixture(name), &output_count);
	snprintf(name, sizeof name, "%s.json", model);
	struct network *network = make_network(model_fixture(name), 8);
	struct error error;
	double worst = INFINITY;
	if (weights_read(network, path, &error)) {
		note("%s: %s", error.object, error.reason);
	} else {
		float got[64];
		int outputs = network_outputs(network);
		network_forward(network, input, (int)output_count / outputs, NULL, got);
		worst = 0;
		for (size_t i = 0; i < output_count; i++)
			worst = fmax(worst, fabs((double)(got[i] - expected[i])));
	}
	network_destroy(network);
	free(input);
	free(expected);
	return worst;
}

static void keras_predictions(void)
{
	static const char *const models[] = {"plain", "modern"},
				 *const suffixes[] = {".h5", ".weights.h5"};
	for (int i = 0; i < 4; i++) {
		char name[64];
		snprintf(name, sizeof name, "%s%s", models[i / 2], suffixes[i % 2]);
		double worst = difference(models[i / 2], model_fixture(name));
		ok(worst <= 1e-5, "%s: Keras' predictions (largest difference %.2g)", name, worst);
	}
}

/* ---- writing ---- */

static bool same_file(const char *a, const char *b)
{
	unsigned char *bytes_a, *bytes_b;
	size_t size_a, size_b;
	struct error error;
	char path[4096];
	snprintf(path, sizeof path, "%s", a);
	bool good = file_read(path, 1 << 20, &bytes_a, &size_a, &error) == 0;
	good = file_read(b, 1 << 20, &bytes_b, &size_b, &error) == 0 && good;
	good = good && size_a == size_b && memcmp(bytes_a, bytes_b, size_a) == 0;
	free(bytes_a);
	free(bytes_b);
	return good;
}

static void written_files(void)
{
	struct error error;
	struct network *network = make_network(model_fixture("modern.json"), 1);
	ok(weights_read(network, model_fixture("modern.h5"), &error) == 0, "read");
	ok(weights_write(network, scratch_path("poids.h5"), &error) == 0, "write");
	char first[4096];
	snprintf(first, sizeof first, "%s", scratch_path("poids.h5"));
	ok(weights_write(network, scratch_path("again.h5"), &error) == 0, "write again");
	ok(same_file(first, scratch_path("again.h5")), "the same weights give the same bytes");
	ok(difference("modern", first) <= 1e-5, "the written file gives the same predictions");
	ok(weights_write(network, "/dev/full", &error) < 0, "a full disk is an error");
	is_text(error.object, "/dev/full", "... with its name");
	network_destroy(network);
}

/* ---- the layout of Keras 3 ---- */

/* Two files: of Keras, and ours. */
struct comparison {
	hid_t expected, got;
	int same, other;
};

/* The values of an array of floats, in fresh memory; NULL: there is none. */
static float *read_values(hid_t file, const char *path, size_t *count)
{
	hid_t data =
		H5Lexists(file, path, H5P_DEFAULT) > 0 ? H5Dopen2(file, path, H5P_DEFAULT) : -1;
	if (data < 0)
		return NULL;
	hid_t space = H5Dget_space(data);
	*count = (size_t)H5Sget_simple_extent_npoints(space);
	float *values = calloc(*count + 1, sizeof *values);
	if (H5Dread(data, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0)
		*count = 0;
	H5Sclose(space);
	H5Dclose(data);
	return values;
}

static herr_t compare_array(hid_t root, const char *name, const H5O_info_t *info, void *context)
{
	struct comparison *comparison = context;
	size_t expected_count = 0, count = 0;
	(void)root;
	if (info->type != H5O_TYPE_DATASET || strncmp(name, "layers/", 7))
		return 0;
	float *expected = read_values(comparison->expected, name, &expected_count),
	      *got = read_values(comparison->got, name, &count);
	bool same = expected && got && count && count == expected_count &&
		memcmp(expected, got, count * sizeof *got) == 0;
	if (!same)
		note("%s is another", name);
	comparison->same += same;
	comparison->other += !same;
	free(expected);
	free(got);
	return 0;
}

static hid_t open_image(const char *path, void *bytes, size_t size)
{
	hid_t access = H5Pcreate(H5P_FILE_ACCESS);
	H5Pset_fapl_core(access, 1 << 20, false);
	H5Pset_file_image(access, bytes, size);
	hid_t file = H5Fopen(path, H5F_ACC_RDONLY, access);
	H5Pclose(access);
	return file;
}

/* Each array that Keras wrote is at the same path in what is written. */
static void places_of_keras(const char *name, int arrays)
{
	struct error error = {0};
	char path[4096];
	unsigned char *bytes;
	size_t size;
	snprintf(path, sizeof path, "%s", model_fixture(format_text("graphs/%s.weights.h5", name)));
	struct network *network =
		make_network(model_fixture(format_text("graphs/%s.json", name)), 1);
	if (!ok(weights_read(network, path, &error) == 0 &&
			    weights_image(network, &bytes, &size, "image", &error) == 0,
		    "%s", name)) {
		note("%s: %s", error.object, error.reason);
		return;
	}
	struct comparison comparison = {.expected = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT),
		.got = open_image("image", bytes, size)};
	H5Ovisit(comparison.expected, H5_INDEX_NAME, H5_ITER_NATIVE, compare_array, &comparison);
	is_integer(comparison.same, arrays, "arrays at Keras' places");
	is_integer(comparison.other, 0, "none elsewhere");
	H5Fclose(comparison.expected);
	H5Fclose(comparison.got);
	free(bytes);
	network_destroy(network);
}

/* ---- damaged and foreign files ---- */

static void refuses(struct network *network, const char *weights, const char *object,
	const char *reason)
{
	struct error error = {0};
	char expected[4200];
	snprintf(expected, sizeof expected, "%s%s", model_fixture(weights), object);
	ok(weights_read(network, model_fixture(weights), &error) < 0, "%s is refused", weights);
	is_text(error.object, expected, "... by name");
	is_text(error.reason, reason, "... with the reason");
}

static void foreign_files(void)
{
	struct graph graph;
	struct network *plain = make_network(model_fixture("plain.json"), 1), *wider;
	refuses(plain, "modern.h5", "", "has 16 weight arrays; the network has 8");
	refuses(plain, "modern.weights.h5", ": /layers", "has 16 weight arrays; the network has 8");
	refuses(plain, "missing.h5", "", "No such file or directory");
	refuses(plain, "plain.json", "", "is not an HDF5 file, or a damaged one");
	refuses(plain, ".", "", "is a folder");
	network_destroy(plain);

	struct error error;
	if (architecture_read(&graph, model_fixture("plain.json"), NULL, &error))
		return;
	graph.layers[0].filters = 6;
	if (network_create(&wider, &graph, NETWORK_PREDICT, 1, NULL, &error))
		return;
	refuses(wider, "plain.h5", ": /conv1/plain/conv1/kernel",
		"has shape (3, 3, 3, 5); kernel of layer 'conv1' needs (3, 3, 3, 6)");
	refuses(wider, "plain.weights.h5", ": /layers/conv2d/vars/0",
		"has shape (3, 3, 3, 5); kernel of layer 'conv1' needs (3, 3, 3, 6)");
	network_destroy(wider);
	graph_free(&graph);
}

/* Reads `bytes` as weights of `network`: 0, or -1. */
static int read_bytes(struct network *network, const unsigned char *bytes, size_t size)
{
	struct error error = {0};
	const char *path = scratch_path("damaged.h5");
	FILE *stream = fopen(path, "wb");
	fwrite(bytes, 1, size, stream);
	fclose(stream);
	int result = weights_read(network, path, &error);
	if (result < 0 && (!*error.object || !*error.reason))
		note("no message");
	return result < 0 && *error.object && *error.reason ? -1 : result;
}

static void truncated_files(void)
{
	static const char *const names[] = {"plain.h5", "plain.weights.h5"};
	struct network *network = make_network(model_fixture("plain.json"), 1);
	for (int i = 0; i < 2; i++) {
		unsigned char *bytes;
		size_t size, read = 0, step = 97;
		struct error error;
		if (file_read(model_fixture(names[i]), 1 << 20, &bytes, &size, &error))
			return;
		for (size_t length = 0; length < size; length += length < 256 ? 1 : step)
			read += read_bytes(network, bytes, length) == 0;
		ok(read == 0, "%s: every truncation is an error", names[i]);
		free(bytes);
	}
	network_destroy(network);
}

/* The heap of plain.h5, from byte 2048, has the names of its layers; HDF5 itself crashes on each of
 * these changes. */
static void damaged_heap(void)
{
	static const size_t offsets[] = {2073, 2078, 2098, 2103, 2123};
	struct network *network = make_network(model_fixture("plain.json"), 1);
	unsigned char *bytes;
	size_t size;
	struct error error;
	if (file_read(model_fixture("plain.h5"), 1 << 20, &bytes, &size, &error))
		return;
	for (size_t i = 0; i < sizeof offsets / sizeof *offsets; i++) {
		bytes[offsets[i]] ^= 0x55;
		ok(read_bytes(network, bytes, size) < 0, "byte %zu of the heap changed is an error",
			offsets[i]);
		bytes[offsets[i]] ^= 0x55;
	}
	ok(read_bytes(network, bytes, size) == 0, "the unchanged file is read");
	free(bytes);
	network_destroy(network);
}

int main(void)
{
	keras_predictions();
	written_files();
	places_of_keras("functional_add", 17);
	places_of_keras("squeeze_excite", 11);
	places_of_keras("concatenate", 6);
	foreign_files();
	truncated_files();
	damaged_heap();
	return done();
}
