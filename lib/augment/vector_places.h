/* Where pixels come from, and their values there. Needs nn/vector.h, augment/vector_half.h, least_double, most_double and
 * gather_two: four bytes each from `start` on and from `apart`, at most 4, bytes further on, of eight that are loaded once. */

/* A place mirrored into the picture. */
INLINE half_doubles mirror(half_doubles place, int size)
{
	const half_doubles period = splat_double(2.0 * size), one = splat_double(1);
	const half_doubles limit = splat_double(1 << 30);
	half_doubles from_edge = place + splat_double(0.5);
	half_doubles periods = least_double(most_double(from_edge / period, -limit), limit);
	half_doubles whole = __builtin_convertvector(__builtin_convertvector(periods, half_integers), half_doubles);
	whole -= choose_double(whole > periods, one, splat_double(0));
	from_edge -= period * whole;
	return choose_double(from_edge > splat_double(size), period - from_edge, from_edge) - splat_double(0.5);
}

/* Where a place lies in the padded picture: a whole pixel and the way to the next. */
INLINE half_integers split(const struct projection *to, half_doubles place, int size, half_vector *fraction)
{
	if (to->mirrored)
		place = mirror(place, size);
	place += splat_double(to->shift);
	half_doubles inside = least_double(most_double(place, splat_double(-to->reach)), splat_double(size - 1 + to->reach));
	half_doubles padded = inside + splat_double(to->border);
	half_integers whole = __builtin_convertvector(padded, half_integers);
	*fraction = __builtin_convertvector(padded - __builtin_convertvector(whole, half_doubles), half_vector);
	return whole;
}

static void locate(const struct projection *projection, int y, int count, const struct places *places)
{
	/* Copies, which nothing written to the places can change, stay in registers. */
	const struct projection own = *projection, *to = &own;
	const struct places out = *places;
	const double(*m)[3] = to->matrix;
	const half_doubles row_x = splat_double(m[0][1] * y + m[0][2]), row_y = splat_double(m[1][1] * y + m[1][2]);
	const half_doubles row_w = splat_double(m[2][1] * y + m[2][2]), step = splat_double(HALF);
	half_doubles column;
	for (int i = 0; i < HALF; i++)
		column[i] = i;
	for (size_t x = 0; x < whole_blocks((size_t)count); x += HALF, column += step) {
		half_doubles in_x = splat_double(m[0][0]) * column + row_x, in_y = splat_double(m[1][0]) * column + row_y;
		if (to->perspective) {
			half_doubles w = splat_double(m[2][0]) * column + row_w;
			in_x /= w;
			in_y /= w;
		}
		half_vector right, down;
		half_integers left = split(to, in_x, to->width, &right), above = split(to, in_y, to->height, &down);
		half_integers start = above * (int32_t)to->row + left * (int32_t)to->pixel;
		memcpy(out.start + x, &start, sizeof start);
		memcpy(out.right + x, &right, sizeof right);
		memcpy(out.down + x, &down, sizeof down);
	}
}

INLINE vector channel(integers words, int number)
{
	return __builtin_convertvector((words >> (8 * number)) & 255, vector);
}

INLINE vector between(vector a, vector b, vector share)
{
	return a + (b - a) * share;
}

/* Inlined for each number of channels, so that all stays in registers. */
INLINE void sample_channels(const unsigned char *padded, ptrdiff_t row, int channels, const struct places *places,
	float *out, size_t plane, int count)
{
	for (size_t x = 0; x < whole_blocks((size_t)count); x += LANES) {
		integers start;
		memcpy(&start, places->start + x, sizeof start);
		integers here, next, below, below_next;
		gather_two(padded, start, channels, &here, &next);
		gather_two(padded + row, start, channels, &below, &below_next);
		vector right = load(places->right + x), down = load(places->down + x);
		for (int c = 0; c < channels; c++) {
			vector left_value = between(channel(here, c), channel(below, c), down);
			vector right_value = between(channel(next, c), channel(below_next, c), down);
			store(out + (size_t)c * plane + x, between(left_value, right_value, right));
		}
	}
}

static void sample(const unsigned char *padded, ptrdiff_t row, int channels, const struct places *places, float *out,
	size_t plane, int count)
{
	switch (channels) {
	case 1: sample_channels(padded, row, 1, places, out, plane, count); break;
	case 2: sample_channels(padded, row, 2, places, out, plane, count); break;
	case 3: sample_channels(padded, row, 3, places, out, plane, count); break;
	case 4: sample_channels(padded, row, 4, places, out, plane, count); break;
	}
}
