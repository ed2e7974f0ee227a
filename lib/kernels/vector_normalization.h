/* Batch normalisation's loops over rows of pixels. The affine map and its activation are one step,
 * so that nobody needs its result in memory. */

/* activate(x * scale + shift) */
INLINE vector affine_of(enum activation activation, const struct affine *affine, const float *x,
	size_t c, size_t part)
{
	vector y = multiply_add(load_lanes(x + c, part), load_lanes(affine->scale + c, part),
		load_lanes(affine->shift + c, part));
	return activation_of(activation, affine->negative_slope, y);
}

/* The gradient on its way back through the activation. */
INLINE vector affine_gradient(enum activation activation, const struct affine *affine,
	const float *gradient, const float *x, size_t c, size_t part)
{
	vector y = affine_of(activation, affine, x, c, part);
	return load_lanes(gradient + c, part) *
		derivative_of(activation, affine->negative_slope, y);
}

INLINE void normalize_as(enum activation activation, float *restrict out, const float *restrict x,
	const struct affine *affine, int count, int channels)
{
	size_t whole = (size_t)channels / LANES * LANES, part = (size_t)channels - whole;
	for (int p = 0; p < count; p++, out += channels, x += channels) {
		for (size_t c = 0; c < whole; c += LANES)
			store(out + c, affine_of(activation, affine, x, c, LANES));
		if (part)
			store_part(out + whole, affine_of(activation, affine, x, whole, part),
				part);
	}
}

/* Of `vectors` vectors of channels, whose lines follow each other in memory, or of `part` lanes of
 * one. */
INLINE void sum_gradients_of(enum activation activation, const struct gradient_sums *s, size_t c,
	const int vectors, const size_t part)
{
	vector sums[4], products[4], centres[4];
	const float *gradient = s->gradient + c, *x = s->x + c;
	const struct affine affine = {s->affine->scale + c, s->affine->shift + c, activation,
		s->affine->negative_slope};
	UNROLLED for (size_t k = 0; k < (size_t)vectors; k++)
	{
		sums[k] = load_lanes(s->sums + c + k * LANES, part);
		products[k] = load_lanes(s->products + c + k * LANES, part);
		centres[k] = load_lanes(s->mean + c + k * LANES, part);
	}
	for (int p = 0; p < s->count; p++, gradient += s->channels, x += s->channels)
		UNROLLED for (size_t k = 0; k < (size_t)vectors; k++)
		{
			vector transposed =
				affine_gradient(activation, &affine, gradient, x, k * LANES, part);
			sums[k] += transposed;
			products[k] = multiply_add(load_lanes(x + k * LANES, part) - centres[k],
				transposed, products[k]);
		}
	UNROLLED for (size_t k = 0; k < (size_t)vectors; k++)
	{
		store_lanes(s->sums + c + k * LANES, sums[k], part);
		store_lanes(s->products + c + k * LANES, products[k], part);
	}
}

INLINE void sum_gradients_as(enum activation activation, const struct gradient_sums *s)
{
	size_t c = 0, channels = (size_t)s->channels;
	for (; c + 4 * LANES <= channels; c += 4 * LANES)
		sum_gradients_of(activation, s, c, 4, LANES);
	for (; c + 2 * LANES <= channels; c += 2 * LANES)
		sum_gradients_of(activation, s, c, 2, LANES);
	for (; c + LANES <= channels; c += LANES)
		sum_gradients_of(activation, s, c, 1, LANES);
	if (c < channels)
		sum_gradients_of(activation, s, c, 1, channels - c);
}

INLINE void normalize_backward_of(enum activation activation, float *gradient, const float *x,
	const struct affine *affine, const float *by_input, const float *constant, size_t c,
	const size_t part)
{
	vector transposed = affine_gradient(activation, affine, gradient, x, c, part);
	vector rest = multiply_add(load_lanes(x + c, part), load_lanes(by_input + c, part),
		load_lanes(constant + c, part));
	store_lanes(gradient + c,
		multiply_add(transposed, load_lanes(affine->scale + c, part), rest), part);
}

INLINE void normalize_backward_as(enum activation activation, float *restrict gradient,
	const float *restrict x, const struct affine *affine, const float *by_input,
	const float *constant, int count, int channels)
{
	size_t whole = (size_t)channels / LANES * LANES, part = (size_t)channels - whole;
	for (int p = 0; p < count; p++, gradient += channels, x += channels) {
		for (size_t c = 0; c < whole; c += LANES)
			normalize_backward_of(activation, gradient, x, affine, by_input, constant,
				c, LANES);
		if (part)
			normalize_backward_of(activation, gradient, x, affine, by_input, constant,
				whole, part);
	}
}

/* Runs `call` with `activation` a constant: each activation has loops of its own. */
#define FOR_ACTIVATION(activation, call) \
	switch (activation) { \
	case ACTIVATION_RELU: \
		call(ACTIVATION_RELU); \
		break; \
	case ACTIVATION_RELU6: \
		call(ACTIVATION_RELU6); \
		break; \
	case ACTIVATION_LEAKY_RELU: \
		call(ACTIVATION_LEAKY_RELU); \
		break; \
	case ACTIVATION_SIGMOID: \
		call(ACTIVATION_SIGMOID); \
		break; \
	case ACTIVATION_TANH: \
		call(ACTIVATION_TANH); \
		break; \
	default: \
		call(ACTIVATION_LINEAR); \
	}

static void normalize(float *out, const float *x, const struct affine *affine, int count,
	int channels)
{
#define CALL(name) normalize_as(name, out, x, affine, count, channels)
	FOR_ACTIVATION(affine->activation, CALL)
#undef CALL
}

static void sum_gradients(const struct gradient_sums *s)
{
#define CALL(name) sum_gradients_as(name, s)
	FOR_ACTIVATION(s->affine->activation, CALL)
#undef CALL
}

static void normalize_backward(float *gradient, const float *x, const struct affine *affine,
	const float *by_input, const float *constant, int count, int channels){
#define CALL(name) \
	normalize_backward_as(name, gradient, x, affine, by_input, constant, count, channels)
	FOR_ACTIVATION(affine->activation, CALL)
#undef CALL
}

INLINE void sum_squares_of(float *sums, const float *x, const float *mean, int count, int channels,
	const int vectors, const size_t part)
{
	vector squares[2], centres[2];
	UNROLLED for (size_t k = 0; k < (size_t)vectors; k++)
	{
		squares[k] = load_lanes(sums + k * LANES, part);
		centres[k] = load_lanes(mean + k * LANES, part);
	}
	for (int p = 0; p < count; p++, x += channels)
		UNROLLED for (size_t k = 0; k < (size_t)vectors; k++)
		{
			vector centred = load_lanes(x + k * LANES, part) - centres[k];
			squares[k] = multiply_add(centred, centred, squares[k]);
		}
	UNROLLED for (size_t k = 0; k < (size_t)vectors; k++)
		store_lanes(sums + k * LANES, squares[k], part);
}

static void sum_squares(float *sums, const float *x, const float *mean, int count, int channels)
{
	int c = 0;
	for (; c + 2 * LANES <= channels; c += 2 * LANES)
		sum_squares_of(sums + c, x + c, mean + c, count, channels, 2, LANES);
	for (; c + LANES <= channels; c += LANES)
		sum_squares_of(sums + c, x + c, mean + c, count, channels, 1, LANES);
	if (c < channels)
		sum_squares_of(sums + c, x + c, mean + c, count, channels, 1,
			(size_t)(channels - c));
}
