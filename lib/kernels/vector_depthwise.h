/* Depthwise convolutions, by tiles: COLUMNS outputs of a row, and one vector of channels after the
 * other, so that memory is read in the order in which it lies. The sums of a tile stay in
 * registers, and a value of the input is loaded once for all outputs that it belongs to. Taps
 * outside of the input are left out of the sums.
 *
 * Usual kernels have loops of their own, whose sides and steps are constants. Where the channels
 * are no multiple of a vector, the last one begins earlier and computes some of them twice; so does
 * the last tile of a row. */

enum { COLUMNS = 7 /* divides the sides of usual pictures: 224 = 32 * 7 */ };

/* Outputs of a row, `count` of them, whose first window begins at column `first` of the input. */
struct depthwise_tile {
	const float *const *rows;
	int first, count;
};

INLINE struct depthwise_tile depthwise_tile_at(const struct depthwise *d, int i)
{
	return (struct depthwise_tile){d->rows, i * d->step - d->left,
		d->count - i < COLUMNS ? d->count - i : COLUMNS};
}

/* The last tile is whole if there are so many columns. */
INLINE int tile_begin(const struct depthwise *d, int i)
{
	return i + COLUMNS <= d->count || d->count < COLUMNS ? i : d->count - COLUMNS;
}

/* The vector that computes channel c begins here. */
INLINE size_t vector_begin(int channels, size_t c)
{
	return c + LANES <= (size_t)channels ? c : (size_t)channels - LANES;
}

/* What a tile may be: inside; whole, with half a window outside on each side; anything. */
enum depthwise_border { NO_BORDER, USUAL_BORDER, ANY_BORDER };

INLINE enum depthwise_border border_of(const struct depthwise *d, struct depthwise_tile tile)
{
	int left = -tile.first,
	    right = tile.first + (tile.count - 1) * d->step + d->width - d->columns;
	int most = left > right ? left : right;
	if (tile.count < COLUMNS || most > d->width / 2)
		return ANY_BORDER;
	return most > 0 ? USUAL_BORDER : NO_BORDER;
}

/* Whether column j of a tile lies outside. */
INLINE bool is_outside(const struct depthwise *d, int first, int j, const int width, const int step,
	const enum depthwise_border border)
{
	const int end = (COLUMNS - 1) * step + width;
	const bool any = border == ANY_BORDER, usual = border == USUAL_BORDER;
	if ((any || (usual && j < width / 2)) && first + j < 0)
		return true;
	return (any || (usual && j >= end - width / 2)) && first + j >= d->columns;
}

/* Once: left to itself, gcc loads a value again for each product, and lines of the cache at equal
 * offsets are loaded one after the other. */
INLINE vector load_once(const float *from)
{
	typedef float values
		__attribute__((vector_size(LANES * sizeof(float)), aligned(4), may_alias));
	return (vector) * (const volatile values *)from;
}

/* ---- forward ---- */

INLINE bool is_clamp(enum activation_kind kind)
{
	return kind == ACTIVATION_RELU || kind == ACTIVATION_RELU6;
}

/* These cost less than to store and load the values again. */
INLINE void clamp_sums(enum activation_kind kind, vector sums[COLUMNS])
{
	if (kind == ACTIVATION_RELU)
		UNROLLED for (int i = 0; i < COLUMNS; i++) sums[i] =
			activation_of(ACTIVATION_RELU, NULL, sums[i]);
	else if (kind == ACTIVATION_RELU6)
		UNROLLED for (int i = 0; i < COLUMNS; i++) sums[i] =
			activation_of(ACTIVATION_RELU6, NULL, sums[i]);
}

/* Adds the products of a tile with one row of the kernel. */
INLINE void add_products(const struct depthwise *d, int first, const float *x, const float *weights,
	vector sums[COLUMNS], const int width, const int step, const enum depthwise_border border)
{
	const ptrdiff_t channels = d->channels;
	vector taps[5];
	UNROLLED for (int k = 0; k < width; k++) taps[k] = load_once(weights + k * channels);
	x += first * channels;
	UNROLLED for (int j = 0; j < (COLUMNS - 1) * step + width; j++, x += channels)
	{
		if (is_outside(d, first, j, width, step, border))
			continue;
		vector value = load_once(x);
		UNROLLED for (int k = 0; k < width; k++)
		{
			int i = (j - k) / step;
			if (j >= k && (j - k) % step == 0 && i < COLUMNS)
				sums[i] = multiply_add(value, taps[k], sums[i]);
		}
	}
}

/* height 0: any. */
INLINE void compute_tile(const struct depthwise *d, struct depthwise_tile tile, float *out,
	const int height, const int width, const int step, const enum depthwise_border border)
{
	for (size_t first = 0; first < (size_t)d->channels; first += LANES) {
		const size_t c = vector_begin(d->channels, first);
		vector sums[COLUMNS], bias = load(d->bias + c);
		const float *weights = d->weights + c;
		UNROLLED for (int i = 0; i < COLUMNS; i++) sums[i] = bias;
		for (int ky = 0; ky < (height ? height : d->height);
			ky++, weights += width * d->channels)
			if (tile.rows[ky])
				add_products(d, tile.first, tile.rows[ky] + c, weights, sums, width,
					step, border);
		clamp_sums(d->activation.kind, sums);
		UNROLLED for (int i = 0; i < COLUMNS; i++) if (border != ANY_BORDER ||
			i < tile.count) store(out + i * d->out_step + c, sums[i]);
	}
}

/* Any window, one by one; `part` channels. */
INLINE void compute_window(const struct depthwise *d, const float *const *rows, int first,
	float *out, size_t c, size_t part)
{
	const float *weight = d->weights + c;
	vector sums[COLUMNS] = {load_lanes(d->bias + c, part)};
	for (int ky = 0; ky < d->height; ky++)
		for (int column = first; column < first + d->width; column++, weight += d->channels)
			if (rows[ky] && column >= 0 && column < d->columns)
				sums[0] = multiply_add(load_lanes(rows[ky] +
								       (ptrdiff_t)column *
									       d->channels +
								       c,
							       part),
					load_lanes(weight, part), sums[0]);
	clamp_sums(d->activation.kind, sums);
	store_lanes(out + c, sums[0], part);
}

static void compute_any_tile(const struct depthwise *d, struct depthwise_tile tile, float *out)
{
	for (int i = 0; i < tile.count; i++, tile.first += d->step, out += d->out_step)
		FOR_VECTORS (c, part, d->channels)
			compute_window(d, tile.rows, tile.first, out, c, part);
}

/* width 0: any kernel. */
INLINE void compute_row(const struct depthwise *shared, const int height, const int width,
	const int step)
{
	const struct depthwise local = *shared, *d = &local; /* which no store can change */
	for (int i = 0; i < d->count; i += COLUMNS) {
		int begin = tile_begin(d, i);
		struct depthwise_tile tile = depthwise_tile_at(d, begin);
		float *out = d->out + begin * d->out_step;
		enum depthwise_border border = border_of(d, tile);
		if (!width)
			compute_any_tile(shared, tile, out);
		else if (border == NO_BORDER)
			compute_tile(d, tile, out, height, width, step, NO_BORDER);
		else if (border == USUAL_BORDER)
			compute_tile(d, tile, out, height, width, step, USUAL_BORDER);
		else
			compute_tile(d, tile, out, height, width, step, ANY_BORDER);
	}
}

/* ---- backward ---- */

/* Writes all lanes but the first `skipped`. */
INLINE void store_last(float *to, vector value, size_t skipped)
{
	float lanes[LANES];
	store(lanes, value);
	memcpy(to + skipped, lanes + skipped, (LANES - skipped) * sizeof *to);
}

/* Adds the products of a vector of channels of a tile to the sums for some rows of the
 * kernel. The gradient of outputs that are not the tile's, or were another's, those before `begin`,
 * counts as zero. */
INLINE void add_gradients(const struct depthwise *d, struct depthwise_tile tile,
	const float *gradient, int begin, vector *sums, size_t c, const int height, const int width,
	const int step, const enum depthwise_border border)
{
	const ptrdiff_t channels = d->channels;
	ptrdiff_t place = tile.first * channels + (ptrdiff_t)c;
	vector g[COLUMNS];
	UNROLLED for (int j = 0; j < (COLUMNS - 1) * step + width; j++, place += channels)
	{
		if (j % step == 0 && j / step < COLUMNS)
			g[j / step] =
				j / step < begin || (border == ANY_BORDER && j / step >= tile.count)
				? (vector){0}
				: load_once(gradient + j / step * channels + c);
		if (is_outside(d, tile.first, j, width, step, border))
			continue;
		UNROLLED for (int r = 0; r < height; r++)
		{
			vector value = load_once(tile.rows[r] + place);
			UNROLLED for (int k = 0; k < width; k++)
			{
				int i = (j - k) / step;
				if (j >= k && (j - k) % step == 0 && i < COLUMNS)
					sums[r * width + k] =
						multiply_add(value, g[i], sums[r * width + k]);
			}
		}
	}
}

enum { MOST_TAPS = 9 };

/* Some rows of the kernel, from the first of the tile's rows on. */
INLINE void add_tile(const struct depthwise *d, struct depthwise_tile tile, const float *gradient,
	float *dweights, int begin, const int height, const int width, const int step,
	const enum depthwise_border border)
{
	const ptrdiff_t channels = d->channels;
	const float *rows[3];
	for (int r = 0; r < height; r++)
		rows[r] = tile.rows[r];
	tile.rows = rows;
	for (size_t first = 0; first < (size_t)channels; first += LANES) {
		const size_t c = vector_begin(d->channels, first);
		vector sums[MOST_TAPS];
		UNROLLED for (int t = 0; t < height * width; t++) sums[t] =
			load(dweights + t * channels + c);
		add_gradients(d, tile, gradient, begin, sums, c, height, width, step, border);
		UNROLLED for (int t = 0; t < height * width; t++) if (c == first)
			store(dweights + t * channels + c, sums[t]);
		else store_last(dweights + t * channels + c, sums[t], first - c);
	}
}

/* One row of any kernel, for the outputs of any tile from `begin` on. */
static void add_any_tile(const struct depthwise *d, struct depthwise_tile tile,
	const float *gradient, float *dweights, int begin)
{
	for (int kx = 0; kx < d->width; kx++, dweights += d->channels)
		FOR_VECTORS (c, part, d->channels) {
			vector sum = load_lanes(dweights + c, part);
			for (int i = begin; i < tile.count; i++) {
				ptrdiff_t column = tile.first + i * d->step + kx;
				if (column >= 0 && column < d->columns)
					sum = multiply_add(load_lanes(tile.rows[0] +
									   column * d->channels + c,
								   part),
						load_lanes(gradient + (ptrdiff_t)i * d->channels +
								c,
							part),
						sum);
			}
			store_lanes(dweights + c, sum, part);
		}
}

/* Rows of the kernel: `height` at once where these lie inside. */
INLINE void add_rows(const struct depthwise *d, struct depthwise_tile tile, const float *gradient,
	float *dweights, int begin, const int height, const int width, const int step)
{
	const enum depthwise_border border = border_of(d, tile);
	const ptrdiff_t line = (ptrdiff_t)d->width * d->channels;
	for (int ky = 0, rows; ky < d->height;
		ky += rows, tile.rows += rows, dweights += rows * line) {
		bool all = ky + height <= d->height;
		for (int r = 0; all && r < height; r++)
			all = tile.rows[r] != NULL;
		all &= border != ANY_BORDER;
		rows = all ? height : 1;
		if (!tile.rows[0])
			continue;
		if (!width)
			add_any_tile(d, tile, gradient, dweights, begin);
		else if (all && border == NO_BORDER)
			add_tile(d, tile, gradient, dweights, begin, height, width, step,
				NO_BORDER);
		else if (all)
			add_tile(d, tile, gradient, dweights, begin, height, width, step,
				USUAL_BORDER);
		else
			add_tile(d, tile, gradient, dweights, begin, 1, width, step, ANY_BORDER);
	}
}

INLINE void add_all_rows(const struct depthwise *d, const float *gradient, float *dweights,
	const int height, const int width, const int step)
{
	for (int i = 0; i < d->count; i += COLUMNS) {
		int begin = tile_begin(d, i);
		add_rows(d, depthwise_tile_at(d, begin), gradient + (ptrdiff_t)begin * d->channels,
			dweights, i - begin, height, width, step);
	}
}

/* ---- kernels with loops of their own ---- */

/* SHAPE(height or 0: any, rows of the kernel at once backward, width, step). The narrow ones are
 * the phases of the gradient of the input of those of step 2 (nn/depthwise.c). */
#define DEPTHWISE_SHAPES(SHAPE) \
	SHAPE(3, 3, 3, 1) \
	SHAPE(3, 3, 3, 2) \
	SHAPE(5, 1, 5, 1) \
	SHAPE(5, 1, 5, 2) \
	SHAPE(0, 1, 3, 1) \
	SHAPE(0, 1, 2, 1) \
	SHAPE(0, 1, 1, 1) \
	SHAPE(0, 1, 0, 0)

#define SHAPE_FUNCTIONS(height, at_once, width, step) \
	static void depthwise_##height##_##width##_##step(const struct depthwise *d) \
	{ \
		compute_row(d, height, width, step); \
	} \
	static void weights_##height##_##width##_##step(const struct depthwise *d, \
		const float *gradient, float *dweights) \
	{ \
		add_all_rows(d, gradient, dweights, at_once, width, step); \
	}
#define SHAPE_ROW(height, at_once, width, step) \
	{height, width, step, depthwise_##height##_##width##_##step, \
		weights_##height##_##width##_##step},

DEPTHWISE_SHAPES(SHAPE_FUNCTIONS)
static const struct depthwise_shape {
	int height, width, step; /* 0: any */
	void (*forward)(const struct depthwise *d);
	void (*weights)(const struct depthwise *d, const float *gradient, float *dweights);
} depthwise_shapes[] = {DEPTHWISE_SHAPES(SHAPE_ROW)};

static const struct depthwise_shape *shape_of(const struct depthwise *d)
{
	const struct depthwise_shape *shape = depthwise_shapes;
	while ((shape->width && d->channels < LANES) ||
		(shape->height && shape->height != d->height) ||
		(shape->width && (shape->width != d->width || shape->step != d->step)))
		shape++;
	return shape;
}

static void depthwise(const struct depthwise *d)
{
	shape_of(d)->forward(d);
	if (!is_clamp(d->activation.kind))
		activate(&d->activation, d->out, (size_t)d->count * (size_t)d->channels);
}

static void depthwise_weights(const struct depthwise *d, const float *gradient, float *dweights)
{
	shape_of(d)->weights(d, gradient, dweights);
}
