/* Every activation is near its definition in double precision, from the smallest numbers to
 * infinity, and its derivative near central differences; names are found. */
#include "kernels/activation.h"

#include "kernels/kernels.h"
#include "tap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 256 };

static const struct activation parameters = {.negative_slope = 0.3f,
	.threshold = 0.5f,
	.maximum = 1.5f};

static double clip(double x, double low, double high)
{
	return x < low ? low : x > high ? high : x;
}

static double softplus(double x)
{
	return fmax(x, 0) + log1p(exp(-fabs(x)));
}

static double sigmoid(double x)
{
	return 1 / (1 + exp(-x));
}

/* At infinity the limit. */
static double product(double x, double gate)
{
	return gate == 0 ? 0 : x * gate;
}

static double definition(enum activation_kind kind, double x)
{
	const double slope = (double)parameters.negative_slope, third = 0.044715;
	const double scale = 1.0507009873554804934, alpha = 1.6732632423543772848;
	switch (kind) {
	case ACTIVATION_RELU:
		return fmax(x, 0);
	case ACTIVATION_RELU6:
		return clip(x, 0, 6);
	case ACTIVATION_LEAKY_RELU:
		return x < 0 ? slope * x : x;
	case ACTIVATION_CLIPPED_RELU:
		return x > 0.5 ? fmin(x, 1.5) : slope * (x - 0.5);
	case ACTIVATION_ELU:
		return x < 0 ? slope * expm1(x) : x;
	case ACTIVATION_SELU:
		return scale * (x < 0 ? alpha * expm1(x) : x);
	case ACTIVATION_GELU:
		return product(x, erfc(-x / sqrt(2)) / 2);
	case ACTIVATION_GELU_TANH:
		return product(x, sigmoid(2 * sqrt(2 / acos(-1)) * (x + third * x * x * x)));
	case ACTIVATION_SWISH:
		return product(x, sigmoid(x));
	case ACTIVATION_HARD_SWISH:
		return product(x, clip(x / 6 + 0.5, 0, 1));
	case ACTIVATION_SIGMOID:
		return sigmoid(x);
	case ACTIVATION_HARD_SIGMOID:
		return clip(x / 6 + 0.5, 0, 1);
	case ACTIVATION_KERAS2_HARD_SIGMOID:
		return clip(x * 0.2 + 0.5, 0, 1);
	case ACTIVATION_TANH:
		return tanh(x);
	case ACTIVATION_SOFTPLUS:
		return softplus(x);
	case ACTIVATION_SOFTSIGN:
		return isinf(x) ? copysign(1, x) : x / (1 + fabs(x));
	case ACTIVATION_MISH:
		return product(x, tanh(softplus(x)));
	case ACTIVATION_EXPONENTIAL:
		return exp(x);
	case ACTIVATION_LINEAR:
	case ACTIVATION_SOFTMAX:
	case ACTIVATION_LOG_SOFTMAX:
		break;
	}
	return x;
}

/* What is said in kernels/vector_activation.h: units in the last place. */
static double bound(enum activation_kind kind, double x)
{
	double exponent = -1.6 * x * (1 + 0.0447 * x * x);
	if (kind == ACTIVATION_GELU_TANH)
		return 4 + 3 * fmin(fmax(exponent, 0), 104);
	return kind == ACTIVATION_GELU ? 8 : 4;
}

/* Whether values below 2^-119 have only this absolute bound. */
static bool ends_early(enum activation_kind kind)
{
	return kind == ACTIVATION_SIGMOID || kind == ACTIVATION_SWISH ||
		kind == ACTIVATION_GELU_TANH || kind == ACTIVATION_MISH;
}

/* Units in the last place of the exact value, or of 2^-126, the smallest normal number, as a share
 * of those allowed. */
static double error_of(enum activation_kind kind, float x, float got)
{
	double exact = definition(kind, (double)x);
	if (isinf((float)exact))
		return got == (float)exact ? 0 : INFINITY;
	if (ends_early(kind) && fabs(exact) < 0x1p-119)
		return fabs((double)got) < 0x1p-119 ? 0 : INFINITY;
	float size = fmaxf(fabsf((float)exact), 0x1p-126f);
	if (kind == ACTIVATION_CLIPPED_RELU) /* of slope * threshold, which is part of a sum */
		size = fmaxf(size, parameters.negative_slope * parameters.threshold);
	double unit = (double)nextafterf(size, INFINITY) - (double)size;
	return fabs((double)got - exact) / unit / bound(kind, (double)x);
}

static double worst(const struct kernels *kernels, struct activation activation, uint32_t first)
{
	const uint32_t step = getenv("EVERY_FLOAT") ? 1 : 3571;
	double largest = 0;
	float x[CHUNK], y[CHUNK];
	for (uint64_t bits = first; bits <= first + 0x7f800000;) {
		size_t count = 0;
		for (; count < CHUNK && bits <= first + 0x7f800000; bits += step) {
			uint32_t pattern = (uint32_t)bits;
			memcpy(&x[count++], &pattern, sizeof pattern);
		}
		memcpy(y, x, sizeof y);
		kernels->activate(&activation, y, count);
		for (size_t i = 0; i < count; i++) {
			double error = error_of(activation.kind, x[i], y[i]);
			largest = error > largest || isnan(error) ? error : largest;
		}
	}
	return largest;
}

static void values(const struct kernels *kernels, struct activation activation)
{
	double positive = worst(kernels, activation, 0),
	       negative = worst(kernels, activation, 0x80000000);
	ok(positive <= 1 && negative <= 1,
		"%s: %s: largest errors %.2f, below zero %.2f of those allowed", kernels->name,
		activation_title(activation.kind), positive, negative);
	float special[] = {INFINITY, -INFINITY, NAN, nanf("0x12345")};
	kernels->activate(&activation, special, 4);
	ok(error_of(activation.kind, INFINITY, special[0]) <= 1 &&
			error_of(activation.kind, -INFINITY, special[1]) <= 1 &&
			isnan(special[2]) && isnan(special[3]),
		"... its limits at infinity, and NaN: %g, %g, %g", (double)special[0],
		(double)special[1], (double)special[2]);
}

/* Whether the definition bends or jumps within a step of x. */
static bool is_corner(enum activation_kind kind, double x, double step)
{
	double left = definition(kind, x) - definition(kind, x - step),
	       right = definition(kind, x + step) - definition(kind, x);
	return fabs(left - right) > 1e-3 * step;
}

static void derivatives(const struct kernels *kernels, struct activation activation)
{
	const double step = 1e-5;
	double largest = 0;
	for (double at = -20; at < 20; at += 0.0077) {
		float x = (float)at, y = x, derivative = 1;
		if (is_corner(activation.kind, (double)x, step))
			continue;
		if (activation_derives_from_output(activation.kind))
			kernels->activate(&activation, &y, 1);
		kernels->activate_backward(&activation, &y, &derivative, 1);
		double exact = (definition(activation.kind, (double)x + step) -
				       definition(activation.kind, (double)x - step)) /
			(2 * step);
		double error = fabs((double)derivative - exact) / fmax(fabs(exact), 1);
		largest = error > largest || isnan(error) ? error : largest;
	}
	double allowed = activation_derives_from_output(activation.kind) ? 0x1p-21 : 0x1p-18;
	ok(largest < allowed, "%s: the derivative of %s (%.2g)", kernels->name,
		activation_title(activation.kind), largest);
	float y[] = {INFINITY, -INFINITY}, gradients[] = {1, 1};
	if (activation_derives_from_output(activation.kind))
		kernels->activate(&activation, y, 2);
	kernels->activate_backward(&activation, y, gradients, 2);
	ok(!isnan(gradients[0]) && !isnan(gradients[1]), "... is a number at infinity: %g, %g",
		(double)gradients[0], (double)gradients[1]);
}

static void never_decreases(enum activation_kind kind)
{
	bool falls = false;
	for (double x = -20; x < 20; x += 0.01)
		falls |= definition(kind, x + 0.01) < definition(kind, x);
	ok(!falls, "%s never decreases, as it may follow a maximum", activation_title(kind));
}

static void names(void)
{
	struct activation found;
	for (int kind = 0; kind < ACTIVATION_COUNT; kind++) {
		const char *name = activation_name((enum activation_kind)kind);
		if (name)
			ok(activation_find(name, &found) &&
					found.kind == (enum activation_kind)kind &&
					activation_is_valid(&found) && activation_has_name(&found),
				"%s is found", name);
		struct activation standard = activation_default((enum activation_kind)kind);
		ok(activation_is_valid(&standard), "... and valid by default");
	}
	ok(activation_find("silu", &found) && found.kind == ACTIVATION_SWISH, "silu is swish");
	ok(activation_find("hard_swish", &found) && found.kind == ACTIVATION_HARD_SWISH,
		"hard_swish is hard_silu");
	ok(activation_find("leaky_relu", &found) && found.negative_slope == 0.2f,
		"leaky_relu has the slope 0.2");
	ok(activation_find("elu", &found) && found.negative_slope == 1, "elu has alpha 1");
	found.negative_slope = 0.5f;
	ok(!activation_has_name(&found), "another alpha has no name");
	ok(!activation_find("ReLU", &found) && !activation_find("", &found) &&
			found.negative_slope == 0.5f,
		"an unknown name changes nothing");
}

int main(void)
{
	const char *const versions[] = {"plain", "neon", "avx2", "avx512"};
	for (int i = 0; i < 4; i++) {
		const struct kernels *kernels;
		setenv("MILLRACE_CPU", versions[i], 1);
		if (kernels_select(&kernels, NULL)) {
			ok(true, "%s # SKIP not on this processor", versions[i]);
			continue;
		}
		for (int kind = 0; kind < ACTIVATION_COUNT; kind++) {
			struct activation activation = parameters;
			activation.kind = (enum activation_kind)kind;
			if (kind == ACTIVATION_LINEAR ||
				!activation_is_elementwise(activation.kind))
				continue;
			values(kernels, activation);
			derivatives(kernels, activation);
		}
	}
	for (int kind = ACTIVATION_LINEAR + 1; kind < ACTIVATION_COUNT; kind++)
		if (activation_is_elementwise((enum activation_kind)kind) &&
			activation_derives_from_output((enum activation_kind)kind))
			never_decreases((enum activation_kind)kind);
	names();
	return done();
}
