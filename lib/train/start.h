/* Transfer learning: a training that starts from another model's weights. The front of that model,
 * up to the layers whose pooled output are the features, gets a new head for the classes of the
 * stream. */
#ifndef TRAIN_START_H
#define TRAIN_START_H

#include "model/input_values.h"
#include "model/model.h"

enum { START_LAYERS_MAXIMUM = 3 };

struct start_request {
	const char *model;         /* folder or file, of any kind that opens (architecture.5) */
	const char *feature_layer; /* layers whose output are the features, with commas between;
	                              NULL: one or several of start_find_layers, by
	                              cross-validation */
	const char *freeze; /* "all", "none", "auto" (the first half of the front), or the layer up
	                       to which, itself included, the front is frozen */
	float dropout;
	const char *groups; /* list of split-dataset, for the cross-validation; or NULL */
};

/* A model that was read to start from, and the layers that its features may be taken from. */
struct start {
	struct model model;               /* its graph, weights, card and hints; no labels */
	int layers[START_LAYERS_MAXIMUM]; /* nodes of the model's graph, the deepest first */
	int layer_count;
	struct input_values values; /* that it takes */
};

/* Some of the layers, whose features are joined. */
struct start_layers {
	int first, count; /* of start.layers */
};

/* Reads the model. Its input becomes `input`, if the layers up to the features take images of that
 * size. On failure (-1: not a model, another number of channels, a size that it does not take, no
 * such layer) *start is empty. */
CHECKED int start_open(struct start *start, const struct start_request *request, struct shape input,
	struct error *error);
void start_free(struct start *start);

/* Builds the front alone: the output is a vector, of the features of each of the layers in their
 * order, pooled by their mean. On failure (-1) *out is empty. */
CHECKED int start_front(struct graph *out, const struct start *start, struct start_layers layers,
	struct error *error);

/* Builds the front, frozen as asked for, whose layers keep their names, and a new head for
 * `classes` classes (architectures.h). On failure (-1) *out is empty. */
CHECKED int start_graph(struct graph *out, const struct start *start,
	const struct start_request *request, struct start_layers layers, int classes,
	enum activation_kind output, struct error *error);

/* The names of layers, with `separator` between them, the caller's to free; NULL without memory. */
char *start_layer_names(const struct start *start, struct start_layers layers,
	const char *separator);

/* Finds the layers that features may be taken from, the deepest first, and returns their number, at
 * most START_LAYERS_MAXIMUM: what the last layer with weights reads, of a classifier, or the output
 * of a network that ends with a feature map; then the last layer of each larger resolution before
 * it, as detectors take them (Liu et al., "SSD: Single shot multibox detector", 2016). Of a pooling
 * that leaves one place, what it pools. 0: the network has no such layer. */
int start_find_layers(int *layers, const struct graph *graph, const struct shape *shapes);

#endif
