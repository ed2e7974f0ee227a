/* The kernels of every instruction set of this processor give the same bytes as the plain ones. */
#include "kernels/pixel_kernels.h"
#include "base/random.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

enum { WIDTH = 39, HEIGHT = 23, COUNT = 48, ROWS = 7 * COUNT };

static const struct pixel_kernels *plain = &pixel_kernels_plain, *other;

static void fill_floats(float *values, int count, float low, float high, uint64_t seed)
{
	struct random random = random_start(seed, RANDOM_TEST, 0, 0);
	for (int i = 0; i < count; i++)
		values[i] = random_between(&random, low, high);
}

struct arrays {
	int32_t offset[COUNT];
	float weight_x[COUNT], weight_y[COUNT];
};

static struct sample_points points_of(struct arrays *arrays)
{
	return (struct sample_points){arrays->offset, arrays->weight_x, arrays->weight_y};
}

/* Points inside, outside, and with w near 0. */
static void projections(void)
{
	bool same = true, inside = true;
	struct random random = random_start(5, RANDOM_TEST, 0, 0);
	for (int round = 0; round < 2000; round++) {
		struct projection to = {.width = WIDTH,
			.height = HEIGHT,
			.border = 3,
			.reach = 1 + round % 2,
			.pixel = 3,
			.row = 3 * (WIDTH + 7),
			.mirrored = round % 3 == 0,
			.perspective = round % 5 == 0,
			.shift = round % 7 ? 0 : 0.5};
		double sizes[] = {1e-3, 1, 3, 1e6, 1e300};
		for (int i = 0; i < 9; i++)
			to.matrix[i / 3][i % 3] = ((double)random_uniform(&random) * 2 - 1) *
				sizes[(round + i / 3) % 5] * (i % 3 == 2 && i < 6 ? WIDTH : 1);
		struct arrays a = {{0}, {0}, {0}}, b = a;
		struct sample_points first = points_of(&a), second = points_of(&b);
		plain->project(&to, round % HEIGHT, WIDTH, &first);
		other->project(&to, round % HEIGHT, WIDTH, &second);
		same &= memcmp(&a, &b, sizeof a) == 0;
		for (int x = 0; x < WIDTH; x++) {
			int row = a.offset[x] / (3 * (WIDTH + 7)),
			    column = a.offset[x] % (3 * (WIDTH + 7)) / 3;
			inside &= a.offset[x] >= 0 && row >= 3 - to.reach &&
				row < HEIGHT + 3 + to.reach && column >= 3 - to.reach &&
				column < WIDTH + 3 + to.reach;
			inside &= a.weight_x[x] >= 0 && a.weight_x[x] <= 1 && a.weight_y[x] >= 0 &&
				a.weight_y[x] <= 1;
		}
	}
	ok(same, "%s: the same points", other->name);
	ok(inside, "  all of them in the picture and its border");
}

static void samples(void)
{
	unsigned char picture[4096];
	struct arrays arrays;
	struct sample_points at = points_of(&arrays);
	struct random random = random_start(6, RANDOM_TEST, 0, 0);
	for (size_t i = 0; i < sizeof picture; i++)
		picture[i] = (unsigned char)random_u32(&random);
	for (int i = 0; i < COUNT; i++)
		arrays.offset[i] = (int32_t)random_below(&random, sizeof picture - 300);
	fill_floats(arrays.weight_x, COUNT, 0, 1, 7);
	fill_floats(arrays.weight_y, COUNT, 0, 1, 8);
	for (int channels = 1; channels <= 4; channels++) {
		float a[4 * COUNT] = {0}, b[4 * COUNT] = {0};
		plain->sample(picture, 200, channels, &at, a, COUNT, WIDTH);
		other->sample(picture, 200, channels, &at, b, COUNT, WIDTH);
		ok(memcmp(a, b, sizeof a) == 0, "%s: the same samples of %d channels", other->name,
			channels);
	}
}

static void colors(void)
{
	float a[ROWS], b[ROWS], out_a[COUNT], out_b[COUNT], weights[5];
	unsigned char bytes_a[4 * COUNT + 8] = {0}, bytes_b[4 * COUNT + 8] = {0};
	fill_floats(weights, 5, -1, 1, 2);
	fill_floats(a, ROWS, -30, 300, 1);
	a[3] = a[3 + COUNT] = a[3 + 2 * COUNT]; /* grey */
	a[4] = a[4 + COUNT];                    /* two equal maxima */
	a[5] = __builtin_nanf("");
	memcpy(b, a, sizeof a);
	for (int channels = 1; channels <= 4; channels += channels == 1 ? 2 : 1) {
		plain->store(a, COUNT, channels, bytes_a, WIDTH);
		other->store(b, COUNT, channels, bytes_b, WIDTH);
		ok(memcmp(bytes_a, bytes_b, (size_t)(WIDTH * channels)) == 0,
			"%s: store %d channels", other->name, channels);
	}
	plain->convolve(out_a, a, COUNT, weights, 5, COUNT);
	other->convolve(out_b, b, COUNT, weights, 5, COUNT);
	ok(memcmp(out_a, out_b, sizeof out_a) == 0, "%s: convolve", other->name);
	plain->scale(a, ROWS, 1.7f, -20);
	other->scale(b, ROWS, 1.7f, -20);
	ok(memcmp(a, b, sizeof a) == 0, "%s: scale", other->name);
	float sum_a = plain->sum(a, WIDTH), sum_b = other->sum(b, WIDTH);
	ok(memcmp(&sum_a, &sum_b, sizeof sum_a) == 0 && sum_a > 0, "%s: sum", other->name);
	plain->rotate_hue(a, a + COUNT, a + 2 * COUNT, COUNT, 0.3f);
	other->rotate_hue(b, b + COUNT, b + 2 * COUNT, COUNT, 0.3f);
	ok(memcmp(a, b, sizeof a) == 0, "%s: rotate_hue", other->name);
	plain->saturate(a, a + COUNT, a + 2 * COUNT, COUNT, 1.4f);
	other->saturate(b, b + COUNT, b + 2 * COUNT, COUNT, 1.4f);
	ok(memcmp(a, b, sizeof a) == 0, "%s: saturate", other->name);
}

int main(void)
{
	static const char *const names[] = {"plain", "avx2", "avx512"};
	struct error error;
	for (int i = 0; i < 3; i++) {
		setenv("MILLRACE_CPU", names[i], 1);
		if (pixel_kernels_select(&other, &error)) {
			ok(strstr(error.reason, "this processor has no"), "%s: %s", names[i],
				error.reason);
			continue;
		}
		is_text(other->name, names[i], "the selected kernels");
		projections();
		samples();
		colors();
	}
	setenv("MILLRACE_CPU", "z80", 1);
	ok(pixel_kernels_select(&other, &error) == -1 && !other, "unknown kernels: %s",
		error.reason);
	return done();
}
