/* A model of any size: that of the pictures in its card, else 224. */
#include "keras_files.h"

#include <string.h>

static const char model_text[] =
	"{\"class_name\": \"Sequential\", \"config\": [{\"class_name\": \"InputLayer\", "
	"\"config\": "
	"{\"name\": \"i\", \"batch_shape\": [null, null, null, 3]}}, {\"class_name\": "
	"\"GlobalAveragePooling2D\", \"config\": {\"name\": \"g\"}}, "
	"{\"class_name\": \"Dense\", \"config\": {\"name\": \"d\", \"units\": 3}}]}";

static void write_text(const char *name, const char *text)
{
	struct error error;
	if (output_bytes(scratch_path(name), text, strlen(text), &error))
		exit(1);
}

/* Weights do not depend on the size. */
static void write_weights(void)
{
	struct graph graph;
	struct network *network;
	struct error error;
	if (architecture_read(&graph, scratch_path("architecture.json"), NULL, &error))
		exit(1);
	graph_set_input(&graph, 4, 4);
	if (network_create(&network, &graph, NETWORK_PREDICT, 1, NULL, &error) ||
		weights_write(network, scratch_path("poids.h5"), &error))
		exit(1);
	network_destroy(network);
	graph_free(&graph);
}

static struct model_options options = {.mode = NETWORK_PREDICT, .batch = 1};

static void has_size(int height, int width)
{
	struct model model;
	struct error error;
	if (!ok(model_load(&model, scratch(), &options, &error) == 0, "loaded")) {
		note("%s: %s", error.object, error.reason);
		return;
	}
	is_integer(model.graph.input.height, height, "height");
	is_integer(model.graph.input.width, width, "width");
	is_integer(network_graph(model.network)->input.width, width, "... of the network too");
	model_free(&model);
}

int main(void)
{
	struct model model;
	struct error error;
	write_text("architecture.json", model_text);
	write_text("labels.txt", "a\nb\nc\n");
	write_weights();
	has_size(224, 224);
	options.width = 12;
	options.height = 9;
	has_size(9, 12);
	write_text("training.json", "{\"input\": {\"width\": 30, \"height\": 20}}");
	ok(model_load(&model, scratch(), &options, &error) < 0, "a size other than the card's");
	is_text(error.reason, "takes pictures of 30x20, not of 12x9", "... is refused");
	options.width = options.height = 0;
	has_size(20, 30);
	write_text("training.json", "{\"input\": {\"width\": 0, \"height\": 20}}");
	ok(model_load(&model, scratch(), &options, &error) < 0, "a card of no size");
	is_text(error.reason,
		"the size of its pictures is neither in its architecture nor in training.json",
		"... is refused");
	return done();
}
