/* The product of kernels.h: TILE_ROWS x 2 vectors of sums stay in registers while k runs. */

INLINE void product_tile(const struct product *p, const float *x, const float *w, float *out,
	const float *initial, const int rows, const int vectors)
{
	vector sums[TILE_ROWS][2];
	UNROLLED for (int i = 0; i < rows; i++) UNROLLED for (int v = 0; v < vectors; v++)
		sums[i][v] = p->accumulate ? load(out + i * p->out_row + v * LANES)
		: initial                  ? load(initial + v * LANES)
					   : (vector){0};
	for (int o = 0; o < p->outer; o++) {
		const float *taps = x + o * p->x_outer;
		for (int k = 0; k < p->inner; k++, taps += p->x_inner, w += p->w_row) {
			vector left = load(w), right = vectors > 1 ? load(w + LANES) : left;
			UNROLLED for (int i = 0; i < rows; i++)
			{
				vector tap = splat(taps[i * p->x_row]);
				sums[i][0] = multiply_add(tap, left, sums[i][0]);
				if (vectors > 1)
					sums[i][1] = multiply_add(tap, right, sums[i][1]);
			}
		}
	}
	UNROLLED for (int i = 0; i < rows; i++) UNROLLED for (int v = 0; v < vectors; v++)
		store(out + i * p->out_row + v * LANES, sums[i][v]);
}

#define TILE(n) \
	case n: \
		if (n <= TILE_ROWS && vectors > 1) \
			product_tile(p, x, w, out, initial, n <= TILE_ROWS ? n : 1, 2); \
		else if (n <= TILE_ROWS) \
			product_tile(p, x, w, out, initial, n <= TILE_ROWS ? n : 1, 1); \
		break;

/* Compiled once for every number of rows, so that no tile at an edge is slow. */
static void product_rows(const struct product *p, const float *x, const float *w, float *out,
	const float *initial, int rows, int vectors)
{
	switch (rows) {
		TILE(1)
		TILE(2)
		TILE(3) TILE(4) TILE(5) TILE(6) TILE(7) TILE(8) TILE(9) TILE(10) TILE(11) TILE(12)
	}
}

static void product(const struct product *p)
{
	int tiles = (p->count + TILE_ROWS - 1) / TILE_ROWS;
	for (int c = 0; c < p->width; c += 2 * LANES) {
		int vectors = p->width - c >= 2 * LANES ? 2 : 1;
		const float *initial = p->initial ? p->initial + c : NULL;
		for (int t = 0, i = 0; t < tiles; t++) {
			int rows = (p->count - i + tiles - t - 1) /
				(tiles - t); /* as equal as possible */
			product_rows(p, p->x + i * p->x_row, p->w + c, p->out + i * p->out_row + c,
				initial, rows, vectors);
			i += rows;
		}
	}
}
