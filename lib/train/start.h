/* Transfer learning: a training that starts from another model's weights. The front of that model,
 * up to a layer whose output are the features, gets a new head for the classes of the stream. */
#ifndef TRAIN_START_H
#define TRAIN_START_H

#include "model/input_values.h"
#include "model/model.h"

struct start_request {
	const char *model;         /* folder or file, of any kind that opens (architecture.5) */
	const char *feature_layer; /* layer whose output are the features; NULL: start_features */
	const char *freeze; /* "all", "none", "auto" (three quarters of the front), or the layer up
	                       to which, itself included, the front is frozen */
	float dropout;
};

/* A model that was read to start from. */
struct start {
	struct model model;         /* its graph, weights, card and hints; no labels */
	int feature_node;           /* in the model's graph */
	struct input_values values; /* that it takes */
};

/* Reads the model; a side of its input that is free becomes the one of `input`. On failure (-1: not
 * a model, pictures of another size, no such layer) *start is empty. */
CHECKED int start_open(struct start *start, const struct start_request *request, struct shape input,
	struct error *error);
void start_free(struct start *start);

/* Builds the front, frozen as asked for, whose layers keep their names, and a new head for
 * `classes` classes (architectures.h). On failure (-1) *out is empty. */
CHECKED int start_graph(struct graph *out, const struct start *start,
	const struct start_request *request, int classes, enum activation_kind output,
	struct error *error);

/* The node whose output are the features: what the last layer of several outputs with weights
 * reads, of a classifier; the output of a network that ends with a feature map. GRAPH_INPUT: the
 * network has no such layer. */
int start_features(const struct graph *graph, const struct shape *shapes);

#endif
