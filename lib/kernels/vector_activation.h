/* The elementwise activations and their derivatives (kernels/activation.h): a case each, its
 * formula in functions before where it takes more than a line.
 *
 * Errors are below 4 units in the last place of the value; of GELU below 8; of GELU by tanh below 4
 * and three times the size of its exponent, a polynomial of x. The sigmoid is 2^-126 below -87, and
 * swish is as there; so they, GELU by tanh and mish may be wrong by 2^-119. Other values below
 * 2^-126, the smallest normal number, have errors as those near it. Comparisons are written so that
 * NaN stays NaN; at infinity each gives its limit. Derivatives have errors below 2^-21 of the
 * larger of their value and 1, those from the input below 2^-18. */

INLINE vector clipped_relu_of(vector x, const struct activation *a)
{
	vector below = (x - a->threshold) * a->negative_slope;
	below = choose(splat(a->negative_slope) == 0, (vector){0}, below);
	x = choose(x <= a->threshold, below, x);
	return smaller_of(splat(a->maximum), x);
}

INLINE vector clipped_relu_derivative(vector y, const struct activation *a)
{
	vector derivative = choose(y > 0, splat(1), splat(a->negative_slope));
	return choose(y >= a->maximum, (vector){0}, derivative);
}

/* scale * x, below zero scale * alpha (e^x - 1). */
INLINE vector elu_of(vector x, float scale, float alpha)
{
	return choose(x < 0, exponential_minus_one_of(x) * (scale * alpha), x * scale);
}

INLINE vector elu_derivative(vector y, float scale, float alpha)
{
	return choose(y < 0, y + scale * alpha, splat(scale));
}

#define SELU_SCALE 1.0507009873554805f
#define SELU_ALPHA 1.6732632423543772f

INLINE vector gelu_of(vector x)
{
	vector density;
	x = larger_of(splat(-15), x);
	return x * normal_distribution_of(x, &density);
}

INLINE vector gelu_derivative(vector x)
{
	vector density, bounded = clamped(x, -15, 15);
	vector distribution = normal_distribution_of(bounded, &density);
	return multiply_add(bounded, density, distribution);
}

/* 1/2 x (1 + tanh(z)) = x sigmoid(2 z), with 2 z = x (slope + cube x^2). */
#define GELU_SLOPE 1.5957691216057308f /* 2 sqrt(2 / pi) */
#define GELU_CUBE (GELU_SLOPE * 0.044715f)

INLINE vector gelu_tanh_of(vector x)
{
	vector bounded = larger_of(splat(-15), x);
	vector slope = multiply_add(bounded * bounded, splat(GELU_CUBE), splat(GELU_SLOPE));
	return bounded * sigmoid_of(bounded * slope);
}

INLINE vector gelu_tanh_derivative(vector x)
{
	x = clamped(x, -15, 15);
	vector square = x * x;
	vector s = sigmoid_of(x * multiply_add(square, splat(GELU_CUBE), splat(GELU_SLOPE)));
	vector slope = multiply_add(square, splat(3 * GELU_CUBE), splat(GELU_SLOPE));
	return multiply_add(x * slope * s, 1 - s, s);
}

INLINE vector swish_of(vector x)
{
	x = larger_of(splat(-MODERATE), x);
	vector bounded = smaller_of(splat(MODERATE), x);
	return x / (1 + moderate_exponential_of(-bounded));
}

INLINE vector swish_derivative(vector x)
{
	x = clamped(x, -MODERATE, MODERATE);
	vector s = 1 / (1 + moderate_exponential_of(-x));
	return multiply_add(x * s, 1 - s, s);
}

/* (x + end) / (2 end) from 0 to 1. */
INLINE vector hard_sigmoid_of(vector x, float end)
{
	return clamped(x + end, 0, 2 * end) * (1 / (2 * end));
}

INLINE vector hard_sigmoid_derivative(vector y, float end)
{
	return choose((y > 0) & (y < 1), splat(1 / (2 * end)), (vector){0});
}

INLINE vector hard_swish_of(vector x)
{
	x = larger_of(splat(-3), x);
	return x * hard_sigmoid_of(x, 3);
}

INLINE vector hard_swish_derivative(vector x)
{
	vector derivative = multiply_add(x, splat(1.0f / 3), splat(0.5f));
	derivative = choose(x <= -3, (vector){0}, derivative);
	return choose(x >= 3, splat(1), derivative);
}

/* log(1 + e^x) = max(x, 0) + log(1 + e^-|x|) */
INLINE vector softplus_of(vector x)
{
	vector power = exponential_of((vector)((integers)x | (integers)splat(-0.0f)));
	return larger_of((vector){0}, x) + logarithm_of_one_plus(power);
}

/* Beyond 2^30 it is 1 or -1, as of infinity. */
INLINE vector softsign_of(vector x)
{
	x = clamped(x, -0x1p30f, 0x1p30f);
	return x / (1 + (vector)((integers)x & 0x7fffffff));
}

INLINE vector softsign_derivative(vector y)
{
	vector rest = 1 - (vector)((integers)y & 0x7fffffff);
	return rest * rest;
}

/* x tanh(log(1 + e^x)) = x w / (w + 2) with w = e^x (e^x + 2); beyond 20 that is x. */
INLINE vector mish_of(vector x)
{
	x = larger_of(splat(-104), x);
	vector power = exponential_within(smaller_of(splat(20), x)), w = power * (power + 2);
	return x * (w / (w + 2));
}

/* w / (w + 2) + 4 x e^x (1 + e^x) / (w + 2)^2 */
INLINE vector mish_derivative(vector x)
{
	x = clamped(x, -104, 20);
	vector power = exponential_within(x), w = power * (power + 2), below = w + 2;
	return w / below + x * 4 * (power / below) * ((power + 1) / below);
}

INLINE vector activation_of(enum activation_kind kind, const struct activation *a, vector x)
{
	switch (kind) {
	case ACTIVATION_LINEAR:
		return x;
	case ACTIVATION_RELU:
		return larger_of((vector){0}, x);
	case ACTIVATION_RELU6:
		return clamped(x, 0, 6);
	case ACTIVATION_LEAKY_RELU:
		return choose(x < 0, x * a->negative_slope, x);
	case ACTIVATION_CLIPPED_RELU:
		return clipped_relu_of(x, a);
	case ACTIVATION_ELU:
		return elu_of(x, 1, a->negative_slope);
	case ACTIVATION_SELU:
		return elu_of(x, SELU_SCALE, SELU_ALPHA);
	case ACTIVATION_GELU:
		return gelu_of(x);
	case ACTIVATION_GELU_TANH:
		return gelu_tanh_of(x);
	case ACTIVATION_SWISH:
		return swish_of(x);
	case ACTIVATION_HARD_SWISH:
		return hard_swish_of(x);
	case ACTIVATION_SIGMOID:
		return sigmoid_of(x);
	case ACTIVATION_HARD_SIGMOID:
		return hard_sigmoid_of(x, 3);
	case ACTIVATION_KERAS2_HARD_SIGMOID:
		return hard_sigmoid_of(x, 2.5f);
	case ACTIVATION_TANH:
		return hyperbolic_tangent_of(x);
	case ACTIVATION_SOFTPLUS:
		return softplus_of(x);
	case ACTIVATION_SOFTSIGN:
		return softsign_of(x);
	case ACTIVATION_MISH:
		return mish_of(x);
	case ACTIVATION_EXPONENTIAL:
		return exponential_of(x);
	case ACTIVATION_SOFTMAX:
	case ACTIVATION_LOG_SOFTMAX:
		break; /* no kernels */
	}
	return x;
}

/* The derivative, from the output or from the input as the activation's row says. */
INLINE vector derivative_of(enum activation_kind kind, const struct activation *a, vector y)
{
	const vector one = splat(1), zero = {0};
	switch (kind) {
	case ACTIVATION_LINEAR:
		return one;
	case ACTIVATION_RELU:
		return choose(y > 0, one, zero);
	case ACTIVATION_RELU6:
		return choose((y > 0) & (y < 6), one, zero);
	case ACTIVATION_LEAKY_RELU:
		return choose(y > 0, one, splat(a->negative_slope));
	case ACTIVATION_CLIPPED_RELU:
		return clipped_relu_derivative(y, a);
	case ACTIVATION_ELU:
		return elu_derivative(y, 1, a->negative_slope);
	case ACTIVATION_SELU:
		return elu_derivative(y, SELU_SCALE, SELU_ALPHA);
	case ACTIVATION_GELU:
		return gelu_derivative(y);
	case ACTIVATION_GELU_TANH:
		return gelu_tanh_derivative(y);
	case ACTIVATION_SWISH:
		return swish_derivative(y);
	case ACTIVATION_HARD_SWISH:
		return hard_swish_derivative(y);
	case ACTIVATION_SIGMOID:
		return y * (1 - y);
	case ACTIVATION_HARD_SIGMOID:
		return hard_sigmoid_derivative(y, 3);
	case ACTIVATION_KERAS2_HARD_SIGMOID:
		return hard_sigmoid_derivative(y, 2.5f);
	case ACTIVATION_TANH:
		return multiply_add(-y, y, one);
	case ACTIVATION_SOFTPLUS:
		return -exponential_minus_one_of(-y); /* 1 - e^-y */
	case ACTIVATION_SOFTSIGN:
		return softsign_derivative(y);
	case ACTIVATION_MISH:
		return mish_derivative(y);
	case ACTIVATION_EXPONENTIAL:
		return y;
	case ACTIVATION_SOFTMAX:
	case ACTIVATION_LOG_SOFTMAX:
		break; /* no kernels */
	}
	return one;
}

/* Runs CALL, a macro that each user defines, with `kind` a constant: each activation has loops of
 * its own. */
#define CASE_WITH_LOOPS(kind, ...) \
	case ACTIVATION_##kind: \
		CALL(ACTIVATION_##kind); \
		break;
#define CASE_WITHOUT(kind, ...) case ACTIVATION_##kind:
#define FOR_ACTIVATION(kind) \
	switch (kind) { \
		ELEMENTWISE_ACTIVATIONS(CASE_WITH_LOOPS) \
		CHANNELWISE_ACTIVATIONS(CASE_WITHOUT) \
		break; \
	}

/* Its parameters by value, so that they stay in registers. */
INLINE void activate_as(enum activation_kind kind, struct activation a, float *x, size_t count)
{
	if (kind == ACTIVATION_LINEAR)
		return;
	size_t i = 0;
	for (; i + LANES <= count; i += LANES)
		store(x + i, activation_of(kind, &a, load(x + i)));
	if (i < count)
		store_part(x + i, activation_of(kind, &a, load_part(x + i, count - i)), count - i);
}

static void activate(const struct activation *activation, float *x, size_t count){
#define CALL(kind) activate_as(kind, *activation, x, count)
	FOR_ACTIVATION(activation->kind)
#undef CALL
}

INLINE void activate_backward_as(enum activation_kind kind, struct activation a, const float *y,
	float *gradient, size_t count)
{
	if (kind == ACTIVATION_LINEAR)
		return;
	size_t i = 0;
	for (; i + LANES <= count; i += LANES)
		store(gradient + i, load(gradient + i) * derivative_of(kind, &a, load(y + i)));
	size_t left = count - i;
	if (left)
		store_part(gradient + i,
			load_part(gradient + i, left) *
				derivative_of(kind, &a, load_part(y + i, left)),
			left);
}

static void activate_backward(const struct activation *activation, const float *y, float *gradient,
	size_t count)
{
#define CALL(kind) activate_backward_as(kind, *activation, y, gradient, count)
	FOR_ACTIVATION(activation->kind)
#undef CALL
}
