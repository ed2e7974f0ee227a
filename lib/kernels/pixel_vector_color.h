/* Kernels for colours, filters and rounding to bytes. Needs kernels/vector.h, minimum and
 * maximum. */

INLINE vector clamp(vector value)
{
	return minimum(maximum(value, splat(0)), splat(255));
}

static void scale(float *x, size_t count, float gain, float offset)
{
	for (size_t i = 0; i < count; i += LANES)
		store(x + i, clamp(load(x + i) * splat(gain) + splat(offset)));
}

static float sum(const float *x, size_t count)
{
	vector sums[PIXEL_BLOCK / LANES];
	float total = 0, lanes[PIXEL_BLOCK];
	for (int k = 0; k < PIXEL_BLOCK / LANES; k++)
		sums[k] = splat(0);
	size_t i = 0;
	for (; i + PIXEL_BLOCK <= count; i += PIXEL_BLOCK)
		for (int k = 0; k < PIXEL_BLOCK / LANES; k++)
			sums[k] += load(x + i + k * LANES);
	memcpy(lanes, sums, sizeof lanes);
	for (int k = 0; k < PIXEL_BLOCK; k++)
		total += lanes[k];
	for (; i < count; i++)
		total += x[i];
	return total;
}

static void saturate(float *red, float *green, float *blue, size_t count, float factor)
{
	float *const rows[] = {red, green, blue};
	for (size_t i = 0; i < count; i += LANES) {
		vector grey = load(red + i) * splat(0.2989f) + load(green + i) * splat(0.587f) +
			load(blue + i) * splat(0.114f);
		for (int c = 0; c < 3; c++)
			store(rows[c] + i,
				clamp(grey + (load(rows[c] + i) - grey) * splat(factor)));
	}
}

/* HSV to RGB: by what fraction of the chroma the channel of hue `peak`, 0, 2 or 4, lies below the
 * largest channel, for a hue in sixths of a turn from 0 to 6. */
INLINE vector hue_deficit(vector hue, float peak)
{
	vector distance = hue - splat(peak);
	if (peak > 3)
		distance = choose(distance < splat(-3), distance + splat(6), distance);
	else
		distance = choose(distance > splat(3), distance - splat(6), distance);
	distance = (vector)((integers)distance & 0x7fffffff);
	return minimum(maximum(distance - splat(1), splat(0)), splat(1));
}

static void rotate_hue(float *red, float *green, float *blue, size_t count, float turns)
{
	for (size_t i = 0; i < count; i += LANES) {
		vector r = load(red + i), g = load(green + i), b = load(blue + i);
		vector high = maximum(maximum(r, g), b), chroma = high - minimum(minimum(r, g), b);
		integers from_red = r == high, from_green = g == high;
		vector difference = choose(from_red, g - b, choose(from_green, b - r, r - g));
		vector start = choose(from_red, splat(0), choose(from_green, splat(2), splat(4)));
		vector hue = difference / choose(chroma == splat(0), splat(1), chroma) + start +
			splat(6 * turns);
		hue = choose(hue < splat(0), hue + splat(6), hue);
		hue = choose(hue >= splat(6), hue - splat(6), hue);
		store(red + i, high - chroma * hue_deficit(hue, 0));
		store(green + i, high - chroma * hue_deficit(hue, 2));
		store(blue + i, high - chroma * hue_deficit(hue, 4));
	}
}

static void convolve(float *out, const float *x, ptrdiff_t step, const float *weights, int taps,
	size_t count)
{
	for (size_t i = 0; i < count; i += LANES) {
		vector sum = splat(0);
		for (int k = 0; k < taps; k++)
			sum += load(x + i + k * step) * splat(weights[k]);
		store(out + i, sum);
	}
}

INLINE integers rounded(const float *x)
{
	return __builtin_convertvector(clamp(load(x)) + splat(0.5f), integers);
}

/* Three channels: packs two pixels of 24 bits into 48 of 64 bits; each pair is stored as 8 bytes,
 * and the next pair overwrites the last two. */
INLINE void store_pairs(integers words, unsigned char *out)
{
	uint64_t pairs[LANES / 2];
	memcpy(pairs, &words, sizeof pairs);
	UNROLLED
	for (int k = 0; k < LANES / 2; k++) {
		uint64_t pair = (pairs[k] & 0xffffff) | pairs[k] >> 32 << 24;
		memcpy(out + 6 * k, &pair, sizeof pair);
	}
}

static void store_bytes(const float *rows, size_t plane, int channels, unsigned char *out,
	int count)
{
	for (size_t x = 0; x < whole_blocks((size_t)count); x += LANES) {
		integers words = rounded(rows + x);
		for (int c = 1; c < channels; c++)
			words |= rounded(rows + (size_t)c * plane + x) << (8 * c);
		if (channels == 3) {
			store_pairs(words, out + 3 * x);
		} else if (channels == 4) {
			memcpy(out + 4 * x, &words, sizeof words);
		} else {
			small_integers bytes = __builtin_convertvector(words, small_integers);
			memcpy(out + x, &bytes, sizeof bytes);
		}
	}
}
