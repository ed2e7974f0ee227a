/* Weights of graphs: both layouts of Keras' files, nested and shared models, orders in the legacy
 * layout, and the count of a Normalization layer. */
#include "graph_text.h"

#include <hdf5.h>
#include <math.h>

static struct network *make_network(const char *text)
{
	struct graph graph;
	struct network *network = NULL;
	struct error error = {0};
	int result = *text == '{' ? read_text(&graph, text, NULL, &error)
				  : architecture_read(&graph, text, NULL, &error);
	if (result || network_create(&network, &graph, NETWORK_PREDICT, 4, NULL, &error))
		note("%s: %s", error.object, error.reason);
	graph_free(&graph);
	return network;
}

static bool same_weights(const struct network *a, const struct network *b)
{
	bool same = network_parameter_count(a) == network_parameter_count(b);
	for (int i = 0; same && i < network_parameter_count(a); i++) {
		struct parameter p = network_parameter(a, i), q = network_parameter(b, i);
		same = p.count == q.count &&
			memcmp(p.values, q.values, p.count * sizeof *p.values) == 0;
	}
	return same;
}

static bool reads(struct network *network, const char *path)
{
	struct error error = {0};
	bool good = ok(weights_read(network, path, &error) == 0, "read %s", path);
	if (!good)
		note("%s: %s", error.object, error.reason);
	return good;
}

/* ---- files of Keras ---- */

static void layouts(void)
{
	static const char *const names[] = {"nested_like_teachable", "shared_twice"};
	for (int i = 0; i < 2; i++) {
		const char *json = format_text("graphs/%s.json", names[i]);
		struct network *a = make_network(model_fixture(json)),
			       *b = make_network(model_fixture(json)), *flat;
		struct error error;
		reads(a, model_fixture(format_text("graphs/%s.h5", names[i])));
		reads(b, model_fixture(format_text("graphs/%s.weights.h5", names[i])));
		ok(same_weights(a, b), "%s: both layouts have the same", names[i]);
		ok(architecture_write(network_graph(a), scratch_path("flat.json"), &error) == 0 &&
				weights_write(a, scratch_path("flat.h5"), &error) == 0,
			"written as a flat model");
		flat = make_network(scratch_path("flat.json"));
		ok(reads(flat, scratch_path("flat.h5")) && same_weights(a, flat),
			"... and read again they are the same");
		network_destroy(a);
		network_destroy(b);
		network_destroy(flat);
	}
}

static void predictions(void)
{
	static const char *const names[] = {"concatenate", "functional_add", "functional_chain",
		"logits", "nested_like_teachable", "one_sigmoid", "rescaling_minus1_1",
		"shared_twice", "squeeze_excite", "windows"};
	size_t count, inputs;
	float *input = read_npy(model_fixture("graphs/x.npy"), &inputs);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		float *expected =
			read_npy(model_fixture(format_text("graphs/%s.y.npy", names[i])), &count);
		float got[64], worst = 0, largest = 0;
		struct network *network =
			make_network(model_fixture(format_text("graphs/%s.json", names[i])));
		reads(network, model_fixture(format_text("graphs/%s.weights.h5", names[i])));
		network_forward(network, input, (int)count / network_outputs(network), NULL, got);
		for (size_t k = 0; k < count; k++) {
			worst = fmaxf(worst, fabsf(got[k] - expected[k]));
			largest = fmaxf(largest, fabsf(expected[k]));
		}
		ok(worst <= 1e-5f * largest, "%s: Keras' predictions (largest difference %.2g)",
			names[i], (double)worst);
		network_destroy(network);
		free(expected);
	}
	free(input);
}

/* ---- files made here ---- */

struct array {
	const char *path;
	hsize_t size; /* of a vector; 0: a single integer */
};

static void write_list(hid_t object, const char *name, const char *const *texts, hsize_t count)
{
	char buffer[16][32] = {{0}};
	hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate_simple(1, &count, NULL);
	H5Tset_size(type, sizeof *buffer);
	for (hsize_t i = 0; i < count; i++)
		strcpy(buffer[i], texts[i]);
	hid_t attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
	H5Awrite(attribute, type, buffer);
	H5Aclose(attribute);
	H5Sclose(space);
	H5Tclose(type);
}

/* Every value of array i is i + 1. */
static hid_t write_arrays(const char *path, const struct array *arrays, int count)
{
	hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT),
	      links = H5Pcreate(H5P_LINK_CREATE);
	H5Pset_create_intermediate_group(links, 1);
	for (int i = 0; i < count; i++) {
		float values[16];
		for (int k = 0; k < 16; k++)
			values[k] = (float)(i + 1);
		hid_t space = arrays[i].size ? H5Screate_simple(1, &arrays[i].size, NULL)
					     : H5Screate(H5S_SCALAR);
		hid_t array = H5Dcreate2(file, arrays[i].path,
			arrays[i].size ? H5T_IEEE_F32LE : H5T_STD_I32LE, space, links, H5P_DEFAULT,
			H5P_DEFAULT);
		H5Dwrite(array, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
		H5Dclose(array);
		H5Sclose(space);
	}
	H5Pclose(links);
	return file;
}

static bool has_values(const struct network *network, const char *expected)
{
	char got[64] = "";
	for (int i = 0; i < network_parameter_count(network); i++)
		snprintf(got + strlen(got), sizeof got - strlen(got), "%g ",
			(double)network_parameter(network, i).values[0]);
	return is_text(got, expected, "values, by parameter");
}

/* A nested model of two normalisation layers, the first of which may be frozen. */
static const char *normalized(bool is_frozen)
{
	return format_text(
		"{\"class_name\": \"Sequential\", \"config\": [{\"class_name\": "
		"\"InputLayer\", \"config\": {\"name\": \"i\", \"batch_shape\": [null, 4]}}, "
		"{\"class_name\": \"Sequential\", \"config\": {\"name\": \"n\", \"layers\": "
		"[{\"class_name\": \"BatchNormalization\", \"config\": {\"name\": \"a\", "
		"\"scale\": false, \"trainable\": %s}}, {\"class_name\": "
		"\"BatchNormalization\", \"config\": {\"name\": \"b\", \"scale\": "
		"false}}]}}]}",
		is_frozen ? "false" : "true");
}

/* `order` has the names of arrays a/beta, ... in the list, by letter. */
static void read_order(const char *const *names, bool is_frozen, const char *expected)
{
	struct array arrays[6];
	char paths[6][64];
	const char *path = scratch_path("order.h5");
	for (int i = 0; i < 6; i++) {
		snprintf(paths[i], sizeof paths[i], "/n/%s", names[i]);
		arrays[i] = (struct array){paths[i], 4};
	}
	hid_t file = write_arrays(path, arrays, 6);
	hid_t root = H5Gopen2(file, "/", H5P_DEFAULT), group = H5Gopen2(file, "/n", H5P_DEFAULT);
	write_list(root, "layer_names", (const char *const[]){"n"}, 1);
	write_list(group, "weight_names", names, 6);
	H5Gclose(group);
	H5Gclose(root);
	H5Fclose(file);
	struct network *network = make_network(normalized(is_frozen));
	struct error error = {0};
	if (expected) {
		if (reads(network, path))
			has_values(network, expected);
	} else {
		ok(weights_read(network, path, &error) < 0, "another order is refused");
		is_text(error.reason, "the weights from here on are not in the order of the layers",
			"... with the reason");
	}
	network_destroy(network);
}

static void orders(void)
{
	static const char *const trained_first[] = {"a/beta:0", "b/beta:0", "a/moving_mean:0",
		"a/moving_variance:0", "b/moving_mean:0", "b/moving_variance:0"};
	static const char *const by_layer[] = {"a/beta", "a/moving_mean", "a/moving_variance",
		"b/beta", "b/moving_mean", "b/moving_variance"};
	static const char *const a_frozen[] = {"b/beta", "a/beta", "a/moving_mean",
		"a/moving_variance", "b/moving_mean", "b/moving_variance"};
	static const char *const other[] = {"a/moving_mean", "a/beta", "b/beta",
		"a/moving_variance", "b/moving_mean", "b/moving_variance"};
	read_order(trained_first, false, "1 3 4 2 5 6 ");
	read_order(by_layer, false, "1 2 3 4 5 6 ");
	read_order(by_layer, true, "1 2 3 4 5 6 ");
	read_order(a_frozen, true, "2 3 4 1 5 6 ");
	read_order(trained_first, true, "1 3 4 2 5 6 ");
	read_order(other, false, NULL);
}

static void measured(void)
{
	static const struct array arrays[] = {{"/layers/normalization/vars/0", 4},
		{"/layers/normalization/vars/1", 4}, {"/layers/normalization/vars/2", 0}};
	const char *path = scratch_path("measured.weights.h5");
	H5Fclose(write_arrays(path, arrays, 3));
	struct network *network = make_network(
		"{\"class_name\": \"Sequential\", \"config\": [{\"class_name\": \"InputLayer\", "
		"\"config\": {\"name\": \"i\", \"batch_shape\": [null, 4]}}, {\"class_name\": "
		"\"Normalization\", \"config\": {\"name\": \"n\"}}]}");
	struct error error;
	if (reads(network, path))
		has_values(network, "1 2 3 ");
	ok(weights_write(network, scratch_path("again.h5"), &error) == 0 &&
			reads(network, scratch_path("again.h5")),
		"written and read again");
	network_destroy(network);
}

static void no_weights(void)
{
	struct network *network = make_network(
		"{\"class_name\": \"Sequential\", \"config\": [{\"class_name\": \"InputLayer\", "
		"\"config\": {\"name\": \"i\", \"batch_shape\": [null, 4]}}, {\"class_name\": "
		"\"Flatten\", \"config\": {\"name\": \"f\"}}]}");
	struct error error;
	ok(weights_write(network, scratch_path("none.h5"), &error) == 0 &&
			reads(network, scratch_path("none.h5")),
		"a network without weights");
	network_destroy(network);
}

int main(void)
{
	layouts();
	predictions();
	orders();
	measured();
	no_weights();
	return done();
}
