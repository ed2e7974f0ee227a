/* Backward of a 3x3 convolution where few gradients are not zero, kept as lists of those. */

/* Three rows of `vectors` vectors of `out` stay in registers while the entries pass. */
INLINE void sum_run(float *out, int out_row, const float *x, ptrdiff_t pitch,
	const struct sparse_entry *entries, int count, const int vectors)
{
	vector sums[3][RUN_VECTORS];
	UNROLLED for (int r = 0; r < 3; r++) UNROLLED for (int v = 0; v < vectors; v++) sums[r][v] =
		load(out + r * out_row + v * LANES);
	for (int i = 0; i < count; i++) {
		const float *window = x + entries[i].index;
		vector value = splat(entries[i].value);
		UNROLLED for (int r = 0; r < 3; r++) UNROLLED for (int v = 0; v < vectors;
								   v++) sums[r][v] =
			multiply_add(value, load(window + r * pitch + v * LANES), sums[r][v]);
	}
	UNROLLED for (int r = 0; r < 3; r++) UNROLLED for (int v = 0; v < vectors; v++)
		store(out + r * out_row + v * LANES, sums[r][v]);
}

static void sum_windows(float *out, const float *x, ptrdiff_t pitch,
	const struct sparse_entry *entries, int count, int run)
{
	int out_row = padded_channels(run);
	for (int k = 0, vectors; k < out_row; k += vectors * LANES) {
		vectors = (out_row - k) / LANES < RUN_VECTORS ? (out_row - k) / LANES : RUN_VECTORS;
		switch (vectors) {
#define CASE(n) \
	case n: \
		sum_run(out + k, out_row, x + k, pitch, entries, count, n <= RUN_VECTORS ? n : 1); \
		break;
			CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6)
#undef CASE
		}
	}
}

/* The 9 * channels inputs of each of the four pixels of every window: patches (count, 4, width).
 * What is written after the end of a patch is overwritten by the next. */
static void gather_patches(float *patches, int width, const struct few_channels *n)
{
	const ptrdiff_t steps[4] = {0, n->channels, n->pitch, n->pitch + n->channels};
	const float *x = n->x;
	for (int i = 0; i < n->count; i++, x += 2 * n->channels)
		UNROLLED for (int pixel = 0; pixel < 4; pixel++, patches += width)
			UNROLLED for (int r = 0; r < 3; r++)
				UNROLLED for (int v = 0; v < CHANNEL_BLOCK; v += LANES)
					store(patches + r * 3 * n->channels + v,
						load(x + steps[pixel] + r * n->pitch + v));
}

/* out (filters, vectors) of one or of FEW_CHANNELS_FILTERS filters: several at once hide the
 * latency of the additions. */
INLINE void sum_patches(float *out, const float *patches, int width, const struct few_channels *n,
	int first, const int filters, const int vectors)
{
	const float *gradient = n->gradient + first;
	const uint8_t *argmax = n->argmax + first;
	vector sums[FEW_CHANNELS_FILTERS][2 * CHANNEL_BLOCK / LANES];
	UNROLLED for (int f = 0; f < filters; f++) UNROLLED for (int v = 0; v < vectors; v++)
		sums[f][v] = load(out + f * width + v * LANES);
	for (int i = 0; i < n->count;
		i++, gradient += n->gradient_row, argmax += n->argmax_row, patches += 4 * width)
		UNROLLED for (int f = 0; f < filters; f++)
		{
			const float *patch = patches + argmax[f] * width;
			vector value = splat(gradient[f]);
			UNROLLED for (int v = 0; v < vectors; v++) sums[f][v] =
				multiply_add(value, load(patch + v * LANES), sums[f][v]);
		}
	UNROLLED for (int f = 0; f < filters; f++) UNROLLED for (int v = 0; v < vectors; v++)
		store(out + f * width + v * LANES, sums[f][v]);
}

/* One or two blocks of channels at once. */
INLINE void sum_few_channels_filters(float *out, const float *patches, int width,
	const struct few_channels *n, int first, const int filters)
{
	enum { BLOCK = CHANNEL_BLOCK };
	int k = 0;
	for (; k + 2 * BLOCK <= width; k += 2 * BLOCK)
		sum_patches(out + k, patches + k, width, n, first, filters, 2 * BLOCK / LANES);
	if (k < width)
		sum_patches(out + k, patches + k, width, n, first, filters, BLOCK / LANES);
}

static void sum_few_channels(float *out, const struct few_channels *n)
{
	enum { WIDEST = 3 * CHANNEL_BLOCK };
	float patches[FEW_CHANNELS_WINDOWS * 4 * WIDEST + CHANNEL_BLOCK]
		__attribute__((aligned(64)));
	int width = padded_channels(9 * n->channels), f = 0;
	if (6 * n->channels + CHANNEL_BLOCK <
		width) /* lanes after a patch that are never written */
		memset(patches, 0, (size_t)(4 * n->count * width) * sizeof *patches);
	gather_patches(patches, width, n);
	for (; f + FEW_CHANNELS_FILTERS <= n->filters; f += FEW_CHANNELS_FILTERS)
		sum_few_channels_filters(out + f * width, patches, width, n, f,
			FEW_CHANNELS_FILTERS);
	for (; f < n->filters; f++)
		sum_few_channels_filters(out + f * width, patches, width, n, f, 1);
}

/* Adds the entries of one pixel of the convolution's output, in row `row` of its pool window, to
 * the 4 x 3 pixels of dx that its column depends on. */
INLINE void scatter_pixel(vector sums[4][3][SCATTER_VECTORS], const struct sparse_entry *entries,
	int count, const float *weights, int channels, const int row, const int vectors)
{
	for (int i = 0; i < count; i++) {
		const float *taps = weights + entries[i].index;
		vector value = splat(entries[i].value);
		UNROLLED for (int y = 0; y < 3; y++) UNROLLED for (int x = 0; x < 3;
								   x++, taps += channels)
			UNROLLED for (int v = 0; v < vectors; v++) sums[row + y][x][v] =
				multiply_add(value, load(taps + v * LANES), sums[row + y][x][v]);
	}
}

/* Adds the finished column to dx and moves the others up. */
INLINE void finish_column(vector sums[4][3][SCATTER_VECTORS], float *dx, ptrdiff_t pitch,
	const int vectors)
{
	UNROLLED for (int y = 0; y < 4; y++) UNROLLED for (int v = 0; v < vectors; v++)
	{
		float *place = dx + y * pitch + v * LANES;
		store(place, load(place) + sums[y][0][v]);
		sums[y][0][v] = sums[y][1][v];
		sums[y][1][v] = sums[y][2][v];
		sums[y][2][v] = (vector){0};
	}
}

INLINE void scatter_channels(float *dx, ptrdiff_t pitch, const float *weights,
	const struct sparse_gradients *gradients, int channels, const int vectors)
{
	vector sums[4][3][SCATTER_VECTORS] = {0};
	const struct sparse_entry *entries = gradients->entries;
	const int32_t *counts = gradients->counts;
	int capacity = gradients->capacity;
	for (int window = 0; window < gradients->windows;
		window++, counts += 4, entries += 4 * capacity)
		for (int column = 0; column < 2; column++, dx += channels) {
			scatter_pixel(sums, entries + column * capacity, counts[column], weights,
				channels, 0, vectors);
			scatter_pixel(sums, entries + (2 + column) * capacity, counts[2 + column],
				weights, channels, 1, vectors);
			finish_column(sums, dx, pitch, vectors);
		}
	finish_column(sums, dx, pitch, vectors);
	finish_column(sums, dx + channels, pitch, vectors);
}

static void scatter_windows(float *dx, ptrdiff_t pitch, const float *weights,
	const struct sparse_gradients *gradients, int channels)
{
	int c = 0;
	for (; c + SCATTER_VECTORS * LANES <= channels; c += SCATTER_VECTORS * LANES)
		scatter_channels(dx + c, pitch, weights + c, gradients, channels, SCATTER_VECTORS);
	for (; c < channels; c += LANES)
		scatter_channels(dx + c, pitch, weights + c, gradients, channels, 1);
}
