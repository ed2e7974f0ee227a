#include "model/temperature.h"

#include <math.h>
#include <string.h>

static bool is_scalable(enum activation_kind last)
{
	return last == ACTIVATION_SOFTMAX || last == ACTIVATION_SIGMOID;
}

int temperature_read(double *temperature, const json_t *card, enum activation_kind last,
	struct error *error)
{
	const json_t *calibration = json_object_get(card, "calibration");
	const json_t *value = json_object_get(calibration, "temperature");
	*temperature = 0;
	if (!calibration || json_is_null(calibration))
		return 0;
	double number = json_number_value(value);
	if (!json_is_number(value) || !(number >= TEMPERATURE_MINIMUM) ||
		!(number <= TEMPERATURE_MAXIMUM))
		return error_set(error, "training.json",
			"the temperature of its calibration is not a number from %g to %g",
			TEMPERATURE_MINIMUM, TEMPERATURE_MAXIMUM);
	if (!is_scalable(last))
		return error_set(error, "training.json",
			"has a calibration, for which the network must end with softmax or "
			"sigmoid");
	*temperature = number;
	return 0;
}

/* The exponents are taken relative to the largest, so that none overflows and one is 0. */
static void scale_softmax(const float *raw, int outputs, double temperature, float *scaled)
{
	double most = -INFINITY, sum = 0;
	for (int i = 0; i < outputs; i++)
		most = fmax(most, log((double)raw[i]) / temperature);
	for (int i = 0; i < outputs; i++)
		sum += exp(log((double)raw[i]) / temperature - most);
	for (int i = 0; i < outputs; i++)
		scaled[i] = (float)(exp(log((double)raw[i]) / temperature - most) / sum);
}

static float scale_sigmoid(double p, double temperature)
{
	double logit = log(p) - log1p(-p);
	return (float)(1 / (1 + exp(-logit / temperature)));
}

void temperature_scale(const float *raw, int n, int outputs, enum activation_kind last,
	double temperature, float *scaled)
{
	size_t count = (size_t)n * (size_t)outputs, step = (size_t)outputs;
	if (temperature <= 0 || !is_scalable(last)) {
		memmove(scaled, raw, count * sizeof *raw);
		return;
	}
	for (size_t i = 0; i < count && last == ACTIVATION_SOFTMAX; i += step)
		scale_softmax(raw + i, outputs, temperature, scaled + i);
	for (size_t i = 0; i < count && last == ACTIVATION_SIGMOID; i++)
		scaled[i] = scale_sigmoid((double)raw[i], temperature);
}
