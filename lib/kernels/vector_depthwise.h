/* Rows of a depthwise convolution. Channels are independent, so each vector of them is computed
 * along a whole row. For the usual 3x3 kernel the weights, or their gradients, stay in registers;
 * for other kernels, and for a partial vector, they are read from memory, in the same order of
 * sums. */

enum { USUAL = 3, USUAL_TAPS = USUAL * USUAL };

/* Offset of a tap of the usual kernel from the first tap. */
INLINE ptrdiff_t usual_place(const struct depthwise *row, int tap)
{
	return tap / USUAL * row->pitch + tap % USUAL * row->channels;
}

INLINE void usual_row(const struct depthwise *row, const float *bias, float *out, size_t c)
{
	const float *x = row->x + c;
	vector weights[USUAL_TAPS], start = load(bias + c);
	UNROLLED for (int t = 0; t < USUAL_TAPS; t++) weights[t] =
		load(row->weights + t * row->channels + c);
	for (int i = 0; i < row->count; i++, x += row->step) {
		vector sum = start;
		UNROLLED for (int t = 0; t < USUAL_TAPS; t++) sum =
			multiply_add(load(x + usual_place(row, t)), weights[t], sum);
		store(out + i * row->channels + c, sum);
	}
}

INLINE void any_row(const struct depthwise *row, const float *bias, float *out, size_t c,
	size_t part)
{
	const float *x = row->x + c;
	for (int i = 0; i < row->count; i++, x += row->step) {
		const float *weight = row->weights + c;
		vector sum = load_lanes(bias + c, part);
		for (int ky = 0; ky < row->height; ky++)
			for (int kx = 0; kx < row->width; kx++, weight += row->channels)
				sum = multiply_add(load_lanes(x + ky * row->pitch +
								   kx * row->channels,
							   part),
					load_lanes(weight, part), sum);
		store_lanes(out + i * row->channels + c, sum, part);
	}
}

static void depthwise(const struct depthwise *row, const float *bias, float *out)
{
	bool usual = row->height == USUAL && row->width == USUAL;
	FOR_VECTORS (c, part, row->channels)
		if (usual && part == LANES)
			usual_row(row, bias, out, c);
		else
			any_row(row, bias, out, c, part);
}

INLINE void usual_backward(const struct depthwise *row, const float *gradient, float *dx,
	float *dweights, size_t c, const bool has_dx, const bool has_dweights)
{
	vector weights[USUAL_TAPS], sums[USUAL_TAPS];
	UNROLLED for (int t = 0; t < USUAL_TAPS; t++)
	{
		weights[t] = load(row->weights + t * row->channels + c);
		sums[t] = has_dweights ? load(dweights + t * row->channels + c) : (vector){0};
	}
	for (int i = 0; i < row->count; i++) {
		ptrdiff_t first = i * row->step + (ptrdiff_t)c;
		vector g = load(gradient + i * row->channels + c);
		UNROLLED for (int t = 0; t < USUAL_TAPS; t++)
		{
			ptrdiff_t place = first + usual_place(row, t);
			if (has_dweights)
				sums[t] = multiply_add(load(row->x + place), g, sums[t]);
			if (has_dx)
				store(dx + place, multiply_add(g, weights[t], load(dx + place)));
		}
	}
	UNROLLED for (int t = 0; t < USUAL_TAPS && has_dweights; t++)
		store(dweights + t * row->channels + c, sums[t]);
}

/* to += a * b */
INLINE void add_product(float *to, const float *a, vector b, size_t part)
{
	store_lanes(to, multiply_add(load_lanes(a, part), b, load_lanes(to, part)), part);
}

INLINE void any_backward(const struct depthwise *row, const float *gradient, float *dx,
	float *dweights, size_t c, size_t part)
{
	for (int i = 0; i < row->count; i++) {
		ptrdiff_t tap = (ptrdiff_t)c;
		vector g = load_lanes(gradient + i * row->channels + c, part);
		for (int ky = 0; ky < row->height; ky++)
			for (int kx = 0; kx < row->width; kx++, tap += row->channels) {
				ptrdiff_t place = i * row->step + ky * row->pitch +
					kx * row->channels + (ptrdiff_t)c;
				if (dweights)
					add_product(dweights + tap, row->x + place, g, part);
				if (dx)
					add_product(dx + place, row->weights + tap, g, part);
			}
	}
}

static void depthwise_backward(const struct depthwise *row, const float *gradient, float *dx,
	float *dweights)
{
	bool usual = row->height == USUAL && row->width == USUAL;
	FOR_VECTORS (c, part, row->channels)
		if (usual && part == LANES && dx && dweights)
			usual_backward(row, gradient, dx, dweights, c, true, true);
		else if (usual && part == LANES && dx)
			usual_backward(row, gradient, dx, NULL, c, true, false);
		else if (usual && part == LANES)
			usual_backward(row, gradient, NULL, dweights, c, false, true);
		else
			any_backward(row, gradient, dx, dweights, c, part);
}
