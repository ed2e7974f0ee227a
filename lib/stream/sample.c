#include "stream/sample.h"

#include "base/random.h"
#include "base/text.h"

#include <stdlib.h>

bool stream_sample_parse(struct stream_sample *sample, const char *text)
{
	if (text_to_unsigned(text, &sample->wanted))
		return sample->wanted > 0;
	return text_to_real(text, &sample->share) && sample->share > 0 && sample->share < 1;
}

static uint64_t draw(const struct stream_sample *sample, uint64_t place)
{
	struct random random = random_start(sample->seed, RANDOM_SAMPLE, place, 0);
	uint64_t high = random_u32(&random);
	return high << 32 | random_u32(&random);
}

/* Puts a draw in place of the largest. */
static void replace_first(struct stream_sample *sample, uint64_t value)
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

static int append(struct stream_sample *sample, uint64_t value, struct error *error)
{
	if (sample->count == sample->capacity) {
		size_t capacity = sample->capacity ? 2 * sample->capacity : 1024;
		uint64_t *draws = realloc(sample->draws, capacity * sizeof *draws);
		if (!draws)
			return error_memory(error, "sample");
		sample->draws = draws;
		sample->capacity = capacity;
	}
	size_t i = sample->count++;
	for (size_t parent; i > 0 && sample->draws[parent = (i - 1) / 2] < value; i = parent)
		sample->draws[i] = sample->draws[parent];
	sample->draws[i] = value;
	return 1;
}

int stream_sample_offer(struct stream_sample *sample, uint64_t place, struct error *error)
{
	if (sample->share > 0)
		return (double)(draw(sample, place) >> 11) * 0x1p-53 < sample->share;
	if (sample->wanted == 0)
		return 1;
	uint64_t value = draw(sample, place);
	if (sample->count < sample->wanted)
		return append(sample, value, error);
	if (value >= sample->draws[0])
		return 0;
	replace_first(sample, value);
	return 1;
}

bool stream_sample_takes(const struct stream_sample *sample, uint64_t place)
{
	return sample->wanted == 0 || draw(sample, place) <= sample->draws[0];
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
