/* What the cards of a chart say of their layers, by kind (kinds.c). */
#include "explain/kinds.h"

#include <stdio.h>

void window_text(const struct layer *layer, char *text, size_t size)
{
	snprintf(text, size, " %d\u2009\u00d7\u2009%d", layer->kernel_height, layer->kernel_width);
}

void filters_text(const struct layer *layer, char *text, size_t size)
{
	snprintf(text, size, " %d\u2009\u00d7\u2009%d, %d filters", layer->kernel_height,
		layer->kernel_width, layer->filters);
}

void units_text(const struct layer *layer, char *text, size_t size)
{
	snprintf(text, size, ", %d units", layer->filters);
}

void share_text(const struct layer *layer, char *text, size_t size)
{
	snprintf(text, size, " %g\u2009%%", 100 * (double)layer->rate);
}

void deviation_text(const struct layer *layer, char *text, size_t size)
{
	snprintf(text, size, " %g", (double)layer->rate);
}

void groups_text(const struct layer *layer, char *text, size_t size)
{
	snprintf(text, size, ", %d groups", layer->groups);
}

void factors_text(const struct layer *layer, char *text, size_t size)
{
	snprintf(text, size, " %d\u2009\u00d7\u2009%d", layer->target.height, layer->target.width);
}

void constants_text(const struct layer *layer, char *text, size_t size)
{
	double multiplier = (double)layer->multipliers[0], offset = (double)layer->offsets[0];
	if (layer->constant_count > 1)
		snprintf(text, size, " by channel");
	else if (offset != 0)
		snprintf(text, size, " \u00d7\u2009%.4g %s\u2009%.4g", multiplier,
			offset < 0 ? "\u2212" : "+", offset < 0 ? -offset : offset);
	else
		snprintf(text, size, " \u00d7\u2009%.4g", multiplier);
}

/* The stride if it is not the usual one, and what a plain convolution has not. */
static void strided_text(const struct layer *layer, int usual_height, int usual_width, char *text,
	size_t size)
{
	int used = 0, height = layer->stride_height, width = layer->stride_width;
	if (height == usual_height && width == usual_width)
		*text = 0;
	else if (height == width)
		used = snprintf(text, size, ", stride %d", height);
	else
		used = snprintf(text, size, ", stride %d\u2009\u00d7\u2009%d", height, width);
	if (layer->dilation_height > 1 || layer->dilation_width > 1)
		used += snprintf(text + used, size - (size_t)used, ", dilation %d",
			layer->dilation_height);
	if (layer->groups > 1)
		snprintf(text + used, size - (size_t)used, ", %d groups", layer->groups);
}

void convolution_text(const struct layer *layer, char *text, size_t size)
{
	strided_text(layer, 1, 1, text, size);
}

void pooling_text(const struct layer *layer, char *text, size_t size)
{
	strided_text(layer, layer->kernel_height, layer->kernel_width, text, size);
}
