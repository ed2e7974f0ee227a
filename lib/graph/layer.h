/* Layers: what the nodes of a graph compute, and which parameters they have; no values.
 *
 * Each room that must know the kinds has one row a kind: here (layer_kinds.c) the title, the
 * inputs, the shape and the parameters; in lib/nn the operation; in lib/format how Keras and ONNX
 * have it. */
#ifndef GRAPH_LAYER_H
#define GRAPH_LAYER_H

#include "base/error.h"
#include "kernels/activation.h"

#include <stdbool.h>
#include <stddef.h>

enum { LAYER_NAME_SIZE = 64, LAYER_PATH_SIZE = 256, LAYER_CONSTANTS = 4, PARAMETERS_MAXIMUM = 4 };

/* X(kind): every kind of layer. A room without the row of a kind does not compile or link. */
#define LAYER_KINDS(X) \
	X(CONVOLUTION) \
	X(DEPTHWISE_CONVOLUTION) \
	X(SEPARABLE_CONVOLUTION) /* a depthwise convolution, then a 1x1 convolution */ \
	X(DENSE) \
	X(BATCH_NORMALIZATION) \
	X(LAYER_NORMALIZATION) \
	X(GROUP_NORMALIZATION) \
	X(UNIT_NORMALIZATION) /* the channels of a pixel to length 1 */ \
	X(MAX_POOLING) \
	X(AVERAGE_POOLING) /* padding counts no zeros, as in Keras */ \
	X(GLOBAL_AVERAGE_POOLING) \
	X(GLOBAL_MAX_POOLING) \
	X(ZERO_PADDING) \
	X(CROPPING) \
	X(UP_SAMPLING) \
	X(RESIZING) \
	X(CENTER_CROP) \
	X(FLATTEN) \
	X(RESHAPE) \
	X(ADD) \
	X(SUBTRACT) \
	X(MULTIPLY) \
	X(AVERAGE) \
	X(MAXIMUM) \
	X(MINIMUM) \
	X(CONCATENATE) \
	X(RESCALING)     /* x times a constant plus a constant, by channel */ \
	X(NORMALIZATION) /* by a mean and variance that were measured before training */ \
	X(ACTIVATION) \
	X(PRELU) \
	X(DROPOUT) \
	X(SPATIAL_DROPOUT) \
	X(GAUSSIAN_NOISE) \
	X(GAUSSIAN_DROPOUT) \
	X(IDENTITY) /* what changes nothing in prediction: random flips and the like */

enum layer_kind {
#define X(kind) LAYER_##kind,
	LAYER_KINDS(X)
#undef X
};

#define X(kind) +1
enum { LAYER_KIND_COUNT = LAYER_KINDS(X) };
#undef X

enum padding { PADDING_VALID, PADDING_SAME };
enum interpolation { INTERPOLATION_NEAREST, INTERPOLATION_BILINEAR };

/* Of one sample. */
struct shape {
	int height, width, channels;
	bool is_vector; /* of `channels` values, without height and width, which are 1 */
};

static inline bool shape_is_same(struct shape a, struct shape b)
{
	return a.height == b.height && a.width == b.width && a.channels == b.channels;
}

/* The values that it holds. */
static inline size_t shape_count(struct shape shape)
{
	return (size_t)shape.height * (size_t)shape.width * (size_t)shape.channels;
}

/* Added to the loss: l1 times the sum of the absolute values of a parameter, plus l2 times that of
 * their squares. */
struct penalty {
	float l1, l2;
};

struct layer {
	enum layer_kind kind;
	char name[LAYER_NAME_SIZE]; /* unique among the layers of a graph */
	bool is_frozen; /* Keras' trainable = false: its parameters stay, and batch normalisation
	                   uses its moving statistics in training too */

	int filters;                     /* convolution, separable: filters; dense: units */
	int multiplier;                  /* depthwise, separable: filters of each input channel */
	int groups;                      /* convolution, group normalisation */
	int kernel_height, kernel_width; /* pooling: the pool's size */
	int stride_height, stride_width;
	int dilation_height, dilation_width;
	enum padding padding; /* same: as TensorFlow, the odd pixel at the bottom and right */
	bool use_bias;
	struct activation activation; /* applied last; PReLU: none */

	float rate; /* dropout: share of values set to 0; Gaussian noise: its standard deviation */
	bool drops_samples;      /* dropout: all values of a sample or none (stochastic depth) */
	float momentum, epsilon; /* normalisation */
	bool center, scale;      /* normalisation: has beta, has gamma */
	bool invert;             /* NORMALIZATION: from normalised values to the original ones */

	int top, bottom, left, right; /* zero padding, cropping */
	struct shape target;          /* reshape, resizing, centre crop; up-sampling: the factors */
	enum interpolation interpolation; /* up-sampling, resizing */
	bool keeps_dimensions;            /* global pooling: (1, 1, channels), no vector */
	bool shared_height, shared_width; /* PReLU: one slope for all rows, for all columns */

	/* Rescaling: x * multipliers[c] + offsets[c]. NORMALIZATION with constants instead of
	 * parameters: the mean is offsets, the variance is multipliers. constant_count is 0, 1 for
	 * all channels, or their number. */
	int constant_count;
	float multipliers[LAYER_CONSTANTS], offsets[LAYER_CONSTANTS];

	struct penalty penalties[PARAMETERS_MAXIMUM]; /* of its parameters, in their order */

	/* Where the model's weights files have it: the group in a Keras 3 file ("conv2d_1",
	 * "functional/layers/conv2d"), and the outermost layer in an older one. Empty: as a writer
	 * would name it. */
	char group[LAYER_PATH_SIZE];
	char outermost[LAYER_NAME_SIZE];
};

/* A layer with the defaults of Keras: strides, dilations, groups and multiplier 1, bias, centre and
 * scale, momentum 0.99, epsilon 0.001. A name that is too long is cut. */
struct layer layer_defaults(enum layer_kind kind, const char *name);

enum initializer { INITIALIZER_ZEROS, INITIALIZER_ONES, INITIALIZER_GLOROT_UNIFORM };

/* One array of weights of a layer, in Keras' order. */
struct parameter_shape {
	const char
		*name; /* "kernel", "bias", "depthwise_kernel", "pointwise_kernel", "gamma", "beta",
	                  "moving_mean", "moving_variance", "alpha", "mean", "variance", "count" */
	int rank;      /* 0..4 */
	int sides[4];
	bool is_statistic; /* not changed by an optimizer */
	enum initializer initializer;
};

/* What kinds have in common for people. */
enum layer_family {
	FAMILY_CONVOLUTION = 1,
	FAMILY_DENSE,
	FAMILY_POOLING,
	FAMILY_NORMALIZATION,
	FAMILY_ACTIVATION,
	FAMILY_JOIN,   /* of several values */
	FAMILY_PLACES, /* pads, crops or resamples */
	FAMILY_OTHER,
};

/* What the graph needs to know of a kind. */
struct layer_kind_row {
	const char *title; /* for people: "Convolution" */
	enum layer_family family;
	int least_inputs, most_inputs;
	bool keeps_places; /* a pixel of the output belongs to the same place of the picture */
	bool keeps_values; /* those of its input, in their order: it computes nothing */
	/* The output's shape from those of `count` inputs. -1: they do not fit; the error names the
	 * layer. */
	int (*shape)(const struct layer *layer, const struct shape *inputs, int count,
		struct shape *out, struct error *error);
	/* Its parameters for inputs of shape `in`; returns their number. NULL: it has none. */
	int (*parameters)(const struct layer *layer, struct shape in,
		struct parameter_shape parameters[PARAMETERS_MAXIMUM]);
};

const struct layer_kind_row *layer_kind_row(enum layer_kind kind);

/* Checks a layer's numbers and computes its output's shape. -1: the error is "layer NAME:
 * reason". */
CHECKED int layer_shape(const struct layer *layer, const struct shape *inputs, int count,
	struct shape *out, struct error *error);

/* Its parameters, in Keras' order, for inputs of shape `in`. Returns their number. */
int layer_parameters(const struct layer *layer, struct shape in,
	struct parameter_shape parameters[PARAMETERS_MAXIMUM]);

/* Pixels added above (or left) by padding "same": half of what is missing, rounded down. */
int layer_padding_before(const struct layer *layer, int in, int out, int kernel, int stride,
	int dilation);

/* error_set() for a layer. Returns -1. */
int layer_refuse(const struct layer *layer, struct error *error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
