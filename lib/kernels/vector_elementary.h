/* exp, log, tanh and the activations. Errors against exact values are below 2 units in the last
 * place. */

/* 2^n for -126 <= n <= 127. */
INLINE vector power_of_two(integers n)
{
	return (vector)((n + 127) << 23);
}

/* x = n ln 2 + r with |r| <= ln 2 / 2; ln 2 in two parts, so that r is exact but for one
 * rounding. */
INLINE integers reduce(vector x, vector *r)
{
	const vector magic =
		splat(0x1.8p23f); /* a sum with it is rounded to a whole number in its low bits */
	vector shifted = multiply_add(x, splat(0x1.715476p+0f), magic);
	vector n = shifted - magic;
	*r = multiply_add(n, splat(-0x1.62e430p-1f), x);
	*r = multiply_add(n, splat(0x1.05c610p-29f), *r);
	return (integers)shifted - (integers)magic;
}

/* exp(r) - 1 by Taylor's series to r^7 / 7!; the rest is below 2^-27 of r for |r| <= ln 2 / 2. */
INLINE vector exponential_series(vector r)
{
	vector p = splat(1.0f / 5040);
	p = multiply_add(p, r, splat(1.0f / 720));
	p = multiply_add(p, r, splat(1.0f / 120));
	p = multiply_add(p, r, splat(1.0f / 24));
	p = multiply_add(p, r, splat(1.0f / 6));
	p = multiply_add(p, r, splat(0.5f));
	return multiply_add(p, r * r, r);
}

INLINE vector exponential_of(vector x)
{
	vector r;
	x = choose(x > 89, splat(89), x); /* beyond these it is infinity, and zero */
	x = choose(x < -104, splat(-104), x);
	integers n = reduce(x, &r), half = n >> 1;
	/* In two steps, since 2^n itself may be no normal number. */
	return (exponential_series(r) + 1) * power_of_two(half) * power_of_two(n - half);
}

/* log(2^e (1 + f)) = e ln 2 + log(1 + f), with sqrt(1/2) <= 1 + f < sqrt(2). With s = f / (2 + f),
 * log(1 + f) = 2 artanh(s) = 2 s + s R, R = 2 s^2 / 3 + 2 s^4 / 5 + ..., and 2 s = f - s f, so that
 * the large part f is exact: log(1 + f) = f - (f^2 / 2 - s (f^2 / 2 + R)). */
INLINE vector logarithm_of(vector x)
{
	integers tiny = x < 0x1p-126f;
	vector scaled = choose(tiny, x * 0x1p24f, x);
	integers bits = ((integers)scaled & 0x7fffffff) - 0x3f3504f3; /* sqrt(1/2) */
	integers e = (bits >> 23) + (tiny & -24);
	vector f = (vector)((bits & 0x7fffff) + 0x3f3504f3) - 1;
	vector s = f / (f + 2), z = s * s, half = f * f * 0.5f;
	vector p = splat(2.0f / 11);
	p = multiply_add(p, z, splat(2.0f / 9));
	p = multiply_add(p, z, splat(2.0f / 7));
	p = multiply_add(p, z, splat(2.0f / 5));
	p = multiply_add(p, z, splat(2.0f / 3));
	vector exponent = __builtin_convertvector(e, vector);
	vector small = multiply_add(s, multiply_add(p, z, half), exponent * -0x1.05c610p-29f);
	vector result = multiply_add(exponent, splat(0x1.62e430p-1f), f - (half - small));
	result = choose(x == 0, splat(-__builtin_inff()), result);
	result = choose(x == __builtin_inff(), x, result);
	return choose((x < 0) | (x != x), splat(__builtin_nanf("")), result);
}

/* Up to 1/2 by Taylor's series to x^17, beyond as 1 - 2 / (exp(2 x) + 1). */
INLINE vector hyperbolic_tangent_of(vector x)
{
	static const float series[] = {6404582.0f / 10854718875.0f, -929569.0f / 638512875.0f,
		21844.0f / 6081075.0f, -1382.0f / 155925.0f, 62.0f / 2835.0f, -17.0f / 315.0f,
		2.0f / 15.0f, -1.0f / 3.0f};
	const integers sign = (integers)splat(-0.0f);
	vector size = (vector)((integers)x & ~sign), square = x * x, p = {0};
	for (int i = 0; i < 8; i++)
		p = multiply_add(p, square, splat(series[i]));
	vector small = multiply_add(p * square, x, x);
	vector large = 1 - 2 / (exponential_of(size * 2) + 1);
	return choose(size > 0.5f, (vector)((integers)large | ((integers)x & sign)), small);
}

INLINE vector sigmoid_of(vector x)
{
	return 1 / (1 + exponential_of(-x));
}

/* Comparisons are written so that NaN stays NaN. */
INLINE vector activation_of(enum activation activation, float negative_slope, vector x)
{
	switch (activation) {
	case ACTIVATION_RELU:
		return choose(x < 0, (vector){0}, x);
	case ACTIVATION_RELU6:
		x = choose(x < 0, (vector){0}, x);
		return choose(x > 6, splat(6), x);
	case ACTIVATION_LEAKY_RELU:
		return choose(x < 0, x * negative_slope, x);
	case ACTIVATION_SIGMOID:
		return sigmoid_of(x);
	case ACTIVATION_TANH:
		return hyperbolic_tangent_of(x);
	case ACTIVATION_SWISH:
		return x * sigmoid_of(x);
	default:
		return x;
	}
}

/* The derivative from the output y; for swish y is the input. */
INLINE vector derivative_of(enum activation activation, float negative_slope, vector y)
{
	const vector one = splat(1);
	switch (activation) {
	case ACTIVATION_RELU:
		return choose(y > 0, one, (vector){0});
	case ACTIVATION_RELU6:
		return choose((y > 0) & (y < 6), one, (vector){0});
	case ACTIVATION_LEAKY_RELU:
		return choose(y > 0, one, splat(negative_slope));
	case ACTIVATION_SIGMOID:
		return y * (1 - y);
	case ACTIVATION_TANH:
		return multiply_add(-y, y, one);
	case ACTIVATION_SWISH: {
		vector s = sigmoid_of(y);
		return multiply_add(y * s, 1 - s, s);
	}
	default:
		return one;
	}
}

INLINE void activate_as(enum activation activation, float negative_slope, float *x, size_t count)
{
	size_t i = 0;
	for (; i + LANES <= count; i += LANES)
		store(x + i, activation_of(activation, negative_slope, load(x + i)));
	if (i < count)
		store_part(x + i,
			activation_of(activation, negative_slope, load_part(x + i, count - i)),
			count - i);
}

static void activate(enum activation activation, float negative_slope, float *x, size_t count)
{
#define CASE(name) \
	case name: \
		activate_as(name, negative_slope, x, count); \
		break;
	switch (activation) {
		CASE(ACTIVATION_RELU)
		CASE(ACTIVATION_RELU6)
		CASE(ACTIVATION_LEAKY_RELU)
		CASE(ACTIVATION_SIGMOID)
		CASE(ACTIVATION_TANH) CASE(ACTIVATION_SWISH) default : break;
	}
#undef CASE
}

INLINE void activate_backward_as(enum activation activation, float negative_slope, const float *y,
	float *gradient, size_t count)
{
	size_t i = 0;
	for (; i + LANES <= count; i += LANES)
		store(gradient + i,
			load(gradient + i) *
				derivative_of(activation, negative_slope, load(y + i)));
	size_t left = count - i;
	if (left)
		store_part(gradient + i,
			load_part(gradient + i, left) *
				derivative_of(activation, negative_slope, load_part(y + i, left)),
			left);
}

static void activate_backward(enum activation activation, float negative_slope, const float *y,
	float *gradient, size_t count)
{
#define CASE(name) \
	case name: \
		activate_backward_as(name, negative_slope, y, gradient, count); \
		break;
	switch (activation) {
		CASE(ACTIVATION_RELU)
		CASE(ACTIVATION_RELU6)
		CASE(ACTIVATION_LEAKY_RELU)
		CASE(ACTIVATION_SIGMOID)
		CASE(ACTIVATION_TANH) CASE(ACTIVATION_SWISH) default : break;
	}
#undef CASE
}

static void exponential(float *x, size_t count)
{
	for (size_t i = 0; i < count; i += LANES) {
		size_t part = count - i < LANES ? count - i : LANES;
		store_part(x + i, exponential_of(load_part(x + i, part)), part);
	}
}

static void logarithm(float *x, size_t count)
{
	for (size_t i = 0; i < count; i += LANES) {
		size_t part = count - i < LANES ? count - i : LANES;
		store_part(x + i, logarithm_of(load_part(x + i, part)), part);
	}
}
