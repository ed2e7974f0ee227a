/* Max-pool 2x2: alone, and fused with a product, whose values are then never stored. */

/* Keeps the candidate, which is pixel `number`, where it is larger than `best` or NaN; the first of
 * equals stays. */
INLINE void keep_larger(vector *best, integers *argmax, vector candidate, int number)
{
	integers is_larger = (candidate > *best) | (candidate != candidate);
	*best = choose(is_larger, candidate, *best);
	*argmax = (is_larger & number) | (~is_larger & *argmax);
}

static void max_pool(const float *upper, const float *lower, int stride, float *out,
	uint8_t *argmax, int count, int channels)
{
	for (int p = 0; p < count; p++, upper += 2 * stride, lower += 2 * stride, out += channels) {
		FOR_VECTORS (c, part, channels) {
			vector best = load_lanes(upper + c, part);
			integers index = {0};
			keep_larger(&best, &index, load_lanes(upper + stride + c, part), 1);
			keep_larger(&best, &index, load_lanes(lower + c, part), 2);
			keep_larger(&best, &index, load_lanes(lower + stride + c, part), 3);
			store_lanes(out + c, best, part);
			small_integers small = __builtin_convertvector(index, small_integers);
			if (argmax)
				memcpy(argmax + (size_t)p * (size_t)channels + c, &small, part);
		}
	}
}

/* Stores the largest of the four pixels of a window, and which one it is. */
INLINE void store_largest(float *out, uint8_t *argmax, const vector pixels[4])
{
	vector best = pixels[0];
	integers index = {0};
	UNROLLED for (int i = 1; i < 4; i++) keep_larger(&best, &index, pixels[i], i);
	store(out, best);
	small_integers small = __builtin_convertvector(index, small_integers);
	if (argmax)
		memcpy(argmax, &small, sizeof small);
}

/* `columns` windows of 2x2 rows of x side by side, whose sums stay in registers while k runs. */
INLINE void pool_tile(const struct product *p, ptrdiff_t below, const float *x, const float *w,
	float *out, uint8_t *argmax, const float *initial, const int columns, const int vectors)
{
	vector sums[POOL_COLUMNS][POOL_VECTORS][4];
	const ptrdiff_t row = p->x_row;
	UNROLLED for (int i = 0; i < columns * 4; i++) UNROLLED for (int v = 0; v < vectors; v++)
		sums[i / 4][v][i % 4] = load(initial + v * LANES);
	for (int o = 0; o < p->outer; o++) {
		const float *upper = x + o * p->x_outer, *lower = upper + below;
		for (int k = 0; k < p->inner;
			k++, upper += p->x_inner, lower += p->x_inner, w += p->w_row) {
			vector weights[POOL_VECTORS];
			UNROLLED for (int v = 0; v < vectors; v++) weights[v] = load(w + v * LANES);
			UNROLLED for (int i = 0; i < columns * 4; i++)
			{
				vector tap = splat(
					(i % 4 < 2 ? upper : lower)[(i / 4 * 2 + i % 2) * row]);
				UNROLLED for (int v = 0; v < vectors; v++) sums[i / 4][v][i % 4] =
					multiply_add(tap, weights[v], sums[i / 4][v][i % 4]);
			}
		}
	}
	UNROLLED for (int i = 0; i < columns; i++) UNROLLED for (int v = 0; v < vectors; v++)
		store_largest(out + i * p->out_row + v * LANES,
			argmax ? argmax + i * p->out_row + v * LANES : NULL, sums[i][v]);
}

static void product_pool(const struct product *p, ptrdiff_t below, uint8_t *argmax)
{
	for (int c = 0, vectors; c < p->width; c += vectors * LANES) {
		vectors = p->width - c >= POOL_VECTORS * LANES ? POOL_VECTORS : 1;
		for (int i = 0, columns; i < p->count; i += columns) {
			const float *x = p->x + 2 * i * p->x_row;
			float *out = p->out + i * p->out_row + c;
			uint8_t *to = argmax ? argmax + i * p->out_row + c : NULL;
			columns = p->count - i >= POOL_COLUMNS ? POOL_COLUMNS : 1;
#define TILE_OF(n, v) pool_tile(p, below, x, p->w + c, out, to, p->initial + c, n, v)
			if (columns > 1 && vectors > 1)
				TILE_OF(POOL_COLUMNS, POOL_VECTORS);
			else if (columns > 1)
				TILE_OF(POOL_COLUMNS, 1);
			else if (vectors > 1)
				TILE_OF(1, POOL_VECTORS);
			else
				TILE_OF(1, 1);
#undef TILE_OF
		}
	}
}
