#include "stream/sample.h"

#include "base/array.h"
#include "base/random.h"
#include "base/text.h"

#include <stdlib.h>

bool stream_sample_parse(struct stream_sample *sample, const char *text)
{
	if (text_to_unsigned(text, &sample->size))
		return sample->size > 0;
	return text_to_real(text, &sample->probability) && sample->probability > 0 &&
		sample->probability < 1;
}

static uint64_t draw(const struct stream_sample *sample, uint64_t position)
{
	struct random random = random_start(sample->seed, RANDOM_SAMPLE, position, 0);
	uint64_t high = random_u32(&random);
	return high << 32 | random_u32(&random);
}

/* Replaces the largest number, the root of the heap. */
static void replace_largest(struct stream_sample *sample, uint64_t value)
{
	size_t i = 0;
	for (size_t child; (child = 2 * i + 1) < sample->count; i = child) {
		if (child + 1 < sample->count && sample->draws[child + 1] > sample->draws[child])
			child++;
		if (sample->draws[child] <= value)
			break;
		sample->draws[i] = sample->draws[child];
	}
	sample->draws[i] = value;
}

static int push_draw(struct stream_sample *sample, uint64_t value, struct error *error)
{
	uint64_t *draws = array_grow(sample->draws, sample->count, sizeof *draws);
	if (!draws)
		return error_memory(error, "sample");
	sample->draws = draws;
	size_t i = sample->count++;
	for (size_t parent; i > 0 && draws[parent = (i - 1) / 2] < value; i = parent)
		draws[i] = draws[parent];
	draws[i] = value;
	return 1;
}

int stream_sample_offer(struct stream_sample *sample, uint64_t position, struct error *error)
{
	if (sample->probability > 0)
		return (double)(draw(sample, position) >> 11) * 0x1p-53 < sample->probability;
	if (sample->size == 0)
		return 1;
	uint64_t value = draw(sample, position);
	if (sample->count < sample->size)
		return push_draw(sample, value, error);
	if (value >= sample->draws[0])
		return 0;
	replace_largest(sample, value);
	return 1;
}

bool stream_sample_takes(const struct stream_sample *sample, uint64_t position)
{
	return sample->size == 0 || draw(sample, position) <= sample->draws[0];
}

void stream_sample_restart(struct stream_sample *sample)
{
	sample->count = 0;
}

void stream_sample_free(struct stream_sample *sample)
{
	free(sample->draws);
	*sample = (struct stream_sample){0};
}
