/* The input of a convolution, padded with zeros and normalised. */
#include "nn/convolution.h"

#include <string.h>

size_t window_scratch(const struct operation *operation, int rows)
{
	size_t row =
		(size_t)convolution_of(operation)->window.width * (size_t)operation->in.channels;
	return window_is_padded(convolution_of(operation)->window, operation->in) ||
			operation->fused_input_normalization
		? (size_t)rows * row + CHANNEL_BLOCK
		: 0;
}

const float *window_rows(const struct kernels *kernels, const struct operation *operation,
	int sample, int first, int rows, float *scratch, ptrdiff_t *pitch)
{
	const struct shape in = operation->in;
	const struct window window = convolution_of(operation)->window;
	const float *x = operation->input + (size_t)sample * shape_count(in);
	ptrdiff_t line = (ptrdiff_t)in.width * in.channels;
	*pitch = line;
	if (!window_scratch(operation, rows))
		return x + first * line;
	*pitch = (ptrdiff_t)window.width * in.channels;
	int width = window.width - window.left < in.width ? window.width - window.left : in.width;
	ptrdiff_t left = (ptrdiff_t)window.left * in.channels,
		  end = left + (ptrdiff_t)width * in.channels;
	for (int i = 0; i < rows; i++) {
		float *row = scratch + i * *pitch;
		int y = first + i - window.top;
		bool inside = y >= 0 && y < in.height;
		memset(row, 0, (size_t)(inside ? left : *pitch) * sizeof *row);
		if (!inside)
			continue;
		copy_normalized(kernels, operation->fused_input_normalization, row + left,
			x + y * line, width, in.channels);
		memset(row + end, 0, (size_t)(*pitch - end) * sizeof *row);
	}
	return scratch;
}
