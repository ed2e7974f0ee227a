/* Every version of every kernel gives the plain version's bytes; products are correct; exp, log and
 * tanh are near libm's. */
#include "kernels/kernels.h"

#include "base/random.h"
#include "tap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { VALUES = 1 << 14, TRIALS = 60 };

static float a[VALUES], b[VALUES], c[VALUES], results[2][4][VALUES];

static void fill(struct random *random, float *x, float low, float high)
{
	for (int i = 0; i < VALUES; i++)
		x[i] = random_between(random, low, high);
}

static int pick(struct random *random, int low, int high)
{
	return low + (int)random_below(random, (uint32_t)(high - low + 1));
}

/* ---- products ---- */

static struct product random_product(struct random *random, float *out)
{
	struct product p = {.x = a,
		.w = b,
		.out = out,
		.initial = pick(random, 0, 1) ? c : NULL,
		.accumulate = pick(random, 0, 2) == 0,
		.count = pick(random, 1, 40),
		.outer = pick(random, 1, 3),
		.inner = pick(random, 1, 20),
		.width = CHANNEL_BLOCK * pick(random, 1, 4)};
	p.x_row = pick(random, 1, 30);
	p.x_inner = pick(random, 1, 9);
	p.x_outer = pick(random, 1, 100);
	p.w_row = p.out_row = p.width + pick(random, 0, 5);
	return p;
}

static bool product_is_right(const struct product *p, const float *before)
{
	for (int i = 0; i < p->count; i++)
		for (int k = 0; k < p->width; k++) {
			double sum = p->accumulate ? (double)before[i * p->out_row + k]
				: p->initial       ? (double)p->initial[k]
						   : 0;
			for (int o = 0; o < p->outer; o++)
				for (int j = 0; j < p->inner; j++)
					sum += (double)p->x[i * p->x_row + o * p->x_outer +
						       j * p->x_inner] *
						(double)p->w[(o * p->inner + j) * p->w_row + k];
			if (fabs((double)p->out[i * p->out_row + k] - sum) > 2e-5)
				return false;
		}
	return true;
}

static void products(const struct kernels *kernels, struct random random)
{
	bool same = true, right = true;
	for (int t = 0; t < TRIALS; t++) {
		fill(&random, a, -1, 1);
		fill(&random, b, -1, 1);
		struct product p = random_product(&random, results[0][0]);
		for (int version = 0; version < 2; version++) {
			memcpy(results[version][0], c, sizeof c);
			p.out = results[version][0];
			(version ? kernels : &kernels_plain)->product(&p);
		}
		right &= product_is_right(&p, c);
		same &= memcmp(results[0], results[1], sizeof results[0]) == 0;
	}
	ok(right, "%s: products are correct", kernels->name);
	ok(same, "%s: products have the plain version's bytes, and nothing outside is written",
		kernels->name);
}

/* Each leaf by the product, and the tree of leaves as leaves.h has it. */
static void tree_of_products(const struct product *p, int last, float *out)
{
	enum { LEAVES = 24 };
	static float leaves[LEAVES][VALUES];
	for (int o = 0; o < p->outer; o++) {
		struct product leaf = *p;
		leaf.x += o * p->x_outer, leaf.w += o * p->inner * p->w_row;
		leaf.initial = NULL, leaf.accumulate = false, leaf.out = leaves[o];
		leaf.outer = 1, leaf.inner = o + 1 < p->outer ? p->inner : last;
		kernels_plain.product(&leaf);
	}
	for (int width = 1; width < p->outer; width *= 2)
		for (int o = 0; o + width < p->outer; o += 2 * width)
			for (int i = 0; i < VALUES; i++)
				leaves[o][i] += leaves[o + width][i];
	for (int i = 0; i < p->count; i++)
		memcpy(out + i * p->out_row, leaves[0] + i * p->out_row,
			(size_t)p->width * sizeof *out);
}

static void products_of_leaves(const struct kernels *kernels, struct random random)
{
	bool same = true;
	for (int t = 0; t < TRIALS; t++) {
		fill(&random, a, -1, 1);
		fill(&random, b, -1, 1);
		struct product p = random_product(&random, results[1][0]);
		p.outer = pick(&random, 1, 20);
		int last = pick(&random, 1, p.inner);
		memcpy(results[0][0], c, sizeof c);
		memcpy(results[1][0], c, sizeof c);
		tree_of_products(&p, last, results[0][0]);
		kernels->product_leaves(&p, last);
		same &= memcmp(results[0][0], results[1][0], sizeof results[0][0]) == 0;
	}
	ok(same, "%s: a product of leaves gives the bytes of their tree", kernels->name);
}

/* Against the product's rows, pooled: whole lines of `out`, so that nothing outside may be
 * written. */
static void pooled_products(const struct kernels *kernels, struct random random)
{
	static float upper[VALUES], lower[VALUES];
	bool same = true;
	for (int t = 0; t < TRIALS; t++) {
		fill(&random, a, -1, 1);
		fill(&random, b, -1, 1);
		struct product p = random_product(&random, NULL), rows;
		uint8_t argmax[2][VALUES] = {{0}};
		int below = pick(&random, 1, 100);
		p.initial = c, p.accumulate = false, p.count = pick(&random, 1, 17);
		rows = p, rows.count = 2 * p.count, rows.out = upper;
		kernels_plain.product(&rows);
		rows.x += below, rows.out = lower;
		kernels_plain.product(&rows);
		for (int version = 0; version < 2; version++)
			memcpy(results[version][0], c, sizeof c);
		for (int i = 0; i < p.count; i++)
			kernels_plain.max_pool(upper + 2 * i * p.out_row, lower + 2 * i * p.out_row,
				(int)p.out_row, results[0][0] + i * p.out_row,
				argmax[0] + i * p.out_row, 1, p.width);
		p.out = results[1][0];
		kernels->product_pool(&p, below, t % 3 ? argmax[1] : NULL);
		same &= memcmp(results[0][0], results[1][0], sizeof results[0][0]) == 0 &&
			(t % 3 == 0 || memcmp(argmax[0], argmax[1], VALUES) == 0);
	}
	ok(same, "%s: a fused product and max-pool gives the bytes of one after the other",
		kernels->name);
}

/* ---- the other kernels: each fills up to four arrays ---- */

static void copy(float out[4][VALUES])
{
	memcpy(out[0], a, sizeof a);
	memcpy(out[1], b, sizeof b);
	memcpy(out[2], c, sizeof c);
	memset(out[3], 0, sizeof out[3]);
}

static struct activation activation_at(int kind)
{
	return (struct activation){(enum activation_kind)kind, 0.3f, 0.5f, 1.5f};
}

static void elementwise(const struct kernels *kernels, int count, float out[4][VALUES])
{
	for (int kind = 0; kind < ACTIVATION_COUNT; kind++) {
		const struct activation activation = activation_at(kind);
		if (!activation_is_elementwise(activation.kind))
			continue;
		kernels->activate(&activation, out[0] + kind * 512, (size_t)count);
		kernels->activate_backward(&activation, out[1], out[2] + kind * 512, (size_t)count);
	}
	kernels->exponential(out[3], (size_t)count);
	kernels->logarithm(out[3] + 1024, (size_t)count);
	kernels->add(out[3] + 2048, b, (size_t)count);
}

static void channelwise(const struct kernels *kernels, int count, float out[4][VALUES])
{
	int pixels = count % 7 + 1, channels = count;
	kernels->sum_channels(out[0], b, pixels, channels);
	kernels->sum_squares(out[0] + 8192, b, c, pixels, channels);
}

/* Each activation in turn. */
static void normalizing(const struct kernels *kernels, int count, float out[4][VALUES])
{
	int pixels = count % 7 + 1, channels = count;
	struct affine affine = {b, c, activation_at(count % ACTIVATION_COUNT)};
	if (!activation_is_elementwise(affine.activation.kind))
		affine.activation.kind = ACTIVATION_LINEAR;
	kernels->normalize(out[3], a, &affine, pixels, channels);
	const struct gradient_sums sums = {out[1], out[1] + 8192, c, a, b, &affine, pixels,
		channels};
	kernels->sum_gradients(&sums);
	kernels->normalize_backward(out[2], a, &affine, c, b, pixels, channels);
}

/* Windows of all sizes that have loops of their own, as these are used and otherwise, and of
 * others; with rows and columns beyond the input on all sides. */
static struct depthwise random_depthwise(int count, const float *rows[7])
{
	static const int sides[] = {1, 2, 3, 3, 4, 5, 5, 7};
	struct random random = random_start((uint64_t)count, RANDOM_TEST, 1, 0);
	int channels = pick(&random, 0, 3) ? pick(&random, 1, 40) : 16 * pick(&random, 1, 3);
	struct depthwise d = {.rows = rows,
		.columns = pick(&random, 1, 20),
		.step = pick(&random, 0, 4) ? pick(&random, 1, 2) : 3,
		.weights = b,
		.height = sides[pick(&random, 0, 7)],
		.width = sides[pick(&random, 0, 7)],
		.channels = channels,
		.bias = c,
		.out_step = (ptrdiff_t)channels * pick(&random, 1, 2)};
	if (count % 2)
		d.height = d.width;
	d.left = count % 4 ? d.width / 2 : pick(&random, 0, d.width - 1);
	d.count = pick(&random, 1, (d.columns + d.left) / d.step + 1);
	if (d.out_step == channels)
		d.activation = activation_at(pick(&random, 0, ACTIVATION_COUNT - 1));
	if (!activation_is_elementwise(d.activation.kind))
		d.activation.kind = ACTIVATION_LINEAR;
	for (int i = 0; i < 7; i++)
		rows[i] = pick(&random, 0, 3) ? a + i * d.columns * channels : NULL;
	return d;
}

static void pooling(const struct kernels *kernels, int count, float out[4][VALUES])
{
	uint8_t argmax[VALUES] = {0};
	kernels->max_pool(a, b, count + 3, out[0], argmax, 5, count);
	for (int i = 0; i < VALUES; i++)
		out[1][i] = argmax[i];
}

static void windows(const struct kernels *kernels, int count, float out[4][VALUES])
{
	const struct pool_window window = {.x = b,
		.pitch = 5 * (count + 3),
		.stride = count + 3,
		.rows = count % 3 + 1,
		.columns = count % 5 + 1,
		.channels = count};
	kernels->max_window(&window, out[3]);
	kernels->mean_window(&window, out[3] + 8192);
	kernels->max_window_backward(&window, c, out[0]);
	kernels->mean_window_backward(&window, c, out[1]);
}

/* Of both operands none, one or the other is repeated. */
static void joins(const struct kernels *kernels, int count, float out[4][VALUES])
{
	const struct join_operand first = {a, count % 3 == 1 ? 0 : count},
				  second = {b, count % 3 == 2 ? 0 : count};
	for (int kind = 0; kind < JOIN_COUNT; kind++)
		kernels->joins[kind](
			&(struct join_pixels){out[3] + kind * 3000, first, second, 5, count});
}

static void sparse(const struct kernels *kernels, int count, float out[4][VALUES])
{
	enum { WINDOWS = 5, CAPACITY = 20 };
	struct sparse_entry entries[WINDOWS * 4 * CAPACITY];
	int32_t counts[WINDOWS * 4];
	int channels = padded_channels(count % 80 + 1), taps = 9 * channels;
	for (int i = 0; i < WINDOWS * 4 * CAPACITY; i++)
		entries[i] = (struct sparse_entry){i * 37 % 10 * taps % 3000, c[i]};
	for (int i = 0; i < WINDOWS * 4; i++)
		counts[i] = (i * 7 + count) % (CAPACITY + 1);
	const struct sparse_gradients gradients = {entries, counts, WINDOWS, CAPACITY};
	kernels->sum_windows(out[0], b, 500, entries, count % 60, count);
	uint8_t argmax[WINDOWS * CAPACITY];
	for (int i = 0; i < WINDOWS * CAPACITY; i++)
		argmax[i] = (uint8_t)(i * 7 % 11 % 4);
	const struct few_channels few = {b, 500, count % 5 + 1, c, CAPACITY, argmax, CAPACITY,
		count % CAPACITY + 1, WINDOWS};
	kernels->sum_few_channels(out[2], &few);
	kernels->scatter_windows(out[1], (2 * WINDOWS + 2) * channels, a, &gradients, channels);
}

static void winograd(const struct kernels *kernels, int count, float out[4][VALUES])
{
	int channels = padded_channels(count % 80 + 1), plane = channels + count % 5;
	kernels->winograd_input(out[0], plane, b, 7 * channels, channels);
	kernels->winograd_output(out[1], a, plane, count % 2 ? c : NULL, channels);
	kernels->winograd_output_adjoint(out[2], plane, b, 5 * channels, channels);
	kernels->winograd_weights_adjoint(out[3], plane, a, plane, channels, count % 4 < 2);
	kernels->winograd_weights(out[1] + 16 * channels, plane, b, plane + 1, channels);
}

static void updates(const struct kernels *kernels, int count, float out[4][VALUES])
{
	for (int i = 0; i < VALUES; i++)
		out[2][i] = fabsf(out[2][i]);
	struct update update = {out[0], out[1], out[2], b, (size_t)count, 0.7f, 0.01f, 0.9f, 0.99f,
		1e-7f, 1e-4f, count % 2 == 0};
	for (int i = 0; i < OPTIMIZER_COUNT; i++)
		kernels->optimizers[i](&update);
	double squares = kernels->squared_norm(a, (size_t)count);
	kernels->interpolate(out[3], a, 0.3f, (size_t)count);
	memcpy(out[3] + count, &squares, sizeof squares);
}

static void compare(const struct kernels *kernels, const char *name, struct random random,
	void run(const struct kernels *kernels, int count, float out[4][VALUES]))
{
	bool same = true;
	for (int t = 0; t < TRIALS; t++) {
		fill(&random, a, -9, 9);
		fill(&random, b, -2, 2);
		fill(&random, c, -1, 1);
		int count = t < 40 ? t + 1 : pick(&random, 41, 500);
		for (int version = 0; version < 2; version++) {
			copy(results[version]);
			run(version ? kernels : &kernels_plain, count, results[version]);
		}
		for (int i = 0; i < 4 && same; i++)
			for (int k = 0; k < VALUES && same; k++) {
				float x = results[0][i][k], y = results[1][i][k];
				same = memcmp(&x, &y, sizeof x) == 0 || (isnan(x) && isnan(y));
			}
	}
	ok(same, "%s: %s has the plain version's bytes", kernels->name, name);
}

static void not_finite(const struct kernels *kernels)
{
	static const float bad[] = {NAN, INFINITY, -INFINITY};
	bool good = kernels->finite(a, 0);
	memset(a, 0, sizeof a);
	for (size_t count = 1; count < 150; count++) {
		a[count - 1] = count % 2 ? 3e38f : -1e-45f;
		a[count] = NAN; /* beyond the end */
		good &= kernels->finite(a, count);
		for (size_t i = 0; i < count; i++) {
			float kept = a[i];
			a[i] = bad[(i + count) % 3];
			good &= !kernels->finite(a, count);
			a[i] = kept;
		}
	}
	ok(good, "%s: NaN and infinity are found at every index, and nowhere else", kernels->name);
}

static void expect_window(const struct depthwise *d, int i, int channel, float *out,
	float *dweights)
{
	float sum = d->bias[channel], g = c[i * d->channels + channel];
	for (int ky = 0; ky < d->height; ky++)
		for (int kx = 0; kx < d->width; kx++) {
			const float *row = d->rows[ky];
			int column = i * d->step - d->left + kx,
			    tap = (ky * d->width + kx) * d->channels + channel;
			if (!row || column < 0 || column >= d->columns)
				continue;
			float x = row[column * d->channels + channel];
			sum = fmaf(x, d->weights[tap], sum);
			dweights[tap] = fmaf(x, g, dweights[tap]);
		}
	out[i * d->out_step + channel] = sum;
}

static void expect_depthwise(const struct depthwise *d, float *out, float *dweights)
{
	for (int i = 0; i < d->count; i++)
		for (int channel = 0; channel < d->channels; channel++)
			expect_window(d, i, channel, out, dweights);
	if (d->activation.kind != ACTIVATION_LINEAR)
		kernels_plain.activate(&d->activation, out, (size_t)(d->count * d->channels));
}

/* Against the definition. */
static void depthwise_is_right(const struct kernels *kernels, struct random random)
{
	bool same = true;
	fill(&random, a, -1, 1);
	fill(&random, b, -1, 1);
	fill(&random, c, -1, 1);
	for (int t = 0; t < 6 * TRIALS; t++) {
		const float *rows[7];
		struct depthwise d = random_depthwise(t, rows);
		for (int version = 0; version < 2; version++)
			copy(results[version]);
		d.out = results[0][0];
		kernels->depthwise(&d);
		kernels->depthwise_weights(&d, c, results[0][1]);
		expect_depthwise(&d, results[1][0], results[1][1]);
		same &= memcmp(results[0], results[1], sizeof results[0]) == 0;
	}
	ok(same,
		"%s: depthwise convolutions have the bytes of their definition, and nothing "
		"outside is written",
		kernels->name);
}

/* ---- accuracy ---- */

/* Distance in units in the last place of the float nearest the exact value. */
static double ulps(float got, double exact)
{
	float nearest = (float)exact;
	if (isinf(nearest) || isnan(nearest) || nearest == 0)
		return memcmp(&got, &nearest, sizeof got) == 0 || (isnan(got) && isnan(nearest))
			? 0
			: fabs((double)got) / 0x1p-149;
	return fabs((double)got - exact) /
		((double)nextafterf(fabsf(nearest), INFINITY) - (double)fabsf(nearest));
}

static double worst(const struct kernels *kernels, int function, uint32_t first, uint32_t last,
	uint32_t step)
{
	double largest = 0;
	float x[256], y[256];
	for (uint64_t bits = first; bits <= last;) {
		int count = 0;
		for (; count < 256 && bits <= last; count++, bits += step) {
			uint32_t pattern = (uint32_t)bits;
			memcpy(&x[count], &pattern, sizeof pattern);
		}
		memcpy(y, x, sizeof y);
		if (function == 0)
			kernels->exponential(y, (size_t)count);
		else if (function == 1)
			kernels->logarithm(y, (size_t)count);
		else
			kernels->activate(&(struct activation){.kind = ACTIVATION_TANH}, y,
				(size_t)count);
		for (int i = 0; i < count; i++) {
			double exact = function == 0 ? exp((double)x[i])
				: function == 1      ? log((double)x[i])
						     : tanh((double)x[i]);
			largest = fmax(largest, ulps(y[i], exact));
		}
	}
	return largest;
}

static void accuracy(const struct kernels *kernels)
{
	const uint32_t infinity = 0x7f800000, negative = 0x80000000;
	const uint32_t step = getenv("EVERY_FLOAT") ? 1 : 3571; /* all take minutes */
	static const char *const names[] = {"exp", "log", "tanh"};
	for (int function = 0; function < 3; function++) {
		double error = worst(kernels, function, 0, infinity, step);
		if (function != 1)
			error = fmax(error,
				worst(kernels, function, negative, negative + infinity, step));
		ok(error <= 2, "%s: %s within 2 units in the last place of libm (%.2f)",
			kernels->name, names[function], error);
	}
	float special[] = {-INFINITY, NAN, INFINITY, -1.0f, -0.0f};
	kernels->exponential(special, 3);
	kernels->logarithm(special + 3, 2);
	ok(special[0] == 0 && isnan(special[1]) && isinf(special[2]) && isnan(special[3]) &&
			special[4] == -INFINITY,
		"%s: exp and log of infinity, NaN, a negative number and -0", kernels->name);
}

static void choosing(void)
{
	const struct kernels *kernels;
	struct error error;
	setenv("MILLRACE_CPU", "plain", 1);
	ok(kernels_select(&kernels, &error) == 0 && kernels == &kernels_plain,
		"MILLRACE_CPU=plain");
	setenv("MILLRACE_CPU", "z80", 1);
	ok(kernels_select(&kernels, &error) == -1 && kernels == NULL,
		"an unknown processor is an error");
	is_text(error.object, "MILLRACE_CPU", "which names the variable");
	is_text(error.reason, "'z80' is not one of plain, neon, avx2, avx512",
		"with the valid names");
	unsetenv("MILLRACE_CPU");
	ok(kernels_select(&kernels, &error) == 0, "without it, the best is chosen");
}

int main(void)
{
	const char *const versions[] = {"plain", "neon", "avx2", "avx512"};
	for (int i = 0; i < 4; i++) {
		const struct kernels *kernels;
		struct random random = random_start(21, RANDOM_TEST, 0, 0);
		setenv("MILLRACE_CPU", versions[i], 1);
		if (kernels_select(&kernels, NULL)) {
			ok(true, "%s # SKIP not on this processor", versions[i]);
			continue;
		}
		accuracy(kernels);
		not_finite(kernels);
		products(kernels, random);
		products_of_leaves(kernels, random);
		pooled_products(kernels, random);
		depthwise_is_right(kernels, random);
		if (kernels == &kernels_plain)
			continue;
		compare(kernels, "elementwise arithmetic", random, elementwise);
		compare(kernels, "channelwise arithmetic", random, channelwise);
		compare(kernels, "normalization", random, normalizing);
		compare(kernels, "max-pool", random, pooling);
		compare(kernels, "windows of pooling", random, windows);
		compare(kernels, "joins", random, joins);
		compare(kernels, "the sparse backward", random, sparse);
		compare(kernels, "a transform of Winograd's", random, winograd);
		compare(kernels, "an optimizer", random, updates);
	}
	choosing();
	return done();
}
