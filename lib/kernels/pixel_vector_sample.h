/* Projection of pixels and bilinear interpolation. Needs kernels/vector.h,
 * kernels/pixel_vector_half.h, minimum_double, maximum_double and gather_two: four bytes from each
 * `offset`, and four from `distance` (at most 4) bytes later, by one load of eight. */

/* Reflects a coordinate into the image. */
INLINE half_doubles mirror(half_doubles position, int size)
{
	const half_doubles period = splat_double(2.0 * size), one = splat_double(1);
	const half_doubles limit = splat_double(1 << 30);
	half_doubles from_edge = position + splat_double(0.5);
	half_doubles periods = minimum_double(maximum_double(from_edge / period, -limit), limit);
	half_doubles whole =
		__builtin_convertvector(__builtin_convertvector(periods, half_integers),
			half_doubles);
	whole -= choose_double(whole > periods, one, splat_double(0));
	from_edge -= period * whole;
	return choose_double(from_edge > splat_double(size), period - from_edge, from_edge) -
		splat_double(0.5);
}

/* Splits a coordinate, in the padded image, into a pixel index and a fraction. */
INLINE half_integers split_position(const struct projection *to, half_doubles position, int size,
	half_vector *fraction)
{
	if (to->mirrored)
		position = mirror(position, size);
	position += splat_double(to->shift);
	half_doubles inside = minimum_double(maximum_double(position, splat_double(-to->reach)),
		splat_double(size - 1 + to->reach));
	half_doubles padded = inside + splat_double(to->border);
	half_integers whole = __builtin_convertvector(padded, half_integers);
	*fraction = __builtin_convertvector(padded - __builtin_convertvector(whole, half_doubles),
		half_vector);
	return whole;
}

static void project(const struct projection *projection, int y, int count,
	const struct sample_points *points)
{
	/* Copies can't alias the output, so that they stay in registers. */
	const struct projection own = *projection, *to = &own;
	const struct sample_points out = *points;
	const double(*m)[3] = to->matrix;
	const half_doubles row_x = splat_double(m[0][1] * y + m[0][2]),
			   row_y = splat_double(m[1][1] * y + m[1][2]);
	const half_doubles row_w = splat_double(m[2][1] * y + m[2][2]), step = splat_double(HALF);
	half_doubles column;
	for (int i = 0; i < HALF; i++)
		column[i] = i;
	for (size_t x = 0; x < whole_blocks((size_t)count); x += HALF, column += step) {
		half_doubles in_x = splat_double(m[0][0]) * column + row_x,
			     in_y = splat_double(m[1][0]) * column + row_y;
		if (to->perspective) {
			half_doubles w = splat_double(m[2][0]) * column + row_w;
			in_x /= w;
			in_y /= w;
		}
		half_vector right, down;
		half_integers left = split_position(to, in_x, to->width, &right),
			      above = split_position(to, in_y, to->height, &down);
		half_integers offset = above * (int32_t)to->row + left * (int32_t)to->pixel;
		memcpy(out.offset + x, &offset, sizeof offset);
		memcpy(out.weight_x + x, &right, sizeof right);
		memcpy(out.weight_y + x, &down, sizeof down);
	}
}

INLINE vector channel(integers words, int number)
{
	return __builtin_convertvector((words >> (8 * number)) & 255, vector);
}

INLINE vector lerp(vector a, vector b, vector weight)
{
	return a + (b - a) * weight;
}

/* Inlined for each number of channels, so that all values stay in registers. */
INLINE void sample_channels(const unsigned char *padded, ptrdiff_t row, int channels,
	const struct sample_points *points, float *out, size_t plane, int count)
{
	for (size_t x = 0; x < whole_blocks((size_t)count); x += LANES) {
		integers offset;
		memcpy(&offset, points->offset + x, sizeof offset);
		integers pixel, pixel_right, pixel_below, pixel_below_right;
		gather_two(padded, offset, channels, &pixel, &pixel_right);
		gather_two(padded + row, offset, channels, &pixel_below, &pixel_below_right);
		vector right = load(points->weight_x + x), down = load(points->weight_y + x);
		for (int c = 0; c < channels; c++) {
			vector left_value = lerp(channel(pixel, c), channel(pixel_below, c), down);
			vector right_value =
				lerp(channel(pixel_right, c), channel(pixel_below_right, c), down);
			store(out + (size_t)c * plane + x, lerp(left_value, right_value, right));
		}
	}
}

static void sample(const unsigned char *padded, ptrdiff_t row, int channels,
	const struct sample_points *points, float *out, size_t plane, int count)
{
	switch (channels) {
	case 1:
		sample_channels(padded, row, 1, points, out, plane, count);
		break;
	case 2:
		sample_channels(padded, row, 2, points, out, plane, count);
		break;
	case 3:
		sample_channels(padded, row, 3, points, out, plane, count);
		break;
	case 4:
		sample_channels(padded, row, 4, points, out, plane, count);
		break;
	}
}
