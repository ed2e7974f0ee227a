/* Backward of a 3x3 convolution where few gradients are not zero, kept as lists of those. */

/* Three rows of `vectors` vectors of `out` stay in registers while the entries pass. */
INLINE void sum_run(float *out, int out_row, const float *x, ptrdiff_t pitch, const struct entry *entries, int count,
	const int vectors)
{
	vector sums[3][RUN_VECTORS];
	UNROLLED for (int r = 0; r < 3; r++)
		UNROLLED for (int v = 0; v < vectors; v++)
			sums[r][v] = load(out + r * out_row + v * LANES);
	for (int i = 0; i < count; i++) {
		const float *window = x + entries[i].place;
		vector value = splat(entries[i].value);
		UNROLLED for (int r = 0; r < 3; r++)
			UNROLLED for (int v = 0; v < vectors; v++)
				sums[r][v] = multiply_add(value, load(window + r * pitch + v * LANES), sums[r][v]);
	}
	UNROLLED for (int r = 0; r < 3; r++)
		UNROLLED for (int v = 0; v < vectors; v++)
			store(out + r * out_row + v * LANES, sums[r][v]);
}

static void sum_windows(float *out, const float *x, ptrdiff_t pitch, const struct entry *entries, int count, int run)
{
	int out_row = padded_channels(run);
	for (int k = 0, vectors; k < out_row; k += vectors * LANES) {
		vectors = (out_row - k) / LANES < RUN_VECTORS ? (out_row - k) / LANES : RUN_VECTORS;
		switch (vectors) {
#define CASE(n) case n: sum_run(out + k, out_row, x + k, pitch, entries, count, n <= RUN_VECTORS ? n : 1); break;
		CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6)
#undef CASE
		}
	}
}

/* One or two filters: two keep more sums under way, which wait for each other otherwise. */
INLINE void sum_narrow_filters(float *out, const float *x, const ptrdiff_t *steps, ptrdiff_t pitch, int channels,
	const float *gradient, const uint8_t *marks, int stride, int count, const int filters)
{
	enum { VECTORS = CHANNEL_BLOCK / LANES };
	vector sums[2][3][VECTORS];
	UNROLLED for (int i = 0; i < 3 * filters; i++)
		UNROLLED for (int v = 0; v < VECTORS; v++)
			sums[i / 3][i % 3][v] = load(out + i * CHANNEL_BLOCK + v * LANES);
	for (int n = 0; n < count; n++, gradient += stride, marks += stride, x += 2 * channels)
		UNROLLED for (int f = 0; f < filters; f++) {
			const float *window = x + steps[marks[f]];
			vector value = splat(gradient[f]);
			UNROLLED for (int r = 0; r < 3; r++)
				UNROLLED for (int v = 0; v < VECTORS; v++)
					sums[f][r][v] = multiply_add(value, load(window + r * pitch + v * LANES), sums[f][r][v]);
		}
	UNROLLED for (int i = 0; i < 3 * filters; i++)
		UNROLLED for (int v = 0; v < VECTORS; v++)
			store(out + i * CHANNEL_BLOCK + v * LANES, sums[i / 3][i % 3][v]);
}

static void sum_narrow(float *out, const float *x, ptrdiff_t pitch, int channels, const float *gradient,
	const uint8_t *marks, int filters, int count)
{
	const ptrdiff_t steps[4] = {0, channels, pitch, pitch + channels};
	int f = 0;
	for (; f + 2 <= filters; f += 2, out += 6 * CHANNEL_BLOCK)
		sum_narrow_filters(out, x, steps, pitch, channels, gradient + f, marks + f, filters, count, 2);
	if (f < filters)
		sum_narrow_filters(out, x, steps, pitch, channels, gradient + f, marks + f, filters, count, 1);
}

/* The entries of one pixel of the convolution's output, in row `row` of its pool window, into the 4 x 3 pixels of dx
 * below the window's column. */
INLINE void scatter_pixel(vector sums[4][3][SCATTER_VECTORS], const struct entry *entries, int count,
	const float *weights, int channels, const int row, const int vectors)
{
	for (int i = 0; i < count; i++) {
		const float *taps = weights + entries[i].place;
		vector value = splat(entries[i].value);
		UNROLLED for (int y = 0; y < 3; y++)
			UNROLLED for (int x = 0; x < 3; x++, taps += channels)
				UNROLLED for (int v = 0; v < vectors; v++)
					sums[row + y][x][v] = multiply_add(value, load(taps + v * LANES), sums[row + y][x][v]);
	}
}

/* Adds the finished column to dx and moves the others up. */
INLINE void finish_column(vector sums[4][3][SCATTER_VECTORS], float *dx, ptrdiff_t pitch, const int vectors)
{
	UNROLLED for (int y = 0; y < 4; y++)
		UNROLLED for (int v = 0; v < vectors; v++) {
			float *place = dx + y * pitch + v * LANES;
			store(place, load(place) + sums[y][0][v]);
			sums[y][0][v] = sums[y][1][v];
			sums[y][1][v] = sums[y][2][v];
			sums[y][2][v] = (vector){0};
		}
}

INLINE void scatter_channels(float *dx, ptrdiff_t pitch, const float *weights, const struct winners *winners, int channels,
	const int vectors)
{
	vector sums[4][3][SCATTER_VECTORS] = {0};
	const struct entry *entries = winners->entries;
	const int32_t *counts = winners->counts;
	int capacity = winners->capacity;
	for (int window = 0; window < winners->windows; window++, counts += 4, entries += 4 * capacity)
		for (int column = 0; column < 2; column++, dx += channels) {
			scatter_pixel(sums, entries + column * capacity, counts[column], weights, channels, 0, vectors);
			scatter_pixel(sums, entries + (2 + column) * capacity, counts[2 + column], weights, channels, 1, vectors);
			finish_column(sums, dx, pitch, vectors);
		}
	finish_column(sums, dx, pitch, vectors);
	finish_column(sums, dx + channels, pitch, vectors);
}

static void scatter_windows(float *dx, ptrdiff_t pitch, const float *weights, const struct winners *winners, int channels)
{
	int c = 0;
	for (; c + SCATTER_VECTORS * LANES <= channels; c += SCATTER_VECTORS * LANES)
		scatter_channels(dx + c, pitch, weights + c, winners, channels, SCATTER_VECTORS);
	for (; c < channels; c += LANES)
		scatter_channels(dx + c, pitch, weights + c, winners, channels, 1);
}
