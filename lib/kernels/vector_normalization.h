/* Batch normalisation's loops over rows of pixels. The affine map and its activation are one step,
 * so that nobody needs its result in memory. */

/* activate(x * scale + shift) */
INLINE vector affine_of(enum activation_kind kind, const struct affine *affine, const float *x,
	size_t c, size_t part)
{
	vector y = multiply_add(load_lanes(x + c, part), load_lanes(affine->scale + c, part),
		load_lanes(affine->shift + c, part));
	return activation_of(kind, &affine->activation, y);
}

/* The gradient on its way back through the activation. */
INLINE vector affine_gradient(enum activation_kind kind, const struct affine *affine,
	const float *gradient, const float *x, size_t c, size_t part)
{
	bool from_output = activation_derives_from_output(kind);
	vector y = affine_of(from_output ? kind : ACTIVATION_LINEAR, affine, x, c, part);
	return load_lanes(gradient + c, part) * derivative_of(kind, &affine->activation, y);
}

INLINE void normalize_as(enum activation_kind kind, float *restrict out, const float *restrict x,
	const struct affine *affine, int count, int channels)
{
	size_t whole = (size_t)channels / LANES * LANES, part = (size_t)channels - whole;
	for (int p = 0; p < count; p++, out += channels, x += channels) {
		for (size_t c = 0; c < whole; c += LANES)
			store(out + c, affine_of(kind, affine, x, c, LANES));
		if (part)
			store_part(out + whole, affine_of(kind, affine, x, whole, part), part);
	}
}

/* Of `vectors` vectors of channels, whose lines follow each other in memory, or of `part` lanes of
 * one. */
INLINE void sum_gradients_of(enum activation_kind kind, const struct gradient_sums *s, size_t c,
	const int vectors, const size_t part)
{
	vector sums[4], products[4], centres[4];
	const float *gradient = s->gradient + c, *x = s->x + c;
	const struct affine affine = {s->affine->scale + c, s->affine->shift + c,
		s->affine->activation};
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
				affine_gradient(kind, &affine, gradient, x, k * LANES, part);
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

/* Several vectors at once hide the latency of the additions. Those activations that are rare have
 * no loops for that: they would triple the code. */
INLINE void sum_gradients_as(enum activation_kind kind, const struct gradient_sums *s)
{
	const bool is_common = kind == ACTIVATION_LINEAR || kind == ACTIVATION_RELU ||
		kind == ACTIVATION_RELU6 || kind == ACTIVATION_LEAKY_RELU ||
		kind == ACTIVATION_SIGMOID || kind == ACTIVATION_TANH;
	size_t c = 0, channels = (size_t)s->channels;
	for (; is_common && c + 4 * LANES <= channels; c += 4 * LANES)
		sum_gradients_of(kind, s, c, 4, LANES);
	for (; is_common && c + 2 * LANES <= channels; c += 2 * LANES)
		sum_gradients_of(kind, s, c, 2, LANES);
	for (; c + LANES <= channels; c += LANES)
		sum_gradients_of(kind, s, c, 1, LANES);
	if (c < channels)
		sum_gradients_of(kind, s, c, 1, channels - c);
}

INLINE void normalize_backward_of(enum activation_kind kind, float *gradient, const float *x,
	const struct affine *affine, const float *by_input, const float *constant, size_t c,
	const size_t part)
{
	vector transposed = affine_gradient(kind, affine, gradient, x, c, part);
	vector rest = multiply_add(load_lanes(x + c, part), load_lanes(by_input + c, part),
		load_lanes(constant + c, part));
	store_lanes(gradient + c,
		multiply_add(transposed, load_lanes(affine->scale + c, part), rest), part);
}

INLINE void normalize_backward_as(enum activation_kind kind, float *restrict gradient,
	const float *restrict x, const struct affine *affine, const float *by_input,
	const float *constant, int count, int channels)
{
	size_t whole = (size_t)channels / LANES * LANES, part = (size_t)channels - whole;
	for (int p = 0; p < count; p++, gradient += channels, x += channels) {
		for (size_t c = 0; c < whole; c += LANES)
			normalize_backward_of(kind, gradient, x, affine, by_input, constant, c,
				LANES);
		if (part)
			normalize_backward_of(kind, gradient, x, affine, by_input, constant, whole,
				part);
	}
}

static void normalize(float *out, const float *x, const struct affine *affine, int count,
	int channels)
{
#define CALL(kind) normalize_as(kind, out, x, affine, count, channels)
	FOR_ACTIVATION(affine->activation.kind)
#undef CALL
}

static void sum_gradients(const struct gradient_sums *s)
{
#define CALL(kind) sum_gradients_as(kind, s)
	FOR_ACTIVATION(s->affine->activation.kind)
#undef CALL
}

static void normalize_backward(float *gradient, const float *x, const struct affine *affine,
	const float *by_input, const float *constant, int count, int channels){
#define CALL(kind) \
	normalize_backward_as(kind, gradient, x, affine, by_input, constant, count, channels)
	FOR_ACTIVATION(affine->activation.kind)
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
