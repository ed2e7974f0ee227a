/* The kernels of one instruction set, and the table of them, named TABLE_NAME. */
#include "kernels/vector_product.h"
#include "kernels/vector_elementary.h"
#include "kernels/vector_activation.h"
#include "kernels/vector_sparse.h"
#include "kernels/vector_layers.h"
#include "kernels/vector_normalization.h"
#include "kernels/vector_depthwise.h"
#include "kernels/vector_pool.h"
#include "kernels/vector_window.h"
#include "kernels/vector_join.h"
#include "kernels/vector_winograd.h"

#define TABLE \
	{ \
		.name = TABLE_NAME, .product = product, .product_leaves = product_leaves, \
		.product_pool = product_pool, .activate = activate, \
		.activate_backward = activate_backward, .exponential = exponential, \
		.logarithm = logarithm, .add = add, .interpolate = interpolate, \
		.squared_norm = squared_norm, .finite = all_finite, .sum_channels = sum_channels, \
		.sum_squares = sum_squares, .normalize = normalize, \
		.sum_gradients = sum_gradients, .normalize_backward = normalize_backward, \
		.depthwise = depthwise, .depthwise_weights = depthwise_weights, \
		.max_pool = max_pool, .max_window = max_window, \
		.max_window_backward = max_window_backward, .mean_window = mean_window, \
		.mean_window_backward = mean_window_backward, .sum_windows = sum_windows, \
		.sum_few_channels = sum_few_channels, .scatter_windows = scatter_windows, \
		.winograd_input = winograd_input, .winograd_output = winograd_output, \
		.winograd_weights = winograd_weights, \
		.winograd_output_adjoint = winograd_output_adjoint, \
		.winograd_weights_adjoint = winograd_weights_adjoint, \
		.joins = {JOINS(JOIN_ENTRY)}, .optimizers = {OPTIMIZERS(OPTIMIZER_ENTRY)}, \
	}
#define JOIN_ENTRY(kind, function) [JOIN_##kind] = function,
#define OPTIMIZER_ENTRY(kind, name, function, ...) [OPTIMIZER_##kind] = function,
