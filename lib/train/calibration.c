#include "train/calibration.h"

#include "model/temperature.h"

#include <float.h>
#include <math.h>

/* ---- temperature ---- */

/* In all of this `inverse` is 1 / T, in which the loss is convex. */

static double log_of(float p)
{
	return log(fmax((double)p, (double)FLT_MIN));
}

/* Derivative of -log q_label, q = p^inverse / sum: the mean of log p under q, minus log p_label. */
static double softmax_slope(const float *p, int label, int classes, double inverse)
{
	double most = -INFINITY, sum = 0, weighted = 0;
	for (int i = 0; i < classes; i++)
		most = fmax(most, log_of(p[i]));
	for (int i = 0; i < classes; i++) {
		double power = exp(inverse * (log_of(p[i]) - most));
		sum += power;
		weighted += power * log_of(p[i]);
	}
	return weighted / sum - log_of(p[label]);
}

/* Derivative of the binary cross-entropies of sigmoid(inverse * logit). */
static double sigmoid_slope(const float *p, int label, int classes, double inverse)
{
	double slope = 0;
	for (int i = 0; i < classes; i++) {
		double logit = log_of(p[i]) - log(fmax(1 - (double)p[i], (double)FLT_MIN));
		slope += logit * (1 / (1 + exp(-inverse * logit)) - (i == label));
	}
	return slope;
}

double temperature_fit(const float *probabilities, const int *labels, size_t count, int classes,
	enum activation_kind last)
{
	/* Bisection of the slope's sign over the logarithm, to far below five digits. */
	enum { STEPS = 48 };
	double low = log(1 / TEMPERATURE_MAXIMUM), high = log(1 / TEMPERATURE_MINIMUM);
	bool differs = false;
	for (int step = 0; step < STEPS; step++) {
		double middle = (low + high) / 2, slope = 0;
		for (size_t i = 0; i < count; i++) {
			const float *p = probabilities + i * (size_t)classes;
			slope += last == ACTIVATION_SOFTMAX
				? softmax_slope(p, labels[i], classes, exp(middle))
				: last == ACTIVATION_SIGMOID
				? sigmoid_slope(p, labels[i], classes, exp(middle))
				: 0;
		}
		differs |= slope != 0;
		*(slope > 0 ? &high : &low) = middle;
	}
	double temperature = differs ? exp(-(low + high) / 2) : 1;
	double unit = pow(10, floor(log10(temperature)) - 4);
	return fmin(fmax(round(temperature / unit) * unit, TEMPERATURE_MINIMUM),
		TEMPERATURE_MAXIMUM);
}

/* ---- error ---- */

void calibration_add(struct calibration *calibration, double confidence, bool correct)
{
	int bin = (int)ceil(confidence * CALIBRATION_BINS) - 1;
	bin = bin < 0 ? 0 : bin < CALIBRATION_BINS ? bin : CALIBRATION_BINS - 1;
	calibration->records[bin]++;
	calibration->correct[bin] += correct;
	calibration->confidence[bin] += confidence;
}

double calibration_error(const struct calibration *calibration)
{
	double gaps = 0;
	uint64_t records = 0;
	for (int bin = 0; bin < CALIBRATION_BINS; bin++) {
		records += calibration->records[bin];
		gaps += fabs((double)calibration->correct[bin] - calibration->confidence[bin]);
	}
	return records ? gaps / (double)records : NAN;
}
