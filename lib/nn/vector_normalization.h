/* Batch normalisation's loops over rows of pixels. The affine map and its activation are one step, so that nobody
 * needs its result in memory. */

/* activate(x * scale + shift) */
INLINE vector affine_of(enum activation activation, const struct affine *affine, const float *x, size_t c, size_t part)
{
	vector y = multiply_add(load_lanes(x + c, part), load_lanes(affine->scale + c, part), load_lanes(affine->shift + c, part));
	return activation_of(activation, affine->negative_slope, y);
}

/* The gradient on its way back through the activation. */
INLINE vector affine_gradient(enum activation activation, const struct affine *affine, const float *gradient,
	const float *x, size_t c, size_t part)
{
	vector y = affine_of(activation, affine, x, c, part);
	return load_lanes(gradient + c, part) * derivative_of(activation, affine->negative_slope, y);
}

INLINE void normalize_as(enum activation activation, float *restrict out, const float *restrict x,
	const struct affine *affine, int count, int channels)
{
	for (int p = 0; p < count; p++, out += channels, x += channels)
		FOR_VECTORS(c, part, channels)
			store_lanes(out + c, affine_of(activation, affine, x, c, part), part);
}

INLINE void sum_gradients_as(enum activation activation, float *restrict sums, float *restrict products,
	const float *gradient, const float *x, const float *mean, const struct affine *affine, int count, int channels)
{
	FOR_VECTORS(c, part, channels) {
		vector sum = load_lanes(sums + c, part), product = load_lanes(products + c, part);
		vector centre = load_lanes(mean + c, part);
		const float *g = gradient, *values = x;
		for (int p = 0; p < count; p++, g += channels, values += channels) {
			vector turned = affine_gradient(activation, affine, g, values, c, part);
			sum += turned;
			product = multiply_add(load_lanes(values + c, part) - centre, turned, product);
		}
		store_lanes(sums + c, sum, part);
		store_lanes(products + c, product, part);
	}
}

INLINE void normalize_backward_as(enum activation activation, float *restrict gradient, const float *restrict x,
	const struct affine *affine, const float *by_input, const float *constant, int count, int channels)
{
	for (int p = 0; p < count; p++, gradient += channels, x += channels)
		FOR_VECTORS(c, part, channels) {
			vector turned = affine_gradient(activation, affine, gradient, x, c, part);
			vector rest = multiply_add(load_lanes(x + c, part), load_lanes(by_input + c, part), load_lanes(constant + c, part));
			store_lanes(gradient + c, multiply_add(turned, load_lanes(affine->scale + c, part), rest), part);
		}
}

/* Runs `call` with `activation` a constant: each activation has loops of its own. */
#define FOR_ACTIVATION(activation, call) \
	switch (activation) { \
	case ACTIVATION_RELU: call(ACTIVATION_RELU); break; \
	case ACTIVATION_RELU6: call(ACTIVATION_RELU6); break; \
	case ACTIVATION_LEAKY_RELU: call(ACTIVATION_LEAKY_RELU); break; \
	case ACTIVATION_SIGMOID: call(ACTIVATION_SIGMOID); break; \
	case ACTIVATION_TANH: call(ACTIVATION_TANH); break; \
	default: call(ACTIVATION_LINEAR); \
	}

static void normalize(float *out, const float *x, const struct affine *affine, int count, int channels)
{
#define CALL(name) normalize_as(name, out, x, affine, count, channels)
	FOR_ACTIVATION(affine->activation, CALL)
#undef CALL
}

static void sum_gradients(float *sums, float *products, const float *gradient, const float *x, const float *mean,
	const struct affine *affine, int count, int channels)
{
#define CALL(name) sum_gradients_as(name, sums, products, gradient, x, mean, affine, count, channels)
	FOR_ACTIVATION(affine->activation, CALL)
#undef CALL
}

static void normalize_backward(float *gradient, const float *x, const struct affine *affine, const float *by_input,
	const float *constant, int count, int channels)
{
#define CALL(name) normalize_backward_as(name, gradient, x, affine, by_input, constant, count, channels)
	FOR_ACTIVATION(affine->activation, CALL)
#undef CALL
}

static void sum_squares(float *sums, const float *x, const float *mean, int count, int channels)
{
	FOR_VECTORS(c, part, channels) {
		vector sum = load_lanes(sums + c, part), centre = load_lanes(mean + c, part);
		const float *values = x;
		for (int p = 0; p < count; p++, values += channels) {
			vector centred = load_lanes(values + c, part) - centre;
			sum = multiply_add(centred, centred, sum);
		}
		store_lanes(sums + c, sum, part);
	}
}
