/* The table of one version, under the name TABLE_NAME. */
#define TABLE \
	{ \
		.name = TABLE_NAME, \
		.locate = locate, \
		.sample = sample, \
		.scale = scale, \
		.sum = sum, \
		.saturate = saturate, \
		.turn_hue = turn_hue, \
		.convolve = convolve, \
		.store = store_bytes, \
	}
