#include "model/temperature.h"

#include <math.h>

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
static void scale_softmax(const float *raw, int outputs, double temperature, double *scaled)
{
	double most = -INFINITY, sum = 0;
	for (int i = 0; i < outputs; i++)
		most = fmax(most, scaled[i] = log((double)raw[i]) / temperature);
	for (int i = 0; i < outputs; i++)
		sum += scaled[i] = exp(scaled[i] - most);
	for (int i = 0; i < outputs; i++)
		scaled[i] /= sum;
}

static double scale_sigmoid(double p, double temperature)
{
	double logit = log(p) - log1p(-p);
	return 1 / (1 + exp(-logit / temperature));
}

void temperature_scale(const float *raw, int outputs, enum activation_kind last, double temperature,
	double *scaled)
{
	if (temperature > 0 && last == ACTIVATION_SOFTMAX) {
		scale_softmax(raw, outputs, temperature, scaled);
		return;
	}
	bool is_scaled = temperature > 0 && is_scalable(last);
	for (int i = 0; i < outputs; i++)
		scaled[i] = is_scaled ? scale_sigmoid((double)raw[i], temperature) : (double)raw[i];
}

void temperature_scale_all(float *probabilities, int n, int outputs, enum activation_kind last,
	double temperature)
{
	double scaled[outputs];
	for (int i = 0; i < n && temperature > 0; i++, probabilities += outputs) {
		temperature_scale(probabilities, outputs, last, temperature, scaled);
		for (int k = 0; k < outputs; k++)
			probabilities[k] = (float)scaled[k];
	}
}
