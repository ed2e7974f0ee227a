/* One window of a pooling layer, forward and backward. */

/* The larger of both, the first of equals; NaN wins. */
INLINE vector largest_of(vector best, vector candidate)
{
	return choose(candidate != candidate, candidate, larger_of(candidate, best));
}

static void max_window(const struct pool_window *window, float *out)
{
	FOR_VECTORS (c, part, window->channels) {
		const float *row = window->x + c;
		vector best = load_lanes(row, part);
		for (int y = 0; y < window->rows; y++, row += window->pitch)
			for (int x = 0; x < window->columns; x++)
				best = largest_of(best, load_lanes(row + x * window->stride, part));
		store_lanes(out + c, best, part);
	}
}

/* Number of the pixel, counted row by row, that the largest value is from. */
INLINE integers argmax_of(const struct pool_window *window, size_t c, size_t part)
{
	const float *row = window->x + c;
	vector best = load_lanes(row, part);
	integers argmax = {0};
	for (int y = 0; y < window->rows; y++, row += window->pitch)
		for (int x = 0; x < window->columns; x++)
			keep_larger(&best, &argmax, load_lanes(row + x * window->stride, part),
				y * window->columns + x);
	return argmax;
}

static void max_window_backward(const struct pool_window *window, const float *gradient, float *dx)
{
	FOR_VECTORS (c, part, window->channels) {
		const integers argmax = argmax_of(window, c, part);
		const vector g = load_lanes(gradient + c, part);
		float *row = dx + c;
		for (int y = 0; y < window->rows; y++, row += window->pitch)
			for (int x = 0; x < window->columns; x++) {
				float *to = row + x * window->stride;
				integers is_largest = argmax == y * window->columns + x;
				vector sum =
					load_lanes(to, part) + choose(is_largest, g, (vector){0});
				store_lanes(to, sum, part);
			}
	}
}

/* Of `vectors` vectors of channels, or of `part` lanes of one: sums of rows, to limit rounding
 * errors in the average of a whole image. */
INLINE void mean_window_of(const struct pool_window *window, size_t c, float *out,
	const int vectors, size_t part)
{
	const float *row = window->x + c;
	vector sums[4] = {0};
	for (int y = 0; y < window->rows; y++, row += window->pitch) {
		vector line[4] = {0};
		for (int x = 0; x < window->columns; x++)
			UNROLLED for (int k = 0; k < vectors; k++) line[k] +=
				load_lanes(row + x * window->stride + k * LANES, part);
		UNROLLED for (int k = 0; k < vectors; k++) sums[k] += line[k];
	}
	UNROLLED for (int k = 0; k < vectors; k++) store_lanes(out + c + k * LANES,
		sums[k] / (float)(window->rows * window->columns), part);
}

static void mean_window(const struct pool_window *window, float *out)
{
	const size_t channels = (size_t)window->channels;
	size_t c = 0;
	for (; c + 4 * LANES <= channels; c += 4 * LANES)
		mean_window_of(window, c, out, 4, LANES);
	for (; c + LANES <= channels; c += LANES)
		mean_window_of(window, c, out, 1, LANES);
	if (c < channels)
		mean_window_of(window, c, out, 1, channels - c);
}

static void mean_window_backward(const struct pool_window *window, const float *gradient, float *dx)
{
	FOR_VECTORS (c, part, window->channels) {
		const vector share =
			load_lanes(gradient + c, part) / (float)(window->rows * window->columns);
		float *row = dx + c;
		for (int y = 0; y < window->rows; y++, row += window->pitch)
			for (int x = 0; x < window->columns; x++) {
				float *to = row + x * window->stride;
				store_lanes(to, load_lanes(to, part) + share, part);
			}
	}
}
