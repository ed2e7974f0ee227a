/* Elementary functions. Errors against exact values are below 2 units in the last place; of the
 * normal distribution below 4; where a result is below 2^-126, the smallest normal number, below
 * 2^-126 by at most 2 units in the last place of that. NaN stays NaN. */

/* As x, but not outside [low, high]. */
INLINE vector clamped(vector x, float low, float high)
{
	return smaller_of(splat(high), larger_of(splat(low), x));
}

/* 2^n for -126 <= n <= 127; bits of n above the ninth are not read. */
INLINE vector power_of_two(integers n)
{
	return (vector)((n + 127) << 23);
}

/* A sum with it is rounded to a whole number, in its low bits; its own are zero. */
#define MAGIC 0x1.8p23f

/* x = n ln 2 + r with |r| <= ln 2 / 2; ln 2 in two parts, so that r is exact but for one
 * rounding. Returns MAGIC + n. */
INLINE vector reduce_by_magic(vector x, vector *r)
{
	vector shifted = multiply_add(x, splat(0x1.715476p+0f), splat(MAGIC)), n = shifted - MAGIC;
	*r = multiply_add(n, splat(-0x1.62e430p-1f), x);
	*r = multiply_add(n, splat(0x1.05c610p-29f), *r);
	return shifted;
}

/* The same; returns n. */
INLINE integers reduce(vector x, vector *r)
{
	return (integers)reduce_by_magic(x, r) - (integers)splat(MAGIC);
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

/* exp(x) for -104 <= x <= 89, at whose ends it is zero and infinity. */
INLINE vector exponential_within(vector x)
{
	vector r;
	integers n = reduce(x, &r), half = n >> 1;
	/* In two steps, since 2^n itself may be no normal number. */
	return (exponential_series(r) + 1) * power_of_two(half) * power_of_two(n - half);
}

INLINE vector exponential_of(vector x)
{
	return exponential_within(clamped(x, -104, 89));
}

/* exp(x) for |x| <= MODERATE, where it, its reciprocal and x / exp(x) are normal numbers. Of the
 * polynomials that begin with 1 + r + r^2 / 2 this is the nearest to exp(r): within 2^-27 of it. */
#define MODERATE 87.0f
INLINE vector moderate_exponential_of(vector x)
{
	vector r, p = splat(0x1.6feed0p-10f);
	integers n = (integers)reduce_by_magic(x, &r);
	p = multiply_add(p, r, splat(0x1.1257f4p-7f));
	p = multiply_add(p, r, splat(0x1.5552fep-5f));
	p = multiply_add(p, r, splat(0x1.555466p-3f));
	p = multiply_add(p, r, splat(0.5f));
	p = multiply_add(p, r, splat(1));
	p = multiply_add(p, r, splat(1));
	return p * power_of_two(n);
}

/* log(2^e (1 + f)) = e ln 2 + log(1 + f), with sqrt(1/2) <= 1 + f < sqrt(2). With s = f / (2 + f),
 * log(1 + f) = 2 artanh(s) = 2 s + s R, R = 2 s^2 / 3 + 2 s^4 / 5 + ..., and 2 s = f - s f, so that
 * the large part f is exact: log(1 + f) = f - (f^2 / 2 - s (f^2 / 2 + R)). */
INLINE vector logarithm_series(vector f, vector e)
{
	vector s = f / (f + 2), z = s * s, half = f * f * 0.5f;
	vector p = splat(2.0f / 11);
	p = multiply_add(p, z, splat(2.0f / 9));
	p = multiply_add(p, z, splat(2.0f / 7));
	p = multiply_add(p, z, splat(2.0f / 5));
	p = multiply_add(p, z, splat(2.0f / 3));
	vector small = multiply_add(s, multiply_add(p, z, half), e * -0x1.05c610p-29f);
	return multiply_add(e, splat(0x1.62e430p-1f), f - (half - small));
}

INLINE vector logarithm_of(vector x)
{
	integers tiny = x < 0x1p-126f;
	vector scaled = choose(tiny, x * 0x1p24f, x);
	integers bits = ((integers)scaled & 0x7fffffff) - 0x3f3504f3; /* sqrt(1/2) */
	integers e = (bits >> 23) + (tiny & -24);
	vector f = (vector)((bits & 0x7fffff) + 0x3f3504f3) - 1;
	vector result = logarithm_series(f, __builtin_convertvector(e, vector));
	result = choose(x == 0, splat(-__builtin_inff()), result);
	result = choose(x == __builtin_inff(), x, result);
	return choose((x < 0) | (x != x), splat(__builtin_nanf("")), result);
}

/* log(1 + u) for 0 <= u <= 1; beyond sqrt(2) - 1 as ln 2 + log((1 + u) / 2). */
INLINE vector logarithm_of_one_plus(vector u)
{
	integers halved = u > 0x1.a8279ap-2f;
	return logarithm_series(choose(halved, (u - 1) * 0.5f, u),
		choose(halved, splat(1), (vector){0}));
}

/* exp(x) - 1 for x <= 0: with exp(r) - 1 from its series, 2^n (exp(r) - 1) + (2^n - 1). */
INLINE vector exponential_minus_one_of(vector x)
{
	vector r;
	x = larger_of(splat(-20), x); /* beyond it is -1 */
	vector power = power_of_two(reduce(x, &r));
	return multiply_add(exponential_series(r), power, power - 1);
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

/* Beyond MODERATE it is 1, below -MODERATE as there, 2^-126. */
INLINE vector sigmoid_of(vector x)
{
	return 1 / (1 + moderate_exponential_of(-clamped(x, -MODERATE, MODERATE)));
}

/* The normal distribution's function, 1/2 (1 + erf(x / sqrt(2))) = 1/2 erfc(-x / sqrt(2)), and its
 * density. With t = (|x| - 3) / (|x| + 3), erfc(|x| / sqrt(2)) exp(x^2 / 2) (1 + |x|) / 2 is nearly
 * a polynomial in t (by Chebyshev's nodes for |x| <= 14.5; beyond, exp(-x^2 / 2) is zero). x^2 is
 * needed to more digits than it has: its rounding error is `rest`. */
INLINE vector normal_distribution_of(vector x, vector *density)
{
	static const float series[] = {4.64841016329e-5f, 1.22352130461e-5f, -4.69386180558e-4f,
		-3.404223332e-4f, 2.99080867179e-3f, 1.15510897232e-3f, -2.27265474026e-2f,
		4.51646418424e-2f, -1.64323714486e-2f, -9.65267832064e-2f, 4.86055795507e-1f};
	vector size = (vector)((integers)x & 0x7fffffff);
	size = smaller_of(splat(14.5f), size);
	vector square = size * size, rest = multiply_add(size, size, -square);
	vector power = exponential_of(square * -0.5f);
	power = multiply_add(power, rest * -0.5f, power);
	vector t = (size - 3) / (size + 3), p = splat(series[0]);
	UNROLLED for (int i = 1; i < 11; i++) p = multiply_add(p, t, splat(series[i]));
	vector tail = power * p / (1 + size);
	*density = power * 0.39894228f; /* 1 / sqrt(2 pi) */
	return choose(x > 0, 1 - tail, tail);
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
