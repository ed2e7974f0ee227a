/* Temperature scaling: probabilities that are as often right as they say.
 *
 * Networks tend to be too confident: of the pictures predicted with a probability of 0.99 fewer
 * than 99 % are of that class. Dividing all logits by one number, the temperature T, fitted on
 * pictures that the network was not trained on (train/calibration.h), makes up for most of it: T >
 * 1 lowers the high probabilities, T < 1 raises them, and the order of the classes stays. C. Guo,
 * G. Pleiss, Y. Sun, K. Q. Weinberger, "On calibration of modern neural networks", ICML 2017.
 *
 * The model card has it as "calibration": {"temperature": T}. */
#ifndef MODEL_TEMPERATURE_H
#define MODEL_TEMPERATURE_H

#include "base/error.h"
#include "nn/network.h"

#include <jansson.h>

/* What a temperature may be. */
#define TEMPERATURE_MINIMUM 0.01
#define TEMPERATURE_MAXIMUM 100.0

/* Reads the temperature of a card (NULL: none) for outputs of the activation `last`; 0 where the
 * card has none. -1: not a number, out of range, or for outputs that are neither a softmax's nor
 * sigmoids'. */
CHECKED int temperature_read(double *temperature, const json_t *card, enum activation_kind last,
	struct error *error);

/* Scales n output vectors, `raw`, as the network gives them, into `scaled`, which may be the same;
 * both are (n, outputs). `last` is the final activation: of a softmax p_i^(1/T) / sum of p_j^(1/T),
 * of a sigmoid sigmoid(logit(p) / T), computed in double; else, and for a temperature of 0 (none),
 * the same values. No two classes change their order, but different values may become equal: rank
 * by `raw`. */
void temperature_scale(const float *raw, int n, int outputs, enum activation_kind last,
	double temperature, float *scaled);

#endif
