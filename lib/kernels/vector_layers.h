/* The remaining loops: sums, channel-wise arithmetic, optimizers. */

static void add(float *out, const float *x, size_t count)
{
	FOR_VECTORS (i, part, count)
		store_lanes(out + i, load_lanes(out + i, part) + load_lanes(x + i, part), part);
}

static void interpolate(float *out, const float *x, float amount, size_t count)
{
	FOR_VECTORS (i, part, count) {
		vector from = load_lanes(out + i, part);
		store_lanes(out + i,
			multiply_add(load_lanes(x + i, part) - from, splat(amount), from), part);
	}
}

/* Products of two floats are exact in double. */
static double squared_norm(const float *x, size_t count)
{
	enum { VECTORS = CHANNEL_BLOCK / LANES };
	doubles sums[VECTORS] = {0};
	for (size_t i = 0; i < count; i += CHANNEL_BLOCK)
		UNROLLED for (size_t k = 0; k < VECTORS; k++)
		{
			size_t first = i + k * LANES, left = first < count ? count - first : 0;
			vector values = load_lanes(x + first, left < LANES ? left : LANES);
			doubles wide = __builtin_convertvector(values, doubles);
			sums[k] += wide * wide;
		}
	double sum = 0;
	for (int k = 0; k < CHANNEL_BLOCK; k++)
		sum += sums[k / LANES][k % LANES];
	return sum;
}

/* 0 * x is zero except for infinity and NaN. Four independent sums hide the latency of the
 * additions. */
static bool all_finite(const float *x, size_t count)
{
	vector zeros[4] = {0};
	size_t i = 0;
	for (; i + 4 * LANES <= count; i += 4 * LANES)
		UNROLLED for (int k = 0; k < 4; k++) zeros[k] =
			multiply_add(load(x + i + (size_t)k * LANES), splat(0), zeros[k]);
	for (; i < count; i += LANES)
		zeros[0] = multiply_add(load_part(x + i, count - i < LANES ? count - i : LANES),
			splat(0), zeros[0]);
	float lanes[LANES];
	store(lanes, (zeros[0] + zeros[1]) + (zeros[2] + zeros[3]));
	bool finite = true;
	for (int k = 0; k < LANES; k++)
		finite &= lanes[k] == 0;
	return finite;
}

static void sum_channels(float *sum, const float *x, int count, int channels)
{
	int c = 0;
	for (; c + 4 * LANES <= channels; c += 4 * LANES) {
		vector sums[4];
		UNROLLED for (int k = 0; k < 4; k++) sums[k] = load(sum + c + k * LANES);
		for (ptrdiff_t p = 0; p < count; p++)
			UNROLLED for (int k = 0; k < 4; k++) sums[k] +=
				load(x + p * channels + c + k * LANES);
		UNROLLED for (int k = 0; k < 4; k++) store(sum + c + k * LANES, sums[k]);
	}
	for (; c < channels; c += LANES) {
		size_t part = channels - c < LANES ? (size_t)(channels - c) : LANES;
		vector total = load_lanes(sum + c, part);
		for (ptrdiff_t p = 0; p < count; p++)
			total += load_lanes(x + p * channels + c, part);
		store_lanes(sum + c, total, part);
	}
}

/* ---- optimizers: w is decayed and g scaled before ---- */

INLINE vector decayed_weights(const struct update *u, size_t i, size_t part)
{
	return load_lanes(u->weights + i, part) * (1 - u->decay);
}

INLINE vector scaled_gradients(const struct update *u, size_t i, size_t part)
{
	return load_lanes(u->gradients + i, part) * u->scale;
}

/* v = momentum v + g; w = w - rate v; Nesterov: w = w - rate (g + momentum v) */
static void sgd(const struct update *u)
{
	const vector momentum = splat(u->beta1);
	FOR_VECTORS (i, part, u->count) {
		vector g = scaled_gradients(u, i, part), weights = decayed_weights(u, i, part);
		vector velocity = multiply_add(load_lanes(u->first + i, part), momentum, g);
		vector step = u->nesterov ? multiply_add(velocity, momentum, g) : velocity;
		store_lanes(u->first + i, velocity, part);
		store_lanes(u->weights + i, weights - step * u->learning_rate, part);
	}
}

/* v = rho v + (1 - rho) g^2; w = w - rate g / sqrt(v + epsilon) */
static void rmsprop(const struct update *u)
{
	FOR_VECTORS (i, part, u->count) {
		vector g = scaled_gradients(u, i, part), weights = decayed_weights(u, i, part);
		vector mean = multiply_add(g * (1 - u->beta2), g,
			load_lanes(u->second + i, part) * u->beta2);
		store_lanes(u->second + i, mean, part);
		store_lanes(u->weights + i,
			weights - g * u->learning_rate / square_root(mean + u->epsilon), part);
	}
}

/* m = m + (1 - beta1) (g - m); v = v + (1 - beta2) (g^2 - v); w = w - rate m /
 * (sqrt(v) + epsilon) */
static void adam(const struct update *u)
{
	FOR_VECTORS (i, part, u->count) {
		vector g = scaled_gradients(u, i, part), weights = decayed_weights(u, i, part);
		vector mean = load_lanes(u->first + i, part),
		       square = load_lanes(u->second + i, part);
		mean = multiply_add(g - mean, splat(1 - u->beta1), mean);
		square = multiply_add(multiply_add(g, g, -square), splat(1 - u->beta2), square);
		store_lanes(u->first + i, mean, part);
		store_lanes(u->second + i, square, part);
		store_lanes(u->weights + i,
			weights - mean * u->learning_rate / (square_root(square) + u->epsilon),
			part);
	}
}

/* Lion (Chen et al. 2023): w = w - rate sign(beta1 m + (1 - beta1) g); m = beta2 m + (1 - beta2)
 * g */
static void lion(const struct update *u)
{
	const vector rate = splat(u->learning_rate);
	FOR_VECTORS (i, part, u->count) {
		vector g = scaled_gradients(u, i, part), mean = load_lanes(u->first + i, part);
		vector direction = multiply_add(g, splat(1 - u->beta1), mean * u->beta1);
		vector step = choose(direction > 0, rate, choose(direction < 0, -rate, splat(0)));
		store_lanes(u->weights + i, decayed_weights(u, i, part) - step, part);
		store_lanes(u->first + i, multiply_add(g, splat(1 - u->beta2), mean * u->beta2),
			part);
	}
}
