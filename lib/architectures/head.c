/* The end of a classifier, for any front. */
#include "architectures/architectures.h"

static int append(struct graph *graph, struct layer layer, struct error *error)
{
	return graph_append(graph, &layer, error) < 0 ? -1 : 0;
}

static int append_pooling(struct graph *graph, struct error *error)
{
	struct shape shape;
	if (graph_output_shape(graph, &shape, error))
		return -1;
	return shape.is_vector
		? 0
		: append(graph, graph_new_layer(graph, LAYER_GLOBAL_AVERAGE_POOLING, "avg_pool"),
			  error);
}

static int append_dropout(struct graph *graph, float rate, struct error *error)
{
	struct layer layer = graph_new_layer(graph, LAYER_DROPOUT, "dropout");
	layer.rate = rate;
	return rate > 0 ? append(graph, layer, error) : 0;
}

static int append_dense(struct graph *graph, int classes, struct error *error)
{
	struct layer layer = graph_new_layer(graph, LAYER_DENSE, "predictions");
	layer.filters = classes;
	return append(graph, layer, error);
}

static int append_activation(struct graph *graph, enum activation_kind kind, struct error *error)
{
	struct layer layer = graph_new_layer(graph, LAYER_ACTIVATION, "output");
	layer.activation = activation_default(kind);
	return append(graph, layer, error);
}

int architecture_append_head(struct graph *graph, int classes, float dropout,
	enum activation_kind output, struct error *error)
{
	return append_pooling(graph, error) || append_dropout(graph, dropout, error) ||
			append_dense(graph, classes, error) ||
			append_activation(graph, output, error)
		? -1
		: 0;
}
