/* The transforms of Winograd's F(4x4, 3x3); winograd.c explains them. */

/* Six values of the input, transformed along one side: B^T x. */
INLINE void transform_input(vector out[6], const vector x[6])
{
	vector even = multiply_add(x[2], splat(-2.25f), x[4]),
	       odd = multiply_add(x[1], splat(-2.25f), x[3]);
	out[0] = multiply_add(x[0], splat(1.265625f), multiply_add(x[2], splat(-2.8125f), x[4]));
	out[1] = multiply_add(odd, splat(0.75f), even);
	out[2] = multiply_add(odd, splat(-0.75f), even);
	even = multiply_add(x[2], splat(-0.5625f), x[4]);
	odd = multiply_add(x[1], splat(-0.5625f), x[3]);
	out[3] = multiply_add(odd, splat(1.5f), even);
	out[4] = multiply_add(odd, splat(-1.5f), even);
	out[5] = multiply_add(x[1], splat(1.265625f), multiply_add(x[3], splat(-2.8125f), x[5]));
}

/* Six products to four outputs along one side: A^T m. */
INLINE void transform_output(vector out[4], const vector m[6])
{
	vector near = m[1] + m[2], near_odd = m[1] - m[2], far = m[3] + m[4], far_odd = m[3] - m[4];
	out[0] = m[0] + near + far;
	out[1] = multiply_add(far_odd, splat(1.5f), near_odd * 0.75f);
	out[2] = multiply_add(far, splat(2.25f), near * 0.5625f);
	out[3] = multiply_add(far_odd, splat(3.375f),
		multiply_add(near_odd, splat(0.421875f), m[5]));
}

static void winograd_input(float *out, ptrdiff_t plane, const float *x, ptrdiff_t pitch,
	int channels)
{
	for (int c = 0; c < channels; c += LANES) {
		vector half[6][6]; /* by column of x */
		UNROLLED for (int j = 0; j < 6; j++)
		{
			vector column[6];
			UNROLLED for (int i = 0; i < 6; i++) column[i] =
				load(x + i * pitch + j * channels + c);
			transform_input(half[j], column);
		}
		UNROLLED for (int i = 0; i < 6; i++)
		{
			const vector row[6] = {half[0][i], half[1][i], half[2][i], half[3][i],
				half[4][i], half[5][i]};
			vector whole[6];
			transform_input(whole, row);
			UNROLLED for (int j = 0; j < 6; j++)
				store(out + (6 * i + j) * plane + c, whole[j]);
		}
	}
}

static void winograd_output(float *out, const float *products, ptrdiff_t plane, const float *bias,
	int channels)
{
	for (int c = 0; c < channels; c += LANES) {
		vector half[6][4];
		UNROLLED for (int j = 0; j < 6; j++)
		{
			vector column[6];
			UNROLLED for (int i = 0; i < 6; i++) column[i] =
				load(products + (6 * i + j) * plane + c);
			transform_output(half[j], column);
		}
		UNROLLED for (int i = 0; i < 4; i++)
		{
			const vector row[6] = {half[0][i], half[1][i], half[2][i], half[3][i],
				half[4][i], half[5][i]};
			vector whole[4];
			transform_output(whole, row);
			UNROLLED for (int j = 0; j < 4; j++) store(out + (4 * i + j) * channels + c,
				whole[j] + (bias ? load(bias + c) : (vector){0}));
		}
	}
}

/* Three weights along one side: G g. In double precision, because it is done once for many
 * products. */
INLINE void transform_weights(doubles out[6], const doubles g[3])
{
	doubles first = g[0], second = g[1] * (3.0 / 4), third = g[2] * (9.0 / 16);
	out[0] = first * (64.0 / 81);
	out[1] = (first + third + second) * (-128.0 / 243);
	out[2] = (first + third - second) * (-128.0 / 243);
	out[3] = (first + 4 * third + 2 * second) * (32.0 / 243);
	out[4] = (first + 4 * third - 2 * second) * (32.0 / 243);
	out[5] = g[2];
}

static void winograd_weights(float *out, ptrdiff_t plane, const float *w, ptrdiff_t tap,
	int channels)
{
	for (int c = 0; c < channels; c += LANES) {
		doubles half[3][6]; /* by column of w */
		UNROLLED for (int j = 0; j < 3; j++)
		{
			doubles column[3];
			UNROLLED for (int i = 0; i < 3; i++) column[i] =
				__builtin_convertvector(load(w + (3 * i + j) * tap + c), doubles);
			transform_weights(half[j], column);
		}
		UNROLLED for (int i = 0; i < 6; i++)
		{
			const doubles row[3] = {half[0][i], half[1][i], half[2][i]};
			doubles whole[6];
			transform_weights(whole, row);
			UNROLLED for (int j = 0; j < 6; j++) store(out + (6 * i + j) * plane + c,
				__builtin_convertvector(whole[j], vector));
		}
	}
}

/* Gradients of four outputs to those of six products along one side: A y. */
INLINE void output_adjoint(vector out[6], const vector y[4])
{
	vector even = multiply_add(y[2], splat(0.5625f), y[0]),
	       odd = multiply_add(y[3], splat(0.5625f), y[1]);
	out[0] = y[0];
	out[1] = multiply_add(odd, splat(0.75f), even);
	out[2] = multiply_add(odd, splat(-0.75f), even);
	even = multiply_add(y[2], splat(2.25f), y[0]);
	odd = multiply_add(y[3], splat(2.25f), y[1]);
	out[3] = multiply_add(odd, splat(1.5f), even);
	out[4] = multiply_add(odd, splat(-1.5f), even);
	out[5] = y[3];
}

static void winograd_output_adjoint(float *out, ptrdiff_t plane, const float *x, ptrdiff_t pitch,
	int channels)
{
	for (int c = 0; c < channels; c += LANES) {
		vector half[4][6];
		UNROLLED for (int j = 0; j < 4; j++)
		{
			vector column[4];
			UNROLLED for (int i = 0; i < 4; i++) column[i] =
				load(x + i * pitch + j * channels + c);
			output_adjoint(half[j], column);
		}
		UNROLLED for (int i = 0; i < 6; i++)
		{
			const vector row[4] = {half[0][i], half[1][i], half[2][i], half[3][i]};
			vector whole[6];
			output_adjoint(whole, row);
			UNROLLED for (int j = 0; j < 6; j++)
				store(out + (6 * i + j) * plane + c, whole[j]);
		}
	}
}

/* Gradients of six transformed weights to those of three along one side: G^T m. */
INLINE void weights_adjoint(vector out[3], const vector m[6])
{
	vector near = m[1] + m[2], near_odd = m[1] - m[2], far = m[3] + m[4], far_odd = m[3] - m[4];
	out[0] = multiply_add(m[0], splat(64.0f / 81),
		multiply_add(far, splat(32.0f / 243), near * (-128.0f / 243)));
	out[1] = multiply_add(far_odd, splat(16.0f / 81), near_odd * (-32.0f / 81));
	out[2] = multiply_add(far - near, splat(8.0f / 27), m[5]);
}

static void winograd_weights_adjoint(float *out, ptrdiff_t tap, const float *sums, ptrdiff_t plane,
	int channels, bool adds)
{
	for (int c = 0; c < channels; c += LANES) {
		vector half[6][3];
		UNROLLED for (int j = 0; j < 6; j++)
		{
			vector column[6];
			UNROLLED for (int i = 0; i < 6; i++) column[i] =
				load(sums + (6 * i + j) * plane + c);
			weights_adjoint(half[j], column);
		}
		UNROLLED for (int i = 0; i < 3; i++)
		{
			const vector row[6] = {half[0][i], half[1][i], half[2][i], half[3][i],
				half[4][i], half[5][i]};
			vector whole[3];
			weights_adjoint(whole, row);
			UNROLLED for (int j = 0; j < 3; j++)
			{
				float *to = out + (3 * i + j) * tap + c;
				store(to, adds ? load(to) + whole[j] : whole[j]);
			}
		}
	}
}
