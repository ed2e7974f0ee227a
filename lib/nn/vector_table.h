/* The table of one version, under the name TABLE_NAME. */
#define TABLE \
	{ \
		.name = TABLE_NAME, \
		.product = product, \
		.product_pool = product_pool, \
		.activate = activate, \
		.activate_backward = activate_backward, \
		.exponential = exponential, \
		.logarithm = logarithm, \
		.add = add, \
		.finite = all_finite, \
		.scale_shift = scale_shift, \
		.sum_channels = sum_channels, \
		.multiply_add = multiply_add_pixels, \
		.max_pool = max_pool, \
		.sum_windows = sum_windows, \
		.sum_narrow = sum_narrow, \
		.scatter_windows = scatter_windows, \
		.winograd_input = winograd_input, \
		.winograd_output = winograd_output, \
		.winograd_weights = winograd_weights, \
		.winograd_output_adjoint = winograd_output_adjoint, \
		.winograd_weights_adjoint = winograd_weights_adjoint, \
		.sgd = sgd, \
		.rmsprop = rmsprop, \
		.adam = adam, \
	}
