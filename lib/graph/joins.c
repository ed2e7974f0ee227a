/* Shapes of layers with several inputs, or with constants by channel. */
#include "graph/rules.h"

#include <stdint.h>

/* A side of two that are combined: equal, or one of them is 1. 0: they do not fit. */
static int common(int a, int b)
{
	return a == b || b == 1 ? a : a == 1 ? b : 0;
}

int broadcast_shape(const struct layer *layer, const struct shape *inputs, int count,
	struct shape *out, struct error *error)
{
	*out = inputs[0];
	for (int i = 1; i < count; i++) {
		struct shape in = inputs[i];
		struct shape joined = {common(out->height, in.height), common(out->width, in.width),
			common(out->channels, in.channels), out->is_vector && in.is_vector};
		if (!joined.height || !joined.width || !joined.channels)
			return layer_refuse(layer, error,
				"its inputs of %dx%dx%d and %dx%dx%d do not fit together",
				out->height, out->width, out->channels, in.height, in.width,
				in.channels);
		*out = joined;
	}
	return 0;
}

int concatenate_shape(const struct layer *layer, const struct shape *inputs, int count,
	struct shape *out, struct error *error)
{
	int64_t channels = inputs[0].channels;
	*out = inputs[0];
	for (int i = 1; i < count; i++) {
		channels += inputs[i].channels;
		if (inputs[i].height != out->height || inputs[i].width != out->width ||
			inputs[i].is_vector != out->is_vector)
			return layer_refuse(layer, error,
				"its inputs of %dx%d and %dx%d pixels do not fit together",
				out->height, out->width, inputs[i].height, inputs[i].width);
	}
	if (channels > INT32_MAX)
		return layer_refuse(layer, error, "more than 2^31 channels");
	out->channels = (int)channels;
	return 0;
}

int grouped_shape(const struct layer *layer, const struct shape *inputs, int count,
	struct shape *out, struct error *error)
{
	(void)count;
	*out = inputs[0];
	if (out->channels % layer->groups)
		return layer_refuse(layer, error,
			"its %d channels are no multiple of its %d groups", out->channels,
			layer->groups);
	return 0;
}

int constants_shape(const struct layer *layer, const struct shape *inputs, int count,
	struct shape *out, struct error *error)
{
	(void)count;
	*out = inputs[0];
	if (layer->constant_count > 1 && layer->constant_count != out->channels)
		return layer_refuse(layer, error, "has %d constants for %d channels",
			layer->constant_count, out->channels);
	return 0;
}
