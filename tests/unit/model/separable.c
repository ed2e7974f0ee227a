/* A SeparableConv2D, which becomes two layers: its weights are found in Keras 3's group of the one
 * layer. */
#include "keras_files.h"

#include <hdf5.h>

static const char model[] =
	"{\"class_name\": \"Sequential\", \"config\": {\"name\": \"m\", \"layers\": ["
	"{\"class_name\": \"InputLayer\", \"config\": {\"name\": \"in\", \"batch_input_shape\": "
	"[null, 6, 6, 3]}},"
	"{\"class_name\": \"Conv2D\", \"config\": {\"name\": \"c\", \"filters\": 2, "
	"\"kernel_size\": 3}},"
	"{\"class_name\": \"SeparableConv2D\", \"config\": {\"name\": \"s\", \"filters\": 4, "
	"\"kernel_size\": 3}},"
	"{\"class_name\": \"Conv2D\", \"config\": {\"name\": \"d\", \"filters\": 3, "
	"\"kernel_size\": 1}},"
	"{\"class_name\": \"GlobalAveragePooling2D\", \"config\": {\"name\": \"g\"}}]}}";

enum { ARRAYS = 7 };
static const struct {
	const char *path;
	int rank;
	hsize_t sides[4];
} arrays[ARRAYS] = {
	{"/layers/conv2d/vars/0", 4, {3, 3, 3, 2}},
	{"/layers/conv2d/vars/1", 1, {2}},
	{"/layers/separable_conv2d/vars/0", 4, {3, 3, 2, 1}},
	{"/layers/separable_conv2d/vars/1", 4, {1, 1, 2, 4}},
	{"/layers/separable_conv2d/vars/2", 1, {4}},
	{"/layers/conv2d_1/vars/0", 4, {1, 1, 4, 3}},
	{"/layers/conv2d_1/vars/1", 1, {3}},
};

/* Every value of array i is i + 1. */
static void write_weights(const char *path)
{
	hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT),
	      links = H5Pcreate(H5P_LINK_CREATE);
	H5Pset_create_intermediate_group(links, 1);
	for (int i = 0; i < ARRAYS; i++) {
		float values[64];
		for (int j = 0; j < 64; j++)
			values[j] = (float)(i + 1);
		hid_t space = H5Screate_simple(arrays[i].rank, arrays[i].sides, NULL);
		hid_t array = H5Dcreate2(file, arrays[i].path, H5T_IEEE_F32LE, space, links,
			H5P_DEFAULT, H5P_DEFAULT);
		ok(H5Dwrite(array, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0,
			"write %s", arrays[i].path);
		H5Dclose(array);
		H5Sclose(space);
	}
	H5Pclose(links);
	H5Fclose(file);
}

int main(void)
{
	struct graph graph;
	struct network *network = NULL;
	struct error error = {0};
	ok(output_bytes(scratch_path("model.json"), model, sizeof model - 1, &error) == 0,
		"write the model");
	ok(architecture_read(&graph, scratch_path("model.json"), NULL, &error) == 0 &&
			network_create(&network, &graph, NETWORK_PREDICT, 1, NULL, &error) == 0,
		"read it");
	write_weights(scratch_path("model.weights.h5"));
	is_integer(network_parameter_count(network), ARRAYS, "arrays of weights");
	if (!ok(weights_read(network, scratch_path("model.weights.h5"), &error) == 0,
		    "read the weights"))
		note("%s: %s", error.object, error.reason);
	for (int i = 0; i < ARRAYS; i++) {
		struct parameter parameter = network_parameter(network, i);
		ok(parameter.values[parameter.count - 1] == (float)(i + 1), "%s of layer %s",
			parameter.name, parameter.layer);
	}
	network_destroy(network);
	graph_free(&graph);
	return done();
}
