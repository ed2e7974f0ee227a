/* Saliency: which positions of a picture a network's prediction depends on.
 *
 * What is explained is a scalar z: the logit of a class (not its probability, whose gradient
 * vanishes as it saturates), or the mean of one filter's feature map. The network must be created
 * in mode NETWORK_EXPLAIN. */
#ifndef EXPLAIN_SALIENCY_H
#define EXPLAIN_SALIENCY_H

#include "explain/map.h"
#include "nn/network.h"

#include <stdint.h>

enum saliency_method {
	SALIENCY_GRADIENT, /* max over channels of |dz/dx| (Simonyan, Vedaldi, Zisserman 2014) */
	SALIENCY_GRADIENT_TIMES_INPUT, /* sum over channels of x dz/dx (Shrikumar et al. 2016) */
	SALIENCY_SMOOTHGRAD, /* gradient, dz/dx being the mean over x + N(0, noise^2) (Smilkov et
	                        al. 2017) */
	SALIENCY_INTEGRATED_GRADIENTS, /* sum over channels of x * mean of dz/dx between black and x
	                                  (Sundararajan et al. 2017), by the midpoint rule; the
	                                  map's sum approximates z(x) - z(black) */
	SALIENCY_GRAD_CAM,  /* ReLU of the sum of a layer's maps, each weighted by its mean gradient
	                       (Selvaraju 2017) */
	SALIENCY_LAYER_CAM, /* sum over a layer's maps A of A ReLU(dz/dA) (Jiang et al. 2021) */
};

/* Their names in order ("gradient", "gradient-x-input", ...), ended by NULL. */
extern const char *const saliency_method_names[];

/* Whether the method explains at a node's output instead of the input. */
bool saliency_needs_layer(enum saliency_method method);

struct saliency_target {
	int node; /* node_count: the logits; else a node whose filter is explained */
	int unit; /* number of the class or filter */
};

struct saliency_options {
	enum saliency_method method;
	int node;         /* the node of Grad-CAM and LayerCAM */
	int samples;      /* of SmoothGrad, or steps of integrated gradients; at least 1 */
	double noise;     /* standard deviation, as a fraction of the input's range 0..1 */
	uint64_t seed;    /* of the noise */
	uint64_t picture; /* number of the picture, for independent noise */
};

/* Computes the map of `input`, (H, W, C) of the network, into a fresh map, the caller's to free.
 * The network's batch may be of any size. On failure (-1, no memory) the map is empty. */
CHECKED int saliency_compute(struct network *network, const float *input,
	const struct saliency_target *target, const struct saliency_options *options,
	struct map *map, struct error *error);

/* The default node of a method: for LayerCAM the end of the last convolution block, for the others
 * the last convolution (with the normalisations, activations and joins after it that alone read
 * it). -1 without a convolution. */
int saliency_default_node(const struct network *network, enum saliency_method method);

/* The last node of each convolution block. Only nodes that every path from the input to the output
 * leads through end a block: where the next of them comes after a convolution with a stride (or,
 * beside other branches, a pooling with one), at every pooling, and where places end. Writes the
 * nodes in order into blocks[GRAPH_NODES_MAXIMUM] and returns how many. */
int saliency_blocks(const struct network *network, int blocks[GRAPH_NODES_MAXIMUM]);

/* Whether a node's output still has places: it is larger than one pixel, and no layer before it has
 * mixed them. */
bool saliency_has_places(const struct network *network, int node);

#endif
