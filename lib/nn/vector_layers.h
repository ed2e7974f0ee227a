/* The remaining loops: sums, channel-wise arithmetic, pooling, optimizers. */

/* Runs `body` with i at every vector of [0, count), and `part` lanes of it valid. */
#define FOR_VECTORS(i, part, count) \
	for (size_t i = 0, part; i < (size_t)(count) && ((part = (size_t)(count) - i), (part = part < LANES ? part : LANES)); \
		i += LANES)

INLINE vector load_lanes(const float *from, size_t part)
{
	return part == LANES ? load(from) : load_part(from, part);
}

INLINE void store_lanes(float *to, vector value, size_t part)
{
	if (part == LANES)
		store(to, value);
	else
		store_part(to, value, part);
}

static void add(float *out, const float *x, size_t count)
{
	FOR_VECTORS(i, part, count)
		store_lanes(out + i, load_lanes(out + i, part) + load_lanes(x + i, part), part);
}

static bool all_finite(const float *x, size_t count)
{
	vector zeros = {0}; /* 0 * x is zero but for infinity and NaN */
	FOR_VECTORS(i, part, count)
		zeros = multiply_add(load_lanes(x + i, part), splat(0), zeros);
	float lanes[LANES];
	store(lanes, zeros);
	bool good = true;
	for (int i = 0; i < LANES; i++)
		good &= lanes[i] == 0;
	return good;
}

static void scale_shift(float *out, const float *x, const float *scale, const float *shift, int count, int channels)
{
	for (int p = 0; p < count; p++, out += channels, x += channels)
		FOR_VECTORS(c, part, channels)
			store_lanes(out + c, multiply_add(load_lanes(x + c, part), load_lanes(scale + c, part),
				load_lanes(shift + c, part)), part);
}

static void sum_channels(float *sum, const float *x, int count, int channels)
{
	for (int p = 0; p < count; p++, x += channels)
		add(sum, x, (size_t)channels);
}

static void multiply_add_rows(float *out, const float *x, const float *y, int count)
{
	FOR_VECTORS(i, part, count)
		store_lanes(out + i, multiply_add(load_lanes(x + i, part), load_lanes(y + i, part),
			load_lanes(out + i, part)), part);
}

static void sum_products(float *products, const float *x, const float *y, int count, int channels)
{
	for (int p = 0; p < count; p++, x += channels, y += channels)
		multiply_add_rows(products, x, y, channels);
}

/* Takes the candidate where it is larger or NaN; what has won already stays on a tie. */
INLINE void challenge(vector *best, integers *winner, vector candidate, int number)
{
	integers wins = (candidate > *best) | (candidate != candidate);
	*best = choose(wins, candidate, *best);
	*winner = (wins & number) | (~wins & *winner);
}

static void max_pool(const float *upper, const float *lower, int stride, float *out, uint8_t *winners, int count,
	int channels)
{
	for (int p = 0; p < count; p++, upper += 2 * stride, lower += 2 * stride, out += channels) {
		FOR_VECTORS(c, part, channels) {
			vector best = load_lanes(upper + c, part);
			integers winner = {0};
			challenge(&best, &winner, load_lanes(upper + stride + c, part), 1);
			challenge(&best, &winner, load_lanes(lower + c, part), 2);
			challenge(&best, &winner, load_lanes(lower + stride + c, part), 3);
			store_lanes(out + c, best, part);
			small_integers small = __builtin_convertvector(winner, small_integers);
			if (winners)
				memcpy(winners + (size_t)p * (size_t)channels + c, &small, part);
		}
	}
}

/* v = momentum v - rate g; w = w + v */
static void sgd(const struct update *u)
{
	FOR_VECTORS(i, part, u->count) {
		vector weights = load_lanes(u->weights + i, part);
		vector velocity = load_lanes(u->first + i, part) * u->beta1;
		velocity = multiply_add(load_lanes(u->gradients + i, part), splat(-u->learning_rate), velocity);
		store_lanes(u->first + i, velocity, part);
		store_lanes(u->weights + i, weights + velocity, part);
	}
}

/* v = rho v + (1 - rho) g^2; w = w - rate g / sqrt(v + epsilon) */
static void rmsprop(const struct update *u)
{
	FOR_VECTORS(i, part, u->count) {
		vector g = load_lanes(u->gradients + i, part), weights = load_lanes(u->weights + i, part);
		vector mean = multiply_add(g * (1 - u->beta2), g, load_lanes(u->second + i, part) * u->beta2);
		store_lanes(u->second + i, mean, part);
		store_lanes(u->weights + i, weights - g * u->learning_rate / square_root(mean + u->epsilon), part);
	}
}

/* w = w (1 - decay); m = m + (1 - beta1) (g - m); v = v + (1 - beta2) (g^2 - v); w = w - rate m / (sqrt(v) + epsilon) */
static void adam(const struct update *u)
{
	FOR_VECTORS(i, part, u->count) {
		vector g = load_lanes(u->gradients + i, part), weights = load_lanes(u->weights + i, part);
		vector mean = load_lanes(u->first + i, part), square = load_lanes(u->second + i, part);
		mean = multiply_add(g - mean, splat(1 - u->beta1), mean);
		square = multiply_add(multiply_add(g, g, -square), splat(1 - u->beta2), square);
		store_lanes(u->first + i, mean, part);
		store_lanes(u->second + i, square, part);
		weights = weights * (1 - u->decay);
		store_lanes(u->weights + i, weights - mean * u->learning_rate / (square_root(square) + u->epsilon), part);
	}
}
