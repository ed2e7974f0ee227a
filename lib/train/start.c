#include "train/start.h"

#include "architectures/architectures.h"
#include "model/picture.h"

#include <stdlib.h>
#include <string.h>

/* ---- reading the model ---- */

static int check_input(struct graph *graph, struct shape input, const char *path,
	struct error *error)
{
	graph_set_input(graph, input.height, input.width);
	if (shape_is_same(graph->input, input))
		return 0;
	return error_set(error, path,
		"takes images of %dx%dx%d (width, height, channels); the stream has %dx%dx%d",
		graph->input.width, graph->input.height, graph->input.channels, input.width,
		input.height, input.channels);
}

static int read_model(struct model *model, const char *path, struct shape input,
	struct error *error)
{
	struct text_list labels;
	if (model_open_graph(model, &labels, path, input.width, input.height, error))
		return -1;
	text_list_free(&labels);
	return check_input(&model->graph, input, path, error) ||
			network_create(&model->network, &model->graph, NETWORK_PREDICT, 1, NULL,
				error)
		? -1
		: model_finish_weights(model, error);
}

/* ---- the layer of the features ---- */

static bool has_weights(const struct layer *layer)
{
	return layer->kind == LAYER_DENSE || layer->kind == LAYER_CONVOLUTION;
}

int start_features(const struct graph *graph, const struct shape *shapes)
{
	int last = graph_final_node(graph);
	struct shape out = graph_shape(graph, shapes, last);
	if (out.height * out.width > 1)
		return graph->node_count - 1;
	for (int node = graph->node_count - 1; node >= 0; node--)
		if (has_weights(graph_layer(graph, node)))
			return graph_input(graph, node, 0);
	return GRAPH_INPUT;
}

static int find_features(const struct start *start, const struct start_request *request,
	struct error *error)
{
	const struct graph *graph = &start->model.graph;
	int node = request->feature_layer
		? graph_find(graph, request->feature_layer)
		: start_features(graph, network_shapes(start->model.network));
	if (node >= 0)
		return node;
	return request->feature_layer
		? error_set(error, request->model, "has no layer '%s'", request->feature_layer)
		: error_set(error, request->model, "has no layer whose output could be features");
}

int start_open(struct start *start, const struct start_request *request, struct shape input,
	struct error *error)
{
	struct picture_settings settings;
	*start = (struct start){0};
	if (read_model(&start->model, request->model, input, error) == 0 &&
		(start->feature_node = find_features(start, request, error)) >= 0 &&
		picture_settings_read(&settings, &start->model, NULL, error) == 0) {
		start->values = settings.values;
		return 0;
	}
	start_free(start);
	return -1;
}

void start_free(struct start *start)
{
	model_free(&start->model);
}

/* ---- the new network ---- */

/* The front has the layers in the order of the graph that it is of: a layer is frozen if its first
 * use is not behind the last frozen node. */
static int freeze(struct graph *graph, const struct start_request *request, struct error *error)
{
	static const struct {
		const char *name;
		int quarters; /* of the nodes */
	} shares[] = {{"none", 0}, {"auto", 3}, {"all", 4}};
	int last = graph_find(graph, request->freeze);
	bool is_found = last >= 0;
	for (size_t i = 0; i < sizeof shares / sizeof *shares; i++)
		if (strcmp(request->freeze, shares[i].name) == 0) {
			last = graph->node_count * shares[i].quarters / 4 - 1;
			is_found = true;
		}
	if (!is_found)
		return error_set(error, request->model, "has no layer '%s' before its features",
			request->freeze);
	for (int i = 0; i < graph->layer_count; i++)
		graph->layers[i].is_frozen = graph_first_node(graph, i) <= last;
	return 0;
}

int start_graph(struct graph *out, const struct start *start, const struct start_request *request,
	int classes, enum activation_kind output, struct error *error)
{
	if (graph_front(out, &start->model.graph, start->feature_node, error))
		return -1;
	int result = freeze(out, request, error) ||
			architecture_append_head(out, classes, request->dropout, output, error)
		? -1
		: 0;
	if (result)
		graph_free(out);
	return result;
}
