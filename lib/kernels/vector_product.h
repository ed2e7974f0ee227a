/* The product of kernels.h: TILE_ROWS x 2 vectors of sums stay in registers while k runs. */

/* Columns `c` and on of the weights. */
INLINE const float *weight_columns(const struct product *p, int c)
{
	return p->w_block ? p->w + c / CHANNEL_BLOCK * p->w_block + c % CHANNEL_BLOCK : p->w + c;
}

/* From a vector of weights to the one beside it. */
INLINE ptrdiff_t next_weights(const struct product *p)
{
	return LANES < (int)CHANNEL_BLOCK || !p->w_block ? LANES : p->w_block;
}

INLINE void product_tile(const struct product *p, const float *x, const float *w, float *out,
	const float *initial, const int rows, const int vectors)
{
	vector sums[TILE_ROWS][2];
	UNROLLED for (int i = 0; i < rows; i++) UNROLLED for (int v = 0; v < vectors; v++)
		sums[i][v] = p->accumulate ? load(out + i * p->out_row + v * LANES)
		: initial                  ? load(initial + v * LANES)
					   : (vector){0};
	const ptrdiff_t beside = next_weights(p);
	for (int o = 0; o < p->outer; o++) {
		const float *taps = x + o * p->x_outer;
		for (int k = 0; k < p->inner; k++, taps += p->x_inner, w += p->w_row) {
			vector left = load(w), right = vectors > 1 ? load(w + beside) : left;
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

/* The same of the leaves, whose sums a stack in the first-level cache joins. */
INLINE void leaves_tile(const struct product *p, int last, const float *x, const float *w,
	float *out, const int rows, const int vectors)
{
	vector stack[LEAF_LEVELS][TILE_ROWS][2], sums[TILE_ROWS][2] = {0};
	int height = 0;
	for (int o = 0; o < p->outer; o++) {
		const float *taps = x + o * p->x_outer;
		UNROLLED for (int i = 0; i < rows; i++) sums[i][0] = sums[i][1] = (vector){0};
		for (int k = o + 1 < p->outer ? p->inner : last; k > 0;
			k--, taps += p->x_inner, w += p->w_row) {
			vector left = load(w), right = vectors > 1 ? load(w + LANES) : left;
			UNROLLED for (int i = 0; i < rows; i++)
			{
				vector tap = splat(taps[i * p->x_row]);
				sums[i][0] = multiply_add(tap, left, sums[i][0]);
				if (vectors > 1)
					sums[i][1] = multiply_add(tap, right, sums[i][1]);
			}
		}
		for (int carry = o; carry & 1; carry >>= 1) {
			height--;
			UNROLLED for (int i = 0; i < rows; i++)
				UNROLLED for (int v = 0; v < vectors; v++) sums[i][v] =
					stack[height][i][v] + sums[i][v];
		}
		if (o + 1 < p->outer) {
			UNROLLED for (int i = 0; i < rows; i++)
				UNROLLED for (int v = 0; v < vectors; v++) stack[height][i][v] =
					sums[i][v];
			height++;
		}
	}
	while (height-- > 0)
		UNROLLED for (int i = 0; i < rows; i++) UNROLLED for (int v = 0; v < vectors; v++)
			sums[i][v] = stack[height][i][v] + sums[i][v];
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

#define LEAVES_TILE(n) \
	case n: \
		if (n <= TILE_ROWS && vectors > 1) \
			leaves_tile(p, last, x, w, out, n <= TILE_ROWS ? n : 1, 2); \
		else if (n <= TILE_ROWS) \
			leaves_tile(p, last, x, w, out, n <= TILE_ROWS ? n : 1, 1); \
		break;

static void leaves_rows(const struct product *p, int last, const float *x, const float *w,
	float *out, int rows, int vectors)
{
	switch (rows) {
		LEAVES_TILE(1)
		LEAVES_TILE(2)
		LEAVES_TILE(3)
		LEAVES_TILE(4)
		LEAVES_TILE(5)
		LEAVES_TILE(6)
		LEAVES_TILE(7)
		LEAVES_TILE(8)
		LEAVES_TILE(9)
		LEAVES_TILE(10)
		LEAVES_TILE(11)
		LEAVES_TILE(12)
	}
}

/* The same of the first `columns` columns of the vectors. */
static void product_edge(const struct product *p, const float *x, const float *w, float *out,
	const float *initial, int rows, int vectors, int columns)
{
	float edge[TILE_ROWS * 2 * LANES] = {0};
	struct product whole = *p;
	whole.out_row = 2 * LANES;
	size_t bytes = (size_t)columns * sizeof *edge;
	for (int i = 0; p->accumulate && i < rows; i++)
		memcpy(edge + i * 2 * LANES, out + i * p->out_row, bytes);
	product_rows(&whole, x, w, edge, initial, rows, vectors);
	for (int i = 0; i < rows; i++)
		memcpy(out + i * p->out_row, edge + i * 2 * LANES, bytes);
}

static void product(const struct product *p)
{
	int tiles = (p->count + TILE_ROWS - 1) / TILE_ROWS;
	for (int c = 0; c < p->width; c += 2 * LANES) {
		int columns = p->width - c, vectors = columns > LANES ? 2 : 1;
		bool whole = columns >= 2 * LANES || columns == LANES;
		const float *initial = p->initial ? p->initial + c : NULL;
		for (int t = 0, i = 0; t < tiles; t++) {
			int rows = (p->count - i + tiles - t - 1) /
				(tiles - t); /* as equal as possible */
			const float *x = p->x + i * p->x_row, *w = weight_columns(p, c);
			float *out = p->out + i * p->out_row + c;
			if (whole)
				product_rows(p, x, w, out, initial, rows, vectors);
			else
				product_edge(p, x, w, out, initial, rows, vectors, columns);
			i += rows;
		}
	}
}

static void product_leaves(const struct product *p, int last)
{
	int tiles = (p->count + TILE_ROWS - 1) / TILE_ROWS;
	for (int c = 0; c < p->width; c += 2 * LANES) {
		int vectors = p->width - c >= 2 * LANES ? 2 : 1;
		for (int t = 0, i = 0; t < tiles; t++) {
			int rows = (p->count - i + tiles - t - 1) / (tiles - t);
			leaves_rows(p, last, p->x + i * p->x_row, p->w + c,
				p->out + i * p->out_row + c, rows, vectors);
			i += rows;
		}
	}
}
