/* Networks that people use: built, trained for a step, written and read again; and with public
 * weights, where they are at hand, Keras' own outputs. */
#include "keras_files.h"

#include <math.h>
#include <string.h>

enum { BATCH = 2, SIDE = 64 };

static const char *const names[] = {"efficientnetb0", "resnet50v2", "densenet121", "mobilenet_v2",
	"squeezenet"};

static float *pictures(const struct graph *graph, size_t count)
{
	float *x = malloc(count * shape_count(graph->input) * sizeof *x);
	for (size_t i = 0; i < count * shape_count(graph->input); i++)
		x[i] = (float)(i * 7919 % 1000) / 1000;
	return x;
}

static bool trains(struct network *network, const float *x)
{
	struct training_options options = training_defaults(OPTIMIZER_SGD);
	size_t outputs = (size_t)network_outputs(network);
	float *targets = calloc(BATCH * outputs, sizeof *targets);
	targets[0] = targets[2 * outputs - 1] = 1;
	network_initialize(network, 3);
	network_train_start(network, &options);
	struct step_result result = network_train_step(network, x, targets, BATCH, 0, 0);
	result.bad_layer = result.bad_layer < 0
		? network_train_step(network, x, targets, BATCH, 1e-6f, 1).bad_layer
		: result.bad_layer;
	free(targets);
	return isfinite(result.loss) && result.bad_layer < 0;
}

/* The largest difference of two networks' outputs, relative to the largest output. */
static double difference(struct network *a, struct network *b, const float *x)
{
	size_t count = BATCH * (size_t)network_outputs(a);
	float *y = malloc(count * sizeof *y), *z = malloc(count * sizeof *z);
	double largest = 1e-30, worst = 0;
	network_forward(a, x, BATCH, y, NULL);
	network_forward(b, x, BATCH, z, NULL);
	for (size_t i = 0; i < count; i++) {
		largest = fmax(largest, fabs((double)y[i]));
		worst = fmax(worst, fabs((double)y[i] - (double)z[i]));
	}
	free(y), free(z);
	return worst / largest;
}

static void check(const char *name)
{
	char path[64];
	struct graph graph, again;
	struct network *network = NULL, *reader = NULL;
	struct error error = {0};
	snprintf(path, sizeof path, "graphs/%s.json", name);
	if (!ok(architecture_read(&graph, model_fixture(path), NULL, &error) == 0, "%s", name)) {
		note("%s: %s", error.object, error.reason);
		return;
	}
	graph_set_input(&graph, SIDE, SIDE);
	float *x = pictures(&graph, BATCH);
	bool made = network_create(&network, &graph, NETWORK_TRAIN, BATCH, NULL, &error) == 0;
	ok(made && trains(network, x), "... a step of training");
	bool written = architecture_write(&graph, scratch_path("again.json"), &error) == 0 &&
		weights_write(network, scratch_path("again.h5"), &error) == 0 &&
		architecture_read(&again, scratch_path("again.json"), NULL, &error) == 0;
	if (!ok(written, "... written, and read again")) {
		note("%s: %s", error.object, error.reason);
		return;
	}
	bool read = network_create(&reader, &again, NETWORK_PREDICT, BATCH, NULL, &error) == 0 &&
		weights_read(reader, scratch_path("again.h5"), &error) == 0;
	double worst = read ? difference(network, reader, x) : INFINITY;
	ok(worst < 1e-4 && worst >= 0, "... predicts the same (%.1e)", worst);
	network_destroy(network);
	network_destroy(reader);
	graph_free(&graph);
	graph_free(&again);
	free(x);
}

static const char *at_hand(const char *folder, const char *file)
{
	static char path[4096];
	snprintf(path, sizeof path, "../shared/pretrained/%s/%s", folder, file);
	return path;
}

static void public_weights(const char *folder, const char *weights)
{
	struct graph graph;
	struct network *network = NULL;
	struct error error = {0};
	size_t inputs, outputs;
	if (!file_exists(at_hand(folder, weights))) {
		ok(true, "%s # SKIP not at hand", folder);
		return;
	}
	float *x = read_npy(at_hand(folder, "x.npy"), &inputs),
	      *expected = read_npy(at_hand(folder, "y.npy"), &outputs);
	float *y = malloc(outputs * sizeof *y);
	double largest = 0, worst = INFINITY;
	if (architecture_read(&graph, at_hand(folder, "architecture.json"), NULL, &error) == 0) {
		int n = (int)(inputs / shape_count(graph.input));
		if (network_create(&network, &graph, NETWORK_PREDICT, n, NULL, &error) == 0 &&
			weights_read(network, at_hand(folder, weights), &error) == 0) {
			network_forward(network, x, n, y, NULL);
			worst = 0;
		}
	}
	for (size_t i = 0; i < outputs && worst < INFINITY; i++) {
		largest = fmax(largest, fabs((double)expected[i]));
		worst = fmax(worst, fabs((double)y[i] - (double)expected[i]));
	}
	if (!ok(worst <= 1e-5 * largest, "%s: Keras' outputs (%.1e of %.1e)", folder, worst,
		    largest))
		note("%s: %s", error.object, error.reason);
	network_destroy(network);
	graph_free(&graph);
	free(x), free(expected), free(y);
}

int main(void)
{
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		check(names[i]);
	public_weights("mobilenet_v2_0.35_224",
		"mobilenet_v2_weights_tf_dim_ordering_tf_kernels_0.35_224_no_top.h5");
	public_weights("squeezenet", "squeezenet_weights_tf_dim_ordering_tf_kernels_notop.h5");
	return done();
}
