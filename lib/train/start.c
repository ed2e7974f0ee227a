#include "train/start.h"

#include "architectures/architectures.h"
#include "model/picture.h"

#include <stdlib.h>
#include <string.h>

/* ---- reading the model ---- */

/* With the sides of `input` where its own are free. */
static int read_model(struct model *model, const char *path, struct shape input,
	struct error *error)
{
	struct text_list labels;
	if (model_open_graph(model, &labels, path, input.width, input.height, error))
		return -1;
	text_list_free(&labels);
	graph_set_input(&model->graph, input.height, input.width);
	return network_create(&model->network, &model->graph, NETWORK_PREDICT, 1, NULL, error)
		? -1
		: model_finish_weights(model, error);
}

static int refuse_input(const struct graph *graph, struct shape input, const char *path,
	struct error *error)
{
	return error_set(error, path,
		"takes images of %dx%dx%d (width, height, channels); the stream has %dx%dx%d",
		graph->input.width, graph->input.height, graph->input.channels, input.width,
		input.height, input.channels);
}

/* A front of convolutions takes images of any size: its weights stay as they are. */
static int resize_front(struct start *start, const char *path, struct shape input,
	struct error *error)
{
	struct model *model = &start->model;
	struct graph front;
	struct network *network = NULL;
	if (graph_front(&front, &model->graph, start->layers[0], error))
		return -1;
	front.input = input;
	int result = network_create(&network, &front, NETWORK_PREDICT, 1, NULL, error);
	if (result == 0 &&
		network_copy_parameters(network, model->network) !=
			network_parameter_count(network))
		result = -1;
	if (result) {
		network_destroy(network);
		graph_free(&front);
		return refuse_input(&model->graph, input, path, error);
	}
	for (int i = 0; i < start->layer_count; i++)
		start->layers[i] = graph_find(&front, model->graph.nodes[start->layers[i]].name);
	network_destroy(model->network);
	graph_free(&model->graph);
	model->network = network;
	model->graph = front;
	return 0;
}

static int fit_input(struct start *start, const char *path, struct shape input, struct error *error)
{
	const struct graph *graph = &start->model.graph;
	if (shape_is_same(graph->input, input))
		return 0;
	return graph->input.channels == input.channels ? resize_front(start, path, input, error)
						       : refuse_input(graph, input, path, error);
}

/* ---- the layers of the features ---- */

static bool has_weights(const struct layer *layer)
{
	return layer->kind == LAYER_DENSE || layer->kind == LAYER_CONVOLUTION;
}

/* What the mean over the places of the output, in prediction, is the same as of the input. */
static bool keeps_mean(const struct layer *layer)
{
	return layer->kind == LAYER_GLOBAL_AVERAGE_POOLING || layer->kind == LAYER_DROPOUT ||
		layer->kind == LAYER_IDENTITY;
}

static int deepest_layer(const struct graph *graph, const struct shape *shapes)
{
	struct shape out = graph_shape(graph, shapes, graph_final_node(graph));
	int node = graph->node_count - 1;
	if (out.height * out.width == 1) {
		while (node >= 0 && !has_weights(graph_layer(graph, node)))
			node--;
		node = node < 0 ? GRAPH_INPUT : graph_input(graph, node, 0);
	}
	while (node >= 0 && keeps_mean(graph_layer(graph, node)))
		node = graph_input(graph, node, 0);
	return node;
}

static int places(struct shape shape)
{
	return shape.height * shape.width;
}

/* Marks the nodes that lead to a node, which is marked. */
static void mark_inputs(const struct graph *graph, int node, bool *marks)
{
	for (marks[node] = true; node >= 0; node--)
		for (int i = 0; marks[node] && i < graph->nodes[node].input_count; i++)
			if (graph_input(graph, node, i) >= 0)
				marks[graph_input(graph, node, i)] = true;
}

int start_find_layers(int *layers, const struct graph *graph, const struct shape *shapes)
{
	bool marks[GRAPH_NODES_MAXIMUM] = {false};
	int node = deepest_layer(graph, shapes), count = 1;
	if (node < 0)
		return 0;
	mark_inputs(graph, node, marks);
	layers[0] = node;
	for (node--; node >= 0 && count < START_LAYERS_MAXIMUM; node--)
		if (marks[node] && graph_layer(graph, node)->kind != LAYER_ZERO_PADDING &&
			places(shapes[node]) > places(shapes[layers[count - 1]]))
			layers[count++] = node;
	return count;
}

static int compare_nodes(const void *a, const void *b)
{
	return *(const int *)b - *(const int *)a;
}

/* Those that are asked for by name. */
static int take_layers(struct start *start, const struct start_request *request,
	struct error *error)
{
	const struct graph *graph = &start->model.graph;
	const char *name = request->feature_layer;
	for (const char *next = name; next; name = next + 1) {
		char text[LAYER_NAME_SIZE];
		next = strchr(name, ',');
		int length = next ? (int)(next - name) : (int)strlen(name),
		    node = snprintf(text, sizeof text, "%.*s", length, name) < LAYER_NAME_SIZE
			? graph_find(graph, text)
			: -1;
		if (node < 0)
			return error_set(error, request->model, "has no layer '%.*s'", length,
				name);
		if (start->layer_count == START_LAYERS_MAXIMUM)
			return error_set(error, request->model, "features of at most %d layers",
				START_LAYERS_MAXIMUM);
		start->layers[start->layer_count++] = node;
	}
	qsort(start->layers, (size_t)start->layer_count, sizeof *start->layers, compare_nodes);
	return 0;
}

static int find_layers(struct start *start, const struct start_request *request,
	struct error *error)
{
	const struct graph *graph = &start->model.graph;
	if (request->feature_layer)
		return take_layers(start, request, error);
	start->layer_count =
		start_find_layers(start->layers, graph, network_shapes(start->model.network));
	return start->layer_count
		? 0
		: error_set(error, request->model, "has no layer whose output could be features");
}

/* ---- the layers that are frozen ---- */

static const struct {
	const char *name;
	int halves; /* of the nodes */
} shares[] = {{"none", 0}, {"auto", 1}, {"all", 2}};
enum { SHARES = sizeof shares / sizeof *shares };

static int share_by_name(const char *name)
{
	int i = 0;
	while (i < SHARES && strcmp(name, shares[i].name))
		i++;
	return i;
}

/* A layer to freeze up to that does not exist is better known before the features. */
static int check_freeze(const struct start *start, const struct start_request *request,
	struct error *error)
{
	int node = graph_find(&start->model.graph, request->freeze);
	return share_by_name(request->freeze) < SHARES || (node >= 0 && node <= start->layers[0])
		? 0
		: error_set(error, request->model, "has no layer '%s' before its features",
			  request->freeze);
}

/* The front has the layers in the order of the graph that it is of: a layer is frozen if its first
 * use is not behind the last frozen node. A layer behind the features freezes all of them. Where
 * some are frozen, batch normalisation is everywhere: few images would spoil its statistics. */
static void freeze(struct graph *graph, const char *name)
{
	int share = share_by_name(name), last = graph_find(graph, name);
	if (share < SHARES)
		last = graph->node_count * shares[share].halves / 2 - 1;
	else if (last < 0)
		last = graph->node_count - 1;
	for (int i = 0; i < graph->layer_count; i++)
		graph->layers[i].is_frozen = graph_first_node(graph, i) <= last ||
			(last >= 0 && graph->layers[i].kind == LAYER_BATCH_NORMALIZATION);
}

/* ---- opening ---- */

int start_open(struct start *start, const struct start_request *request, struct shape input,
	struct error *error)
{
	struct picture_settings settings;
	*start = (struct start){0};
	if (read_model(&start->model, request->model, input, error) == 0 &&
		find_layers(start, request, error) == 0 &&
		check_freeze(start, request, error) == 0 &&
		fit_input(start, request->model, input, error) == 0 &&
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

/* Up to the deepest of the layers. */
static int copy_front(struct graph *out, const struct start *start, struct start_layers layers,
	struct error *error)
{
	return graph_front(out, &start->model.graph, start->layers[layers.first], error);
}

/* A layer, and a node of it. Returns the node, or -1. */
static int append(struct graph *graph, enum layer_kind kind, const char *stem, const int *inputs,
	int count, struct error *error)
{
	struct layer layer = graph_new_layer(graph, kind, stem);
	int index = graph_add_layer(graph, &layer, error);
	return index < 0 ? -1 : graph_add_node(graph, index, inputs, count, error);
}

static int append_pooling(struct graph *graph, int node, const struct start *start, int layer,
	struct error *error)
{
	struct shape shape = network_shapes(start->model.network)[start->layers[layer]];
	return shape.is_vector
		? node
		: append(graph, LAYER_GLOBAL_AVERAGE_POOLING, "avg_pool", &node, 1, error);
}

/* To a front: poolings of the layers, joined. */
static int append_features(struct graph *graph, const struct start *start,
	struct start_layers layers, struct error *error)
{
	int pooled[START_LAYERS_MAXIMUM];
	for (int i = 0; i < layers.count; i++) {
		int layer = layers.first + i,
		    node = graph_find(graph, start->model.graph.nodes[start->layers[layer]].name);
		pooled[i] = append_pooling(graph, node, start, layer, error);
		if (pooled[i] < 0)
			return -1;
	}
	if (layers.count == 1)
		return 0;
	return append(graph, LAYER_CONCATENATE, "features", pooled, layers.count, error) < 0 ? -1
											     : 0;
}

int start_front(struct graph *out, const struct start *start, struct start_layers layers,
	struct error *error)
{
	if (copy_front(out, start, layers, error))
		return -1;
	if (append_features(out, start, layers, error) == 0)
		return 0;
	graph_free(out);
	return -1;
}

int start_graph(struct graph *out, const struct start *start, const struct start_request *request,
	struct start_layers layers, int classes, enum activation_kind output, struct error *error)
{
	if (copy_front(out, start, layers, error))
		return -1;
	freeze(out, request->freeze);
	if (append_features(out, start, layers, error) == 0 &&
		architecture_append_head(out, classes, request->dropout, output, error) == 0)
		return 0;
	graph_free(out);
	return -1;
}

char *start_layer_names(const struct start *start, struct start_layers layers,
	const char *separator)
{
	char *names = NULL;
	for (int i = 0; i < layers.count; i++) {
		const char *name = start->model.graph.nodes[start->layers[layers.first + i]].name;
		char *longer = names ? text_format("%s%s%s", names, separator, name) : strdup(name);
		free(names);
		names = longer;
		if (!names)
			return NULL;
	}
	return names;
}
