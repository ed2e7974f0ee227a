#include "stream/stream.h"

void stream_values(const struct stream_head *head, const void *tensor, float *values)
{
	size_t count = (size_t)head->height * (size_t)head->width * (size_t)head->channels;
	double minimum = head->minimum, range = head->maximum - head->minimum;
	if (head->type == STREAM_F32) {
		const float *numbers = tensor;
		for (size_t i = 0; i < count; i++)
			values[i] = (float)((numbers[i] - minimum) / range);
		return;
	}
	const uint8_t *bytes = tensor;
	float table[256];
	for (int i = 0; i < 256; i++)
		table[i] = (float)((i - minimum) / range);
	for (size_t i = 0; i < count; i++)
		values[i] = table[bytes[i]];
}
