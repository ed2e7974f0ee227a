/* Saliency: which positions of a picture a network's prediction depends on.
 *
 * What is explained is a scalar z: the logit of a class (not its probability, whose gradient
 * vanishes as it saturates), or the mean of one filter's feature map. The network must be created
 * in mode NETWORK_EXPLAIN. The picture x is in levels, 0 for black and 1 for white, whatever values
 * the network takes: networks that differ only in that have the same maps. */
#ifndef EXPLAIN_SALIENCY_H
#define EXPLAIN_SALIENCY_H

#include "explain/map.h"
#include "model/input_values.h"

#include <stdint.h>

/* Methods, a row each. METHOD(enumerator, name on the command line, what to average gradients over,
 * where to explain, how a position's channels are reduced to a value; the last three are members
 * and functions in explain/saliency.c).
 *
 * GRADIENT: max over channels of |dz/dx| (Simonyan, Vedaldi, Zisserman 2014)
 * GRADIENT_TIMES_INPUT: sum over channels of x dz/dx (Shrikumar et al. 2016)
 * SMOOTHGRAD: gradient, dz/dx being the mean over x + N(0, noise^2) (Smilkov et al. 2017)
 * INTEGRATED_GRADIENTS: sum over channels of x * mean of dz/dx between black and x (Sundararajan et
 * al. 2017), by the midpoint rule; the map's sum approximates z(x) - z(black)
 * GRAD_CAM: ReLU of the sum of a layer's maps, each weighted by its mean gradient (Selvaraju 2017)
 * LAYER_CAM: sum over a layer's maps A of A ReLU(dz/dA) (Jiang et al. 2021)
 *
 * To add one: a row here, and its reduction in explain/saliency.c if it has a new one. */
#define SALIENCY_METHODS(METHOD) \
	METHOD(GRADIENT, "gradient", NOTHING, INPUT, largest_magnitude) \
	METHOD(GRADIENT_TIMES_INPUT, "gradient-x-input", NOTHING, INPUT, product) \
	METHOD(SMOOTHGRAD, "smoothgrad", NOISE, INPUT, largest_magnitude) \
	METHOD(INTEGRATED_GRADIENTS, "integrated-gradients", BRIGHTNESS, INPUT, product) \
	METHOD(GRAD_CAM, "grad-cam", NOTHING, LAST_CONVOLUTION, positive_mean_product) \
	METHOD(LAYER_CAM, "layer-cam", NOTHING, LAST_BLOCK, positive_product)

#define METHOD(kind, ...) SALIENCY_##kind,
enum saliency_method { SALIENCY_METHODS(METHOD) };
#undef METHOD

#define METHOD(...) +1
enum { SALIENCY_METHOD_COUNT = 0 SALIENCY_METHODS(METHOD) };
#undef METHOD

/* Their names in order ("gradient", "gradient-x-input", ...), ended by NULL. */
extern const char *const saliency_method_names[];

/* What a method averages gradients over: one gradient; samples of noise, added to the input; or
 * samples of the input's brightness, from black to what it is. */
enum saliency_average { AVERAGE_NOTHING, AVERAGE_NOISE, AVERAGE_BRIGHTNESS };
enum saliency_average saliency_average(enum saliency_method method);

/* Where a method explains: at the input, or by default at the last convolution or at the end of the
 * last convolution block. */
enum saliency_place { PLACE_INPUT, PLACE_LAST_CONVOLUTION, PLACE_LAST_BLOCK };
enum saliency_place saliency_place(enum saliency_method method);

/* Whether the method explains at a node's output instead of the input. */
bool saliency_needs_layer(enum saliency_method method);

struct saliency_target {
	int node; /* node_count: the logits; else a node whose filter is explained */
	int unit; /* number of the class or filter */
};

struct saliency_options {
	enum saliency_method method;
	int node;         /* of a method that needs a layer */
	int samples;      /* of SmoothGrad, or steps of integrated gradients; at least 1 */
	double noise;     /* standard deviation, as a fraction of the range from black to white */
	uint64_t seed;    /* of the noise */
	uint64_t picture; /* number of the picture, for independent noise */
	const struct input_values *input_values; /* what the network takes; NULL: 0..1 */
};

/* Computes the map of `input`, (H, W, C) of the network, into a fresh map, the caller's to free.
 * The network's batch may be of any size. On failure (-1, no memory) the map is empty. */
CHECKED int saliency_compute(struct network *network, const float *input,
	const struct saliency_target *target, const struct saliency_options *options,
	struct map *map, struct error *error);

/* The default node of a method: the end of the last convolution block, or the last convolution
 * (with the normalisations, activations and joins after it that alone read it), also for methods
 * that explain at the input. -1 without a convolution. */
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
