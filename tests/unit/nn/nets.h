/* Layers as initialisers, for tests that make graphs. */
#ifndef TESTS_UNIT_NN_NETS_H
#define TESTS_UNIT_NN_NETS_H

#include "chain.h"
#include "nn/network.h"

#define ACTIVATED(act) \
	{ \
		.kind = act, .negative_slope = 0.2f, .threshold = 0.25f, .maximum = 2 \
	}
#define CONVOLUTION(f, kh, kw, sh, sw, pad, act) \
	{ \
		.kind = LAYER_CONVOLUTION, .filters = f, .kernel_height = kh, .kernel_width = kw, \
		.stride_height = sh, .stride_width = sw, .padding = pad, .use_bias = true, \
		.activation = ACTIVATED(act) \
	}
#define UNBIASED(f, k, s) \
	{ \
		.kind = LAYER_CONVOLUTION, .filters = f, .kernel_height = k, .kernel_width = k, \
		.stride_height = s, .stride_width = s, .padding = PADDING_SAME \
	}
#define DEPTHWISE(m, k, s, pad, act) \
	{ \
		.kind = LAYER_DEPTHWISE_CONVOLUTION, .multiplier = m, .kernel_height = k, \
		.kernel_width = k, .stride_height = s, .stride_width = s, .padding = pad, \
		.use_bias = true, .activation = ACTIVATED(act) \
	}
#define POOL(which, k, s, pad) \
	{ \
		.kind = which, .kernel_height = k, .kernel_width = k, .stride_height = s, \
		.stride_width = s, .padding = pad \
	}
#define DENSE(u, act) \
	{ \
		.kind = LAYER_DENSE, .filters = u, .use_bias = true, .activation = ACTIVATED(act) \
	}
#define NORMALIZATION \
	{ \
		.kind = LAYER_BATCH_NORMALIZATION, .momentum = 0.9f, .epsilon = 1e-3f, \
		.center = true, .scale = true \
	}
#define ACTIVATION(act) \
	{ \
		.kind = LAYER_ACTIVATION, .activation = ACTIVATED(act) \
	}
#define FLATTEN \
	{ \
		.kind = LAYER_FLATTEN \
	}
#define GLOBAL_AVERAGE \
	{ \
		.kind = LAYER_GLOBAL_AVERAGE_POOLING \
	}
#define SAME PADDING_SAME
#define VALID PADDING_VALID
#define BINARY LOSS_BINARY_CROSSENTROPY
#define CATEGORICAL LOSS_CATEGORICAL_CROSSENTROPY

#endif
