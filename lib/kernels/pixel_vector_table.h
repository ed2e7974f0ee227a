/* The table of one instruction set, named TABLE_NAME. */
#define TABLE \
	{ \
		.name = TABLE_NAME, .project = project, .sample = sample, .scale = scale, \
		.sum = sum, .saturate = saturate, .rotate_hue = rotate_hue, .convolve = convolve, \
		.store = store_bytes, \
	}
